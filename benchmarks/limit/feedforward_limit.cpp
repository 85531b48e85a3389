// All-to-all layers of integrate-and-fire neurons, by hand: event-driven, nothing recorded but the
// number of spikes. Weights are stored (pre, post), so that a spike adds one contiguous row.

#include <algorithm>
#include <cstdint>
#include <vector>

namespace
{

struct Layer
{
    int64_t size;
    const double *weights;
    std::vector<double> potential;
    std::vector<char> fired;
    std::vector<int32_t> now, next;  // spikes that arrive from this layer, and those after them
};

// Add the rows of the spikes before; true if there were any.
bool receive(const std::vector<int32_t> &before, Layer &layer)
{
    double *__restrict v = layer.potential.data();
    for(const int32_t i : before)
    {
        const double *__restrict w = layer.weights + (size_t)i * layer.size;
        for(int64_t j = 0; j < layer.size; j++)
            v[j] += w[j];
    }
    return !before.empty();
}

void test_once(Layer &layer, double threshold)
{
    double *__restrict v = layer.potential.data();
    char *__restrict fired = layer.fired.data();
    for(int64_t j = 0; j < layer.size; j++)
        if(v[j] > threshold && !fired[j])
        {
            fired[j] = 1;
            layer.next.push_back((int32_t)j);
        }
}

void test_leaky(Layer &layer, double threshold, double decay)
{
    double *__restrict v = layer.potential.data();
    for(int64_t j = 0; j < layer.size; j++)
        v[j] *= decay;
    for(int64_t j = 0; j < layer.size; j++)
        if(v[j] > threshold)
        {
            v[j] = 0;
            layer.next.push_back((int32_t)j);
        }
}

}

extern "C" {

// Layers fire at most once and are tested only where something arrived if `once`; otherwise they
// leak by `decay` a step and are reset to 0. `counts` receives the spikes of each layer.
void feedforward_limit(const int64_t *offsets, const int32_t *neuron, const int32_t *step,
                       int64_t n_trials, int64_t n_steps, int64_t n_layers, const int64_t *sizes,
                       const double *const *weights, double threshold, double decay, int32_t once,
                       int64_t *counts)
{
    std::vector<Layer> layers(n_layers);
    for(int64_t k = 0; k < n_layers; k++)
        layers[k] = {sizes[k], weights[k], std::vector<double>(sizes[k]),
                     std::vector<char>(sizes[k]), {}, {}};
    std::fill_n(counts, n_layers, 0);
    std::vector<int32_t> input;
    for(int64_t trial = 0; trial < n_trials; trial++)
    {
        for(Layer &layer : layers)
        {
            std::fill(layer.potential.begin(), layer.potential.end(), 0.0);
            std::fill(layer.fired.begin(), layer.fired.end(), 0);
            layer.now.clear();
        }
        int64_t cursor = offsets[trial];
        const int64_t end = offsets[trial + 1];
        input.clear();
        for(int64_t t = 0; t < n_steps; t++)
        {
            for(int64_t k = 0; k < n_layers; k++)
            {
                const bool any = receive(k ? layers[k - 1].now : input, layers[k]);
                layers[k].next.clear();
                if(!once)
                    test_leaky(layers[k], threshold, decay);
                else if(any)
                    test_once(layers[k], threshold);
            }
            for(int64_t k = 0; k < n_layers; k++)
            {
                std::swap(layers[k].now, layers[k].next);
                counts[k] += (int64_t)layers[k].now.size();
            }
            input.clear();
            for(; cursor < end && step[cursor] == t; cursor++)
                input.push_back(neuron[cursor]);
        }
    }
}

}
