// The trial loop around the code that GeNN generates for model.cpp, behind the C interface
// of brainsnn's compiled networks.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "network_CODE/definitions.h"

namespace
{

struct Array
{
    const char *label, *name, *dtype;
    void *data;
    size_t size, bytes;
    bool restored;               // put back to its saved values before every trial
    std::vector<char> saved;
};

std::vector<Array> arrays;
{% for a in arrays if a.own %}
{{ a.dtype }} {{ a.symbol }}[{{ a.size }}];  // GeNN has none
{% endfor %}

// Everything recorded in a block of trials, as columns.
std::vector<int32_t> population, neuron, step;
std::vector<double> potential;

void record(
    int32_t code, const unsigned int *spikes, unsigned int n, int32_t now, const double *potentials)
{
    for(unsigned int k = 0; k < n; k++)
    {
        population.push_back(code);
        neuron.push_back((int32_t)spikes[k]);
        step.push_back(now);
        potential.push_back(potentials ? potentials[spikes[k]] : NAN);
    }
}

// Give each synapse the weight that it shares with others.
void gather()
{
    {% for g in gathered %}
    for(size_t k = 0; k < {{ g.entry.size }}; k++)
        {{ g.given.symbol }}[k] = {{ g.shared.symbol }}[{{ g.entry.symbol }}[k]];
    {% endfor %}
}

void reset()
{
    for(const Array &array : arrays)
        if(array.restored)
            std::memcpy(array.data, array.saved.data(), array.saved.size());
    {% for p in populations %}
    std::fill_n(glbSpkCnt_{{ p.name }}, {{ p.slots }}, 0);
    {% endfor %}
    {% for s in synapses %}
    std::fill_n(inSyn_{{ s.name }}, {{ s.trgN }}, 0.0);
    {% endfor %}
    {% if use_gpu %}
    {% for p in populations %}
    push_{{ p.name }}SpikesToDevice();
    {% endfor %}
    {% for s in synapses %}
    pushinSyn_{{ s.name }}ToDevice();
    {% endfor %}
    {% for a in arrays if a.restored and not a.scalar %}
    push{{ a.symbol }}ToDevice();
    {% endfor %}
    {% for r in random %}
    push{{ r.symbol }}ToDevice();
    {% endfor %}
    {% endif %}
    iT = 0;
    t = 0;
}

{% if random %}
// Splitmix64: from one seed a trial to one a neuron or synapse.
uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

void seed(uint64_t state, uint64_t *seeds, size_t n)
{
    for(size_t k = 0; k < n; k++)
        seeds[k] = mix(state + k);
}

{% endif %}
void run_steps(const int32_t *neurons, const int32_t *steps, int64_t next, int64_t end, int64_t n)
{
    for(int32_t now = 0; now < n; now++)
    {
        stepTime();
        unsigned int *const given = get_{{ input.name }}CurrentSpikes();
        unsigned int n_given = 0;
        for(; next < end && steps[next] == now; next++)
            if(n_given < {{ input.size }})
                given[n_given++] = neurons[next];
        get_{{ input.name }}CurrentSpikeCount() = n_given;
        {% if use_gpu %}
        push_{{ input.name }}CurrentSpikesToDevice();
        {% endif %}
        {% for p in populations %}
        {% if use_gpu and p.neuron %}
        pull_{{ p.name }}CurrentSpikesFromDevice();
        pullspike_potential_{{ p.name }}FromDevice();
        std::sort(get_{{ p.name }}CurrentSpikes(),
                  get_{{ p.name }}CurrentSpikes() + get_{{ p.name }}CurrentSpikeCount());
        {% endif %}
        record({{ loop.index0 }}, get_{{ p.name }}CurrentSpikes(), get_{{ p.name }}CurrentSpikeCount(),
               now, {{ 'spike_potential_' ~ p.name if p.neuron else 'nullptr' }});
        {% endfor %}
    }
}

template <typename T>
char *copy(const std::vector<T> &column, char *to)
{
    if(!column.empty())
        std::memcpy(to, column.data(), column.size() * sizeof(T));
    return to + column.size() * sizeof(T);
}

}

