#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>
#ifdef __SSE2__
#include <immintrin.h>
#endif

typedef {{ source.real }} real;
#define R(x) ((real)(x))
#define int_(x) ((real)(x))
#define where_(c, a, b) ((c) ? R(a) : R(b))

namespace
{
using std::exp; using std::log; using std::log10; using std::expm1; using std::log1p;
using std::sqrt; using std::sin; using std::cos; using std::tan; using std::sinh; using std::cosh;
using std::tanh; using std::asin; using std::acos; using std::atan; using std::floor; using std::ceil;

inline real abs_(real x) { return std::fabs(x); }
inline real pow_(real x, real y) { return std::pow(x, y); }
inline real sign(real x) { return R((x > 0) - (x < 0)); }
inline real clip(real x, real low, real high) { return x < low ? low : (x > high ? high : x); }

// (e^x - 1) / x without a branch, so that loops can be vectorised.
inline real exprel(real x)
{
    const bool near = std::fabs(x) < R(1e-16);
    const real y = near ? R(1) : x, far = std::expm1(y) / y;
    return near ? R(1) : far;
}

inline real exprel_slope(real x)
{
    const bool near = std::fabs(x) < R(1e-2);
    const real y = near ? R(1) : x, far = (std::exp(y) * (y - 1) + 1) / (y * y);
    const real series = R(0.5) + x * (R(1) / 3 + x * (R(0.125) + x * (R(1) / 30 +
        x * (R(1) / 144 + x / 840))));
    return near ? series : far;
}

inline real timestep(real t, real dt) { return std::floor((t + R(1e-3) * dt) / dt); }

{% for definition in source.functions %}
{{ definition }}

{% endfor %}
constexpr double dt = {{ network.dt }};
struct Spikes
{
    std::vector<int64_t> offsets;
    std::vector<int32_t> neurons;
    int64_t n = 0;

    void clear()
    {
        n = 0;
        offsets.assign(1, 0);
    }

    void note(const int32_t *spiked, int64_t size)
    {
        if((int64_t)neurons.size() < n + size)
            neurons.resize(2 * (n + size));
        int32_t *to = neurons.data() + n;
        for(int64_t j = 0; j < size; j++)
        {
            *to = (int32_t)j;
            to += spiked[j];
        }
        n = to - neurons.data();
        offsets.push_back(n);
    }
};

// Within it, numbers too small to be normal are 0: bars that fade cost no more than others.
class Flushing
{
#ifdef __SSE2__
    const unsigned before = _mm_getcsr();

public:
    Flushing() { _mm_setcsr(before | 0x8040); }
    ~Flushing() { _mm_setcsr(before); }
#else
public:
    Flushing() {}
#endif
};

// Spikes of one step of one trial.
struct Sent
{
    const int32_t *begin, *end;
};

