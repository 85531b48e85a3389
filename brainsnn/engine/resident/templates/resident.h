#pragma once
// What the generated code and the trial loop share.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>
#include "traces.h"

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

// What the code throws that cannot go on, and why; without a reason, Brian2 has printed one.
struct Left {};
static std::string reason;
[[noreturn]] inline void leave(const std::string &why = "")
{
    reason = why;
    throw Left();
}

// Spikes given to a group, trial after trial, sorted by step within a trial. Their steps are there
// once for each length that a step has in the runs of a trial.
struct Events
{
    const int64_t *offsets = nullptr;
    const int32_t *neuron = nullptr, *step = nullptr;
    std::vector<const int32_t *> steps;
    int64_t cursor = 0, end = 0, n_trials = 0;
    bool given = false;
    int32_t first = 0, size = INT32_MAX;  // the neurons that are the group's

    // The group's neurons are some of those that spikes are given for.
    void narrow(int32_t begin, int32_t n)
    {
        first = begin;
        size = n;
    }

    void give(
        const int64_t *trial_offsets, const int32_t *neurons, const int32_t *const *trial_steps,
        size_t n_lengths, int64_t trials)
    {
        offsets = trial_offsets;
        neuron = neurons;
        steps.assign(trial_steps, trial_steps + n_lengths);
        n_trials = trials;
        given = offsets != nullptr;
    }

    // A run begins, at step `now`, whose steps have the given length; what comes before the first
    // run in which the group is active is left out.
    void enter(size_t length, int64_t now, bool first)
    {
        step = steps[length];
        while(first && cursor < end && step[cursor] < now)
            cursor++;
    }

    // The spikes of a step, into a list that has room for n; how many they are.
    int32_t take(int32_t now, int32_t *list, int32_t n, const char *group)
    {
        int64_t stop = cursor;
        while(stop < end && step[stop] <= now)
            stop++;
        int64_t due = stop - cursor;
        if(size == INT32_MAX)
        {
            if(due > n)
                leave(crowded(group));
            std::copy_n(neuron + cursor, due, list);
        }
        else
        {
            due = 0;
            for(int64_t k = cursor; k < stop; k++)
                if(const uint32_t own = (uint32_t)(neuron[k] - first); own < (uint32_t)size)
                {
                    if(due == n)
                        leave(crowded(group));
                    list[due++] = (int32_t)own;
                }
        }
        cursor = stop;
        return (int32_t)due;
    }

    static std::string crowded(const char *group)
    {
        return std::string(group) + ": more spikes are due in one step than there are neurons. "
            "Those of a time in which the group was inactive come in the step after it.";
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

// Have a group's own spikes, in order of their steps, go on with the first that is not over.
template<class Steps> void skip_past(const Steps &steps, int64_t now, int32_t &next)
{
    next = (int32_t)(std::lower_bound(steps.begin(), steps.end(), now) - steps.begin());
}

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
    template<class Number>
    void append(int32_t p, const int32_t *neurons, int32_t n, int32_t s, const Number *v)
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

// An array that Python can see; without `resize` its size is fixed, and so is its place.
struct Array
{
    const char *label, *name, *dtype;
    size_t item;
    bool changes;
    void (*locate)(void **data, int64_t *size);
    void (*resize)(size_t size);
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
    const Array *array = nullptr;
    void *target = nullptr;
    std::vector<char> bytes;
    Owned *owned = nullptr;            // what keeps the array's values elsewhere
    bool kept = false;

    // Somebody looks at the array, or at what it starts from, and may change it.
    void look()
    {
        if(owned)
            owned->look();
    }

    void keep(bool whether)
    {
        look();
        kept = whether;
        if(owned)
            owned->keep(this, whether);
    }

    void save(const Array &saved)
    {
        int64_t size;
        array = &saved;
        array->locate(&target, &size);
        bytes.assign((const char *)target, (const char *)target + size * array->item);
    }

    void restore()
    {
        if(!array || kept || (owned && owned->as_saved))
            return;
        if(array->resize)
        {
            int64_t size;
            array->resize(bytes.size() / array->item);
            array->locate(&target, &size);
        }
        if(!bytes.empty())
            std::memcpy(target, bytes.data(), bytes.size());
    }
};

}
