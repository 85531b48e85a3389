#pragma once
// What the generated code and the trial loop share.
#include <cstdint>
#include <cstring>
#include <vector>

namespace resident
{

// Input spikes of one trial, sorted by step.
struct Events
{
    const int32_t *neuron = nullptr, *step = nullptr;
    int64_t cursor = 0, end = 0;

    int64_t next(int64_t never) const { return cursor < end ? step[cursor] : never; }
};

// In place of a flag that says whether what a threshold reads has changed: it may at any time.
struct Always
{
    operator bool() const { return true; }
    void operator=(bool) const {}
};

// Spikes of one all-to-all pathway on their way: a list a step of delay.
class Ring
{
    std::vector<std::vector<int32_t>> lists = std::vector<std::vector<int32_t>>(1);
    size_t front = 0, n_empty = 0;  // lists known to be empty, from the last one pushed backwards

public:
    void prepare(size_t delay) { lists.resize(delay + 1); }

    bool empty() const { return n_empty >= lists.size(); }

    void push(const int32_t *spikes, int32_t n, int32_t start, int32_t stop)
    {
        front = front + 1 == lists.size() ? 0 : front + 1;
        const size_t last = front == 0 ? lists.size() - 1 : front - 1;
        std::vector<int32_t> &list = lists[last];
        list.clear();
        for(int32_t k=0; k<n; k++)
            if(spikes[k] >= start && spikes[k] < stop)
                list.push_back(spikes[k] - start);
        n_empty = list.empty() ? n_empty + 1 : 0;
    }

    const std::vector<int32_t> &now() const { return lists[front]; }

    void clear()
    {
        for(std::vector<int32_t> &list : lists)
            list.clear();
        front = 0;
        n_empty = lists.size();
    }
};

// Everything recorded in a block of trials, as columns.
struct Spikes
{
    std::vector<int32_t> population, neuron, step;
    std::vector<double> potential;

    void append(int32_t p, int32_t n, int32_t s, double v)
    {
        population.push_back(p);
        neuron.push_back(n);
        step.push_back(s);
        potential.push_back(v);
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
    const char *name, *dtype;
    void (*locate)(void **data, int64_t *size);
};

// The state that a trial starts from.
class Saved
{
    void *target;
    std::vector<char> bytes;

public:
    Saved(void *data, size_t size) : target(data), bytes(size)
    {
        if(size)
            std::memcpy(bytes.data(), data, size);
    }

    void restore() const
    {
        if(!bytes.empty())
            std::memcpy(target, bytes.data(), bytes.size());
    }
};

}
