// Surrogate gradients of two networks, forward and backward of one trial, written by hand: what
// generated code can be measured against. A spike sent in a step arrives in the next; the threshold
// of the recurrent network adapts, the feed-forward one has currents. Slopes are triangles of height
// 0.3 and width 1; resets are followed.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace
{
struct Spikes
{
    std::vector<int32_t> offsets, neurons;

    void note(const int32_t *fired, int n)
    {
        const int32_t begin = offsets.back();
        if((int)neurons.size() < begin + n)
            neurons.resize(2 * (begin + n));
        int32_t *to = neurons.data() + begin;
        for(int j = 0; j < n; j++)
        {
            *to = j;
            to += fired[j];
        }
        offsets.push_back(int32_t(to - neurons.data()));
    }
};

inline void add(float *__restrict to, const float *__restrict row, int n)
{
    for(int j = 0; j < n; j++)
        to[j] += row[j];
}

inline float dot(const float *__restrict row, const float *__restrict bars, int n)
{
    float sum = 0;
    for(int j = 0; j < n; j++)
        sum += row[j] * bars[j];
    return sum;
}

// Those whose slope is not 0.
inline int asked(const float *slope, int n, int32_t *active)
{
    int found = 0;
    for(int j = 0; j < n; j++)
    {
        active[found] = j;
        found += slope[j] != 0;
    }
    return found;
}

inline float triangle(float margin) { return 0.3f * std::max(0.0f, 1 - std::fabs(margin)); }

// Adaptive neurons, recurrent, and leaky readouts.
struct Adaptive
{
    static constexpr int N = 220, O = 10;
    const float leak = std::exp(-1 / 20.0f), fade = std::exp(-1 / 700.0f);
    alignas(64) float v[N], a[N], out[O], bv[N], ba[N], bo[O], before[N], before_out[O], ask[N], slope[N];
    alignas(64) int32_t fired[N], active[N];
    std::vector<float> kept_v, kept_a;
    Spikes spikes;

    void forward(int T, const int32_t *off, const int32_t *idx, const float *w_in, const float *w_rec,
        const float *w_out, const float *beta, float *readout)
    {
        kept_v.resize(T * N), kept_a.resize(T * N);
        spikes.offsets.assign(1, 0);
        std::fill_n(v, N, 0.0f), std::fill_n(a, N, 0.0f), std::fill_n(out, O, 0.0f);
        for(int t = 0; t < T; t++)
        {
            if(t)
            {
                for(int q = off[t - 1]; q < off[t]; q++)
                    add(v, w_in + idx[q] * N, N);
                for(int q = spikes.offsets[t - 1]; q < spikes.offsets[t]; q++)
                {
                    add(v, w_rec + spikes.neurons[q] * N, N);
                    add(out, w_out + spikes.neurons[q] * O, O);
                }
            }
            std::memcpy(&kept_v[t * N], v, sizeof v), std::memcpy(&kept_a[t * N], a, sizeof a);
            for(int j = 0; j < N; j++)
            {
                const float x = leak * v[j], y = fade * a[j], theta = 1 + beta[j] * y;
                fired[j] = x > theta;
                v[j] = fired[j] ? x - theta : x, a[j] = fired[j] ? y + 1 : y;
            }
            spikes.note(fired, N);
            for(int o = 0; o < O; o++)
                readout[t * O + o] = out[o] *= leak;
        }
    }

    void backward(int T, const int32_t *off, const int32_t *idx, const float *w_rec, const float *w_out,
        const float *beta, const float *by_readout, float *g_in, float *g_rec, float *g_out)
    {
        std::fill_n(bv, N, 0.0f), std::fill_n(ba, N, 0.0f), std::fill_n(bo, O, 0.0f);
        for(int t = T - 1; t >= 0; t--)
        {
            const float *const x = &kept_v[t * N], *const y = &kept_a[t * N];
            const int begin = spikes.offsets[t], end = spikes.offsets[t + 1];
            std::memcpy(before, bv, sizeof bv), std::memcpy(before_out, bo, sizeof bo);
            std::fill_n(ask, N, 0.0f), std::fill_n(fired, N, 0);
            for(int q = begin; q < end; q++)
                fired[spikes.neurons[q]] = 1;
            for(int j = 0; j < N; j++)
                slope[j] = triangle(leak * x[j] - 1 - beta[j] * fade * y[j]);
            const int n = asked(slope, N, active);
            if(t + 1 < T)
            {
                for(int k = 0; k < n; k++)
                    ask[active[k]] = dot(w_rec + active[k] * N, before, N) + dot(w_out + active[k] * O, before_out, O);
                for(int q = begin; q < end; q++)
                {
                    add(g_rec + spikes.neurons[q] * N, before, N);
                    add(g_out + spikes.neurons[q] * O, before_out, O);
                }
                for(int q = off[t]; q < off[t + 1]; q++)
                    add(g_in + idx[q] * N, before, N);
            }
            for(int j = 0; j < N; j++)
            {
                const float theta = 1 + beta[j] * fade * y[j];
                const float s = ask[j] - bv[j] * theta + ba[j], by_margin = s * slope[j];
                const float by_theta = -by_margin - (fired[j] ? bv[j] : 0);
                bv[j] = leak * (bv[j] + by_margin);
                ba[j] = fade * (ba[j] + beta[j] * by_theta);
            }
            for(int o = 0; o < O; o++)
                bo[o] = leak * (bo[o] + by_readout[t * O + o]);
        }
    }
};

// Layers with currents; the last only integrates.
struct Layers
{
    static constexpr int N = 400, O = 10;
    const float leak = std::exp(-1 / 20.0f), fade = std::exp(-1 / 5.0f);
    const float gain = (std::exp(-1 / 5.0f) - std::exp(-1 / 20.0f)) / 20 / (1 / 20.0f - 1 / 5.0f);
    alignas(64) float v[N], c[N], out[O], co[O], bv[N], bc[N], bo[O], bco[O], before[N], before_out[O], ask[N], slope[N];
    alignas(64) int32_t fired[N], active[N];
    std::vector<float> kept_v, kept_c;
    Spikes spikes;

    void forward(int T, const int32_t *off, const int32_t *idx, const float *w_in, const float *w_out,
        float *readout)
    {
        kept_v.resize(T * N), kept_c.resize(T * N);
        spikes.offsets.assign(1, 0);
        std::fill_n(v, N, 0.0f), std::fill_n(c, N, 0.0f), std::fill_n(out, O, 0.0f), std::fill_n(co, O, 0.0f);
        for(int t = 0; t < T; t++)
        {
            if(t)
            {
                for(int q = off[t - 1]; q < off[t]; q++)
                    add(c, w_in + idx[q] * N, N);
                for(int q = spikes.offsets[t - 1]; q < spikes.offsets[t]; q++)
                    add(co, w_out + spikes.neurons[q] * O, O);
            }
            std::memcpy(&kept_v[t * N], v, sizeof v), std::memcpy(&kept_c[t * N], c, sizeof c);
            for(int j = 0; j < N; j++)
            {
                const float x = leak * v[j] + gain * c[j];
                fired[j] = x > 1;
                v[j] = fired[j] ? 0 : x, c[j] *= fade;
            }
            spikes.note(fired, N);
            for(int o = 0; o < O; o++)
            {
                readout[t * O + o] = out[o] = leak * out[o] + gain * co[o];
                co[o] *= fade;
            }
        }
    }

    void backward(int T, const int32_t *off, const int32_t *idx, const float *w_out,
        const float *by_readout, float *g_in, float *g_out)
    {
        for(float *bars : {bv, bc})
            std::fill_n(bars, N, 0.0f);
        for(float *bars : {bo, bco})
            std::fill_n(bars, O, 0.0f);
        for(int t = T - 1; t >= 0; t--)
        {
            const float *const x = &kept_v[t * N], *const y = &kept_c[t * N];
            const int begin = spikes.offsets[t], end = spikes.offsets[t + 1];
            std::memcpy(before, bc, sizeof bc), std::memcpy(before_out, bco, sizeof bco);
            std::fill_n(ask, N, 0.0f), std::fill_n(fired, N, 0);
            for(int q = begin; q < end; q++)
                fired[spikes.neurons[q]] = 1;
            for(int j = 0; j < N; j++)
                slope[j] = triangle(leak * x[j] + gain * y[j] - 1);
            const int n = asked(slope, N, active);
            if(t + 1 < T)
            {
                for(int k = 0; k < n; k++)
                    ask[active[k]] = dot(w_out + active[k] * O, before_out, O);
                for(int q = begin; q < end; q++)
                    add(g_out + spikes.neurons[q] * O, before_out, O);
                for(int q = off[t]; q < off[t + 1]; q++)
                    add(g_in + idx[q] * N, before, N);
            }
            for(int j = 0; j < N; j++)
            {
                const float now = leak * x[j] + gain * y[j];
                const float s = ask[j] - bv[j] * now, b = (fired[j] ? 0 : bv[j]) + s * slope[j];
                bv[j] = leak * b, bc[j] = fade * bc[j] + gain * b;
            }
            for(int o = 0; o < O; o++)
            {
                const float b = bo[o] + by_readout[t * O + o];
                bo[o] = leak * b, bco[o] = fade * bco[o] + gain * b;
            }
        }
    }
};

Adaptive adaptive;
Layers layers;
}

extern "C" {

void adaptive_forward(int64_t T, const int32_t *off, const int32_t *idx, const float *w_in,
    const float *w_rec, const float *w_out, const float *beta, float *readout)
{
    adaptive.forward((int)T, off, idx, w_in, w_rec, w_out, beta, readout);
}

void adaptive_backward(int64_t T, const int32_t *off, const int32_t *idx, const float *w_rec,
    const float *w_out, const float *beta, const float *by_readout, float *g_in, float *g_rec, float *g_out)
{
    adaptive.backward((int)T, off, idx, w_rec, w_out, beta, by_readout, g_in, g_rec, g_out);
}

void layers_forward(int64_t T, const int32_t *off, const int32_t *idx, const float *w_in,
    const float *w_out, float *readout)
{
    layers.forward((int)T, off, idx, w_in, w_out, readout);
}

void layers_backward(int64_t T, const int32_t *off, const int32_t *idx, const float *w_out,
    const float *by_readout, float *g_in, float *g_out)
{
    layers.backward((int)T, off, idx, w_out, by_readout, g_in, g_out);
}

}
