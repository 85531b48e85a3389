#pragma once
// Spikes on their way from source neurons to synapses.
#include <algorithm>
#include <cstdint>
#include <vector>

namespace resident
{

// Lists of source neurons that spiked, one list for each step that they still have to wait.
class Ring
{
    std::vector<std::vector<int32_t>> lists = std::vector<std::vector<int32_t>>(1);
    size_t front = 0, n_empty = 0;  // lists known to be empty, from the last one pushed backwards

    std::vector<int32_t> &at(size_t wait)
    {
        const size_t place = front + wait;
        return lists[place < lists.size() ? place : place - lists.size()];
    }

public:
    size_t delay = 0;

    // A longer delay needs more lists; the spikes on their way keep their time.
    void prepare(size_t steps)
    {
        n_empty = 0;
        delay = steps;
        if(steps < lists.size())
            return;
        std::rotate(lists.begin(), lists.begin() + front, lists.end());
        front = 0;
        lists.resize(steps + 1);
    }

    // Spikes on their way when the length of a step changes by the factor 1 / scale.
    void rescale(double scale)
    {
        std::rotate(lists.begin(), lists.begin() + front, lists.end());
        front = 0;
        std::vector<std::vector<int32_t>> old((size_t)(lists.size() * scale) + 1);
        old.swap(lists);
        for(size_t wait=0; wait<old.size(); wait++)
            lists[(size_t)(wait * scale + 0.5)] = old[wait];
    }

    void push(const int32_t *spikes, int32_t n, int32_t start, int32_t stop)
    {
        lists[front].clear();
        front = front + 1 == lists.size() ? 0 : front + 1;
        std::vector<int32_t> &list = at(delay);
        for(int32_t k=0; k<n; k++)
            if(spikes[k] >= start && spikes[k] < stop)
                list.push_back(spikes[k] - start);
        n_empty = list.empty() ? n_empty + 1 : 0;
    }

    // Whether no spike is known to be on its way.
    bool empty() const { return n_empty >= lists.size(); }

    const std::vector<int32_t> &now() const { return lists[front]; }

    const std::vector<int32_t> &waiting(size_t wait) { return at(wait); }

    size_t size() const { return lists.size(); }

    void clear()
    {
        for(std::vector<int32_t> &list : lists)
            list.clear();
        front = 0;
        n_empty = lists.size();
    }
};

// The part of a target's image that a source neuron of a convolution reaches.
struct Window
{
    int32_t y, x, channel;             // of the source neuron
    int32_t top, bottom, left, right;  // of the window, bottom and right excluded

    Window(
        int32_t source, int32_t width, int32_t channels, int32_t kernel, int32_t target_height,
        int32_t target_width)
        : y(source / channels / width), x(source / channels % width), channel(source % channels),
          top(std::max(0, y - kernel + 1)), bottom(std::min(target_height, y + 1)),
          left(std::max(0, x - kernel + 1)), right(std::min(target_width, x + 1))
    {
    }
};

// Kernels with their columns turned round: row (dy, channel) holds (kernel - 1 - dx, filter), so
// that what a spike brings to a row of the target's image is one run.
template<class Weights> void turn(
    const Weights &weights, size_t kernel, size_t channels, size_t filters,
    std::vector<double> &turned)
{
    turned.resize(weights.size());
    for(size_t dy=0; dy<kernel; dy++)
        for(size_t dx=0; dx<kernel; dx++)
            for(size_t channel=0; channel<channels; channel++)
                std::copy_n(
                    &weights[((dy * kernel + dx) * channels + channel) * filters], filters,
                    &turned[((dy * channels + channel) * kernel + kernel - 1 - dx) * filters]);
}

// Regularly spaced synapses: begin, begin + stride, ... below end.
struct Row
{
    int64_t begin = 0, end = 0, stride = 1;
    bool consecutive = true;           // whether the neurons at their other ends follow each other
};

// The synapses of a pathway, by source neuron, where that needs no list of synapses.
class Rows
{
    Ring ring;
    std::vector<Row> of_source, found;
    int32_t start = 0, stop = 0;
    double dt = 0;

    // Append synapse k to its source's row; false where it does not continue the row.
    static bool extend(Row &row, int64_t k)
    {
        if(row.end == row.begin)
            row = Row{k, k + 1, 1, true};
        else if(row.end == row.begin + 1)
            row = Row{row.begin, k + 1, k - row.begin, true};
        else if(k == row.end - 1 + row.stride)
            row.end = k + 1;
        else
            return false;
        return true;
    }

    bool arrange(const std::vector<int32_t> &sources, const std::vector<int32_t> &others)
    {
        of_source.assign(stop - start, Row());
        for(size_t k=0; k<sources.size(); k++)
            if(!extend(of_source[sources[k] - start], (int64_t)k))
                return false;
        for(Row &row : of_source)
            for(int64_t k=row.begin; k + row.stride<row.end; k+=row.stride)
                row.consecutive &= others[k + row.stride] == others[k] + 1;
        return true;
    }

    template<class Scalar>
    static bool uniform(const std::vector<Scalar> &delays, double dt, int &steps)
    {
        steps = delays.empty() ? 0 : (int)(delays[0] / dt + 0.5);
        for(const Scalar delay : delays)
            if((int)(delay / dt + 0.5) != steps)
                return false;
        return true;
    }

    template<class Queue> static bool pending(const Queue &queue)
    {
        return std::any_of(
            queue.queue.begin(), queue.queue.end(), [](const auto &l) { return !l.empty(); });
    }

    // Spikes still in the ring go on in Brian2's queue.
    template<class Queue> void hand_over(Queue &queue)
    {
        queue.expand(ring.size());
        for(size_t wait=0; wait<ring.size(); wait++)
            for(const int32_t source : ring.waiting(wait))
                for(int64_t k=of_source[source].begin; k<of_source[source].end;
                    k+=of_source[source].stride)
                    queue.queue[(queue.offset + wait) % queue.queue.size()].push_back((int32_t)k);
        ring.clear();
    }

public:
    bool regular = false;

    template<class Scalar, class Queue>
    void prepare(
        const std::vector<int32_t> &sources, const std::vector<int32_t> &others,
        const std::vector<Scalar> &delays, int32_t source_start, int32_t source_stop, double step, Queue &queue)
    {
        const bool was_regular = regular;
        const std::vector<Row> before = was_regular ? of_source : std::vector<Row>();
        start = source_start;
        stop = source_stop;
        if(was_regular && dt != step)
            ring.rescale(dt / step);
        dt = step;
        int steps;
        regular = uniform(delays, step, steps) && !pending(queue) && arrange(sources, others);
        if(regular)
            ring.prepare(steps);
        else if(was_regular)
        {
            of_source = before;
            queue.dt = step;
            hand_over(queue);
        }
    }

    void push(const int32_t *spikes, int32_t n) { ring.push(spikes, n, start, stop); }

    // The rows of synapses that spikes reach in this step.
    template<class Pathway> const std::vector<Row> &now(Pathway &pathway)
    {
        found.clear();
        if(regular)
            for(const int32_t source : ring.now())
                found.push_back(of_source[source]);
        else
            for(const int32_t k : *pathway.peek())
                found.push_back(Row{k, k + 1, 1, true});
        return found;
    }

    // Whether no spike is known to be on its way.
    bool empty() const { return regular && ring.empty(); }

    void clear() { ring.clear(); }
};

}