extern "C" {

void resident_allocate()
{
    allocateMem();
    initialize();
    initializeSparse();
    arrays = {
        {% for a in arrays %}
        {"{{ a.label }}", "{{ a.symbol }}", "{{ a.dtype }}", {{ '&' if a.scalar }}{{ a.symbol }}, {{ a.size }},
         {{ a.size }} * sizeof({{ a.dtype }}), {{ a.restored | int }}, {}},
        {% endfor %}
    };
    for(Array &array : arrays)
        std::memset(array.data, 0, array.bytes);
}

int32_t resident_prepare() { return 1; }

int64_t resident_array_count() { return (int64_t)arrays.size(); }

void resident_array(
    int64_t k, const char **label, const char **name, const char **dtype, void **data,
    int64_t *size)
{
    *label = arrays[k].label;
    *name = arrays[k].name;
    *dtype = arrays[k].dtype;
    *data = arrays[k].data;
    *size = (int64_t)arrays[k].size;
}

// Where the values that array k starts a trial from are; null where a trial never changes them.
void *resident_saved(int64_t k, int64_t *size)
{
    *size = (int64_t)arrays[k].size;
    return arrays[k].restored ? arrays[k].saved.data() : nullptr;
}

// Initial values are given to this library, so none are drawn in it.
void resident_seed(uint32_t) {}

void resident_save()
{
    for(Array &array : arrays)
        if(array.restored)
            array.saved.assign((char *)array.data, (char *)array.data + array.bytes);
}

// Trial k is trial trials[k] of the inputs; its spikes are recorded[k] .. recorded[k + 1] - 1.
void resident_run(
    const int64_t *offsets, const int32_t *neurons, const int32_t *steps,
    const int64_t *trials, int64_t n_trials, int64_t n_steps, const uint32_t *seeds,
    int64_t *recorded, double *final)
{
    population.clear();
    neuron.clear();
    step.clear();
    potential.clear();
    recorded[0] = 0;
    gather();
    {% if use_gpu %}
    {% for name in sparse %}
    push_{{ name }}ConnectivityToDevice();
    {% endfor %}
    // Weights and parameters may have been written to since the last call, and change in trials.
    {% for a in kept %}
    push{{ a.symbol }}ToDevice();
    {% endfor %}
    {% endif %}
    for(int64_t k = 0; k < n_trials; k++)
    {
        {% for r in random %}
        seed(mix((uint64_t)seeds[k] << 32 | {{ loop.index }}), {{ r.symbol }}, {{ r.size }});
        {% endfor %}
        reset();
        {% for g in gathered if g.given.restored %}
        {{ 'gather();' if loop.first }}
        {% if use_gpu %}
        push{{ g.given.symbol }}ToDevice();
        {% endif %}
        {% endfor %}
        run_steps(neurons, steps, offsets[trials[k]], offsets[trials[k] + 1], n_steps);
        recorded[k + 1] = (int64_t)step.size();
        {% for p in populations if p.neuron %}
        {% if use_gpu %}
        pull{{ p.neuron.potential }}_{{ p.name }}FromDevice();
        {% endif %}
        final = std::copy_n({{ p.neuron.potential }}_{{ p.name }}, {{ p.size }}, final);
        {% endfor %}
    }
    {% if use_gpu %}
    {% for a in kept %}
    pull{{ a.symbol }}FromDevice();
    {% endfor %}
    {% endif %}
}

// The columns one after the other, in the order of Python's reading: 8 bytes, then 4 each.
void resident_spikes(void *columns)
{
    char *to = copy(potential, (char *)columns);
    to = copy(population, to);
    to = copy(neuron, to);
    copy(step, to);
}

void resident_release() { freeMem(); }

}
