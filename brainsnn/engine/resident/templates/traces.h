#pragma once
// Traces of synapses that neurons own (owned.py): one value a neuron, advanced when it is needed.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <vector>

namespace resident
{

// A decaying trace x of each neuron of one end, x(t) = scaled * f(t - base): all fall by one factor f.
class Trace
{
    std::vector<double> begun;
    double begun_base = 0;

    // Whether a factor leaves the numbers their precision.
    static bool moderate(double factor) { return factor > 1.0 / 1024 && factor < 1024; }

public:
    std::vector<double> scaled;
    double base = 0;
    std::function<double(double)> decay;

    double value(size_t neuron, double t) const { return scaled[neuron] * decay(t - base); }

    // The factor at a time; where it is far from one, the values are put in for that time.
    double factor(double t)
    {
        const double found = decay(t - base);
        if(moderate(found))
            return found;
        for(double &value : scaled)
            value *= found;
        base = t;
        return 1;
    }

    // Take the values of the neurons from their synapses'; false where those of one neuron differ.
    bool gather(
        const std::vector<double> &values, const std::vector<int32_t> &neuron, size_t n, double t)
    {
        scaled.assign(n, 0.0);
        for(size_t k=0; k<values.size(); k++)
            scaled[neuron[k]] = values[k];
        for(size_t k=0; k<values.size(); k++)
            if(!(scaled[neuron[k]] == values[k]))
                return false;
        base = t;
        begun = scaled;
        begun_base = t;
        return true;
    }

    // The values at the start of the trial before.
    void begin_again()
    {
        scaled = begun;
        base = begun_base;
    }
};

// A trace, the array with its value of each synapse, and whose it is: 0 the source's, 1 the target's.
struct OwnedTrace
{
    Trace &trace;
    std::vector<double> &values;
    int end;
};

// The traces of some synapses, in the neurons or in the synapses: where a trial begins with values
// that are one a neuron and every spike reaches all synapses of its neuron at once, in the neurons.
// Those of the synapses are then behind, until somebody looks at them.
class Owned
{
    std::vector<OwnedTrace> traces;
    const std::vector<int32_t> *ends[2];
    std::vector<double> &updated;      // when each synapse was, last
    bool (*regular)();                 // whether spikes reach all synapses of a neuron at once
    std::set<const void *> kept;       // arrays that go on from trial to trial
    bool known = false, begun = false, behind = false, watched = false;
    double begun_at = 0;

    bool gather()
    {
        for(const double time : updated)
            if(time != updated[0])
                return false;
        begun_at = updated.empty() ? 0 : updated[0];
        for(const OwnedTrace &owned : traces)
            if(!owned.trace.gather(owned.values, *ends[owned.end], size(owned.end), begun_at))
                return false;
        return true;
    }

    size_t size(int end) const
    {
        return ends[end]->empty() ? 0 : *std::max_element(ends[end]->begin(), ends[end]->end()) + 1;
    }

    void begin_trial()
    {
        begun = true;
        in_neurons = kept.empty() && regular() && (known || gather());
        known = in_neurons;
        if(!in_neurons)
        {
            as_saved = false;
            return;
        }
        for(const OwnedTrace &owned : traces)
            owned.trace.begin_again();
        for(int end=0; end<2; end++)
            last[end].assign(size(end), begun_at);
        behind = true;
    }

public:
    bool in_neurons = false;
    bool as_saved = false;             // whether the arrays of the synapses are as a trial begins
    std::vector<double> last[2];       // when each neuron spiked last, as the synapses see it

    Owned(
        std::vector<OwnedTrace> traces, const std::vector<int32_t> &sources,
        const std::vector<int32_t> &targets, std::vector<double> &updated, bool (*regular)())
        : traces(traces), ends{&sources, &targets}, updated(updated), regular(regular)
    {
    }

    // The begin of a run.
    void begin()
    {
        if(!begun)
            begin_trial();
        else if(in_neurons && !regular())
        {
            look();
            in_neurons = false;
        }
    }

    // The state is that in which every trial begins.
    void reset()
    {
        as_saved = true;
        begun = behind = false;
    }

    // Give the synapses their values, as Brian2 would have left them.
    void catch_up()
    {
        if(!behind)
            return;
        behind = as_saved = false;
        for(size_t k=0; k<updated.size(); k++)
        {
            updated[k] = std::max(last[0][(*ends[0])[k]], last[1][(*ends[1])[k]]);
            for(const OwnedTrace &owned : traces)
                owned.values[k] = owned.trace.value((*ends[owned.end])[k], updated[k]);
        }
    }

    // Somebody looks at an array of the synapses, and may change it.
    void look()
    {
        catch_up();
        known = as_saved = false;
    }

    // Whether an array goes on from trial to trial.
    void keep(const void *array, bool whether)
    {
        if(whether)
            kept.insert(array);
        else
            kept.erase(array);
    }

    // Somebody goes on looking.
    void watch() { watched = true; }

    void end_block()
    {
        if(watched)
            catch_up();
    }
};

}
