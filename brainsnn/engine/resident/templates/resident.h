#pragma once
// What the generated code and the trial loop share.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace resident
{

// As many numbers as a vector register takes.
#ifdef __AVX512F__
constexpr size_t n_lanes = 8;
#else
constexpr size_t n_lanes = 4;
#endif
typedef double Lanes __attribute__((vector_size(n_lanes * sizeof(double))));

template<class Numbers> inline Numbers load(const double *from)
{
    Numbers numbers;
    std::memcpy(&numbers, from, sizeof(Numbers));
    return numbers;
}

template<class Numbers> inline void store(double *to, const Numbers &numbers)
{
    std::memcpy(to, &numbers, sizeof(Numbers));
}

// Spikes given to a group, trial after trial, sorted by step within a trial.
struct Events
{
    const int64_t *offsets = nullptr;
    const int32_t *neuron = nullptr, *step = nullptr;
    int64_t cursor = 0, end = 0, n_trials = 0;
    bool given = false;

    void give(
        const int64_t *trial_offsets, const int32_t *neurons, const int32_t *steps, int64_t trials)
    {
        offsets = trial_offsets;
        neuron = neurons;
        step = steps;
        n_trials = trials;
        given = offsets != nullptr;
    }

    void start(int64_t trial)
    {
        if(!given)
            return;
        const int64_t mine = n_trials ? trial % n_trials : trial;
        cursor = offsets[mine];
        end = offsets[mine + 1];
    }

    int64_t next(int64_t never) const { return cursor < end ? step[cursor] : never; }
};

// Number of the first step at or after a time, the two counting as equal but for rounding.
inline int64_t steps_before(double end, double dt)
{
    const int64_t nearest = (int64_t)(end / dt + 0.5);
    const double time = nearest * dt;
    const bool equal = time == end || std::fabs(time - end) <= 1e-14 * std::fabs(time);
    return equal ? nearest : (int64_t)std::ceil(end / dt);
}

// Eight bytes such that the first in memory is the lowest.
inline uint64_t in_order(uint64_t bytes)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(bytes);
#else
    return bytes;
#endif
}

// In place of a flag that says whether what a threshold reads has changed: it may at any time.
struct Always
{
    operator bool() const { return true; }
    void operator=(bool) const {}
};

// Everything recorded of a model's populations in a block of trials, as columns.
struct Spikes
{
    std::vector<int32_t> population, neuron, step;
    std::vector<double> potential;

    // The n spikes of population p in step s; without potentials v, theirs are NaN.
    void append(int32_t p, const int32_t *neurons, int32_t n, int32_t s, const double *v)
    {
        if(n < 8)
        {
            for(int32_t k=0; k<n; k++)
            {
                population.push_back(p);
                neuron.push_back(neurons[k]);
                step.push_back(s);
                potential.push_back(v ? v[neurons[k]] : NAN);
            }
            return;
        }
        const size_t begin = step.size(), end = begin + n;
        population.resize(end, p);
        step.resize(end, s);
        neuron.insert(neuron.end(), neurons, neurons + n);
        potential.resize(end, NAN);
        if(v)
            for(int32_t k=0; k<n; k++)
                potential[begin + k] = v[neurons[k]];
    }

    int64_t size() const { return (int64_t)step.size(); }

    void clear()
    {
        population.clear();
        neuron.clear();
        step.clear();
        potential.clear();
    }
};

// An array that Python can see.
struct Array
{
    const char *label, *name, *dtype;
    size_t item;
    bool changes;
    void (*locate)(void **data, int64_t *size);
};

// A recorded matrix: a row a time, a column an index.
struct Matrix
{
    const char *name, *dtype;
    void (*shape)(int64_t *rows, int64_t *columns);
    void (*copy)(void *out);
};

// A monitor: how much it holds, and how to forget it.
struct Monitor
{
    const char *name;
    int64_t (*size)();
    void (*clear)();
    std::vector<int64_t> offsets;
};

// The values that an array has at the start of a trial.
struct Saved
{
    void *target = nullptr;
    std::vector<char> bytes;
    bool kept = false;

    void save(void *data, size_t size)
    {
        target = data;
        bytes.assign((const char *)data, (const char *)data + size);
    }

    void restore() const
    {
        if(!kept && !bytes.empty())
            std::memcpy(target, bytes.data(), bytes.size());
    }
};

}
