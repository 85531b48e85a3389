#pragma once
// Spikes that come in every step with a chance of their own: drawn one after the other.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace resident
{

// Whether trials draw in proportion to spikes, or a number a neuron and step as Brian2 does.
static bool by_gaps = false;

// The number of steps up to the next spike is geometric: as many as it takes to draw a number below
// p are floor(log(1 - u) / log(1 - p)) for a u that is even in [0, 1). Spikes of some steps at a
// time are drawn ahead, so that those of one step come in the order of neurons.
class Gaps
{
    static constexpr int64_t first_length = 64, longest = 1024, never = INT64_MAX;
    std::vector<double> scale;         // 1 / log(1 - p) of each neuron that can spike
    std::vector<int32_t> neuron, ahead;
    std::vector<int64_t> next;         // step of its next spike
    std::vector<int32_t> begin, place;
    std::vector<std::pair<int32_t, int32_t>> drawn;
    int64_t now = 0, from = 0, until = 0, length = first_length;

    template<class Random> static int64_t after(int64_t step, double scale, Random &random)
    {
        const double gap = std::log(1.0 - random.rand()) * scale;
        return gap < 4e18 - step ? step + (int64_t)gap : never;
    }

    template<class Random> void draw(Random &random)
    {
        from = until;
        until += length;
        drawn.clear();
        begin.assign(length + 1, 0);
        for(size_t k=0; k<neuron.size(); k++)
            while(next[k] < until)
            {
                drawn.emplace_back((int32_t)(next[k] - from), neuron[k]);
                begin[next[k] - from + 1]++;
                next[k] = after(next[k] + 1, scale[k], random);
            }
        for(int64_t k=0; k<length; k++)
            begin[k + 1] += begin[k];
        place.assign(begin.begin(), begin.end() - 1);
        ahead.resize(drawn.size());
        for(const auto &[step, spiking] : drawn)
            ahead[place[step]++] = spiking;
        length = std::min(2 * length, longest);
    }

public:
    bool anew = true;

    // The chances may be others from here on. What was is no matter: such a process has no memory.
    void forget() { anew = true; }

    void start()
    {
        anew = false;
        scale.clear();
        neuron.clear();
        next.clear();
        now = from = until = 0;
        length = first_length;
    }

    template<class Random> void add(int32_t k, double chance, Random &random)
    {
        if(!(chance > 0))
            return;
        neuron.push_back(k);
        scale.push_back(chance < 1 ? 1 / std::log1p(-chance) : 0.0);
        next.push_back(after(0, scale.back(), random));
    }

    // The spikes of the present step, into a list; how many they are. The next call is the next step.
    template<class Random> int32_t take(int32_t *list, Random &random)
    {
        if(now == until)
            draw(random);
        const int64_t step = now++ - from;
        std::copy(&ahead[0] + begin[step], &ahead[0] + begin[step + 1], list);
        return begin[step + 1] - begin[step];
    }
};

}
