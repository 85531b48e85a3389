// First-to-spike decision: the output neuron with the earliest first spike gives the class.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

struct Decision
{
    int32_t decision = -1;  // the class; -1 is none
    int32_t step = 0;       // when; the length of a trial in silence
    bool tie = false, silent = true;
};

// Neurons with the largest potential, one after the other.
struct Largest
{
    double best = -std::numeric_limits<double>::infinity();
    int32_t neuron = -1, n_best = 0, n_known = 0, n = 0;

    void see(int32_t candidate, double potential)
    {
        n++;
        if(std::isnan(potential))
            return;
        n_known++;
        if(n_best == 0 || potential > best)
            best = potential, neuron = candidate, n_best = 1;
        else if(potential == best)
            n_best++;
    }
};

// The columns hold the spikes of one trial in order of step. A tie goes to the larger potential at
// that step and, if it remains, to no class; silence is decided by the largest final potential.
inline Decision decide(
    const int32_t *population, const int32_t *neuron, const int32_t *step, const double *potential,
    int64_t n_spikes, int32_t output, const double *final, int32_t n_classes, int32_t n_steps)
{
    Decision result;
    Largest largest;
    for(int64_t k = 0; k < n_spikes && (result.silent || step[k] == result.step); k++)
    {
        if(population[k] != output)
            continue;
        result.silent = false;
        result.step = step[k];
        largest.see(neuron[k], potential[k]);
        result.decision = neuron[k];
    }
    if(result.silent)
    {
        result.step = n_steps;
        for(int32_t k = 0; k < n_classes; k++)
            largest.see(k, final[k]);
        result.decision = largest.n_best == 1 ? largest.neuron : -1;
    }
    else if(largest.n > 1)
    {
        result.tie = true;
        const bool known = largest.n_known == largest.n;
        result.decision = known && largest.n_best == 1 ? largest.neuron : -1;
    }
    return result;
}
