// Diehl and Cook's network by hand, one presentation of an image: inputs drawn by gaps, neurons in
// steps of 0.5 ms by Euler's method, a row of weights a presynaptic spike, a column a postsynaptic one.
// Traces stand where they belong: one an input, two a neuron. Nothing is recorded but spikes' number.

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace
{

constexpr int n_steps = 700, refractory = 10, refractory_partner = 4;
constexpr double dt = 0.5, rise = 0.05, down = 1e-4, up = 1e-2, total = 78;

using Numbers = std::vector<double>;

// The inputs that spike in each step; a number of steps up to the next spike is geometric.
void draw(const double *rates, int64_t n, std::mt19937_64 &random, std::vector<std::vector<int>> &spikes)
{
    std::uniform_real_distribution<double> even;
    for(auto &step : spikes)
        step.clear();
    for(int64_t i = 0; i < n; i++)
    {
        const double chance = rates[i] * dt * 1e-3;
        if(!(chance > 0))
            continue;
        const double scale = 1 / std::log1p(-chance);
        double step = std::floor(std::log(1 - even(random)) * scale);
        while(step < n_steps)
        {
            spikes[(size_t)step].push_back((int)i);
            step += 1 + std::floor(std::log(1 - even(random)) * scale);
        }
    }
}

struct Neurons
{
    Numbers v, ge, gi;
    std::vector<int> last, fired;

    Neurons(int64_t n, double rest) : v(n, rest), ge(n), gi(n), last(n, -n_steps) {}
};

// Excitatory neurons and their traces by a step; who fires.
void advance(Neurons &cells, Numbers &fast, Numbers &slow, double *__restrict theta, int step)
{
    const int64_t n = cells.v.size();
    double *__restrict v = cells.v.data(), *__restrict ge = cells.ge.data();
    double *__restrict gi = cells.gi.data(), *__restrict a = fast.data(), *__restrict b = slow.data();
    const int *__restrict last = cells.last.data();
    const double fall = std::exp(-dt / 20), fall_slow = std::exp(-dt / 40);
    bool any = false;
    for(int64_t j = 0; j < n; j++)
    {
        const double moved = v[j] + dt * ((-65 - v[j]) - ge[j] * v[j] + gi[j] * (-100 - v[j])) / 100;
        const bool free = step - last[j] >= refractory;
        v[j] = free ? moved : v[j];
        ge[j] -= dt * ge[j];
        gi[j] -= dt * gi[j] / 2;
        theta[j] -= dt * theta[j] / 1e7;
        a[j] *= fall;
        b[j] *= fall_slow;
        any |= free & (v[j] > theta[j] - 72);
    }
    cells.fired.clear();
    for(int64_t j = 0; any && j < n; j++)
        if(step - last[j] >= refractory && v[j] > theta[j] - 72)
            cells.fired.push_back((int)j);
}

void advance(Neurons &partners, int step)
{
    const int64_t n = partners.v.size();
    double *__restrict v = partners.v.data(), *__restrict ge = partners.ge.data();
    const int *__restrict last = partners.last.data();
    bool any = false;
    for(int64_t j = 0; j < n; j++)
    {
        const double moved = v[j] + dt * ((-60 - v[j]) - ge[j] * v[j]) / 10;
        const bool free = step - last[j] >= refractory_partner;
        v[j] = free ? moved : v[j];
        ge[j] -= dt * ge[j];
        any |= free & (v[j] > -40);
    }
    partners.fired.clear();
    for(int64_t j = 0; any && j < n; j++)
        if(step - last[j] >= refractory_partner && v[j] > -40)
            partners.fired.push_back((int)j);
}

// An input spike: its row of weights arrives, and falls with the neurons' fast traces.
void arrive(double *__restrict row, double *__restrict ge, const double *__restrict fast, int64_t n)
{
    for(int64_t j = 0; j < n; j++)
    {
        ge[j] += row[j];
        const double lower = row[j] - down * fast[j];
        row[j] = lower > 0 ? lower : 0;
    }
}

void normalise(double *__restrict w, int64_t n_inputs, int64_t n)
{
    Numbers sums(n);
    for(int64_t i = 0; i < n_inputs; i++)
        for(int64_t j = 0; j < n; j++)
            sums[j] += w[i * n + j];
    for(double &sum : sums)
        sum = total / sum;
    for(int64_t i = 0; i < n_inputs; i++)
        for(int64_t j = 0; j < n; j++)
            w[i * n + j] *= sums[j];
}

}

// Present an image with these rates in Hz to the network of n neurons; weights (n_inputs, n) and
// thresholds above -72 mV learn. Returns the number of output spikes.
extern "C" int64_t diehl_cook_limit(
    const double *rates, int64_t n_inputs, int64_t n, double *w, double *theta, uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::vector<std::vector<int>> spikes(n_steps);
    draw(rates, n_inputs, random, spikes);
    Numbers falls(n_steps), fast(n), slow(n);
    for(int k = 0; k < n_steps; k++)
        falls[k] = std::exp(-k * dt / 20);
    Neurons cells(n, -65), partners(n, -60);
    std::vector<int> seen(n_inputs, -1);
    int64_t count = 0;
    for(int step = 0; step < n_steps; step++)
    {
        advance(cells, fast, slow, theta, step);
        advance(partners, step);
        for(const int i : spikes[step])
        {
            arrive(w + i * n, cells.ge.data(), fast.data(), n);
            seen[i] = step;
        }
        for(const int j : cells.fired)
        {
            for(int64_t i = 0; i < n_inputs; i++)
                if(seen[i] >= 0)
                {
                    const double higher = w[i * n + j] + up * falls[step - seen[i]] * slow[j];
                    w[i * n + j] = higher < 1 ? higher : 1;
                }
            fast[j] = slow[j] = 1;
            partners.ge[j] += 10.4;
            cells.v[j] = -65;
            theta[j] += rise;
            cells.last[j] = step;
            count++;
        }
        for(const int k : partners.fired)
        {
            for(int64_t j = 0; j < n; j++)
                cells.gi[j] += j == k ? 0 : 17;
            partners.v[k] = -45;
            partners.last[k] = step;
        }
    }
    normalise(w, n_inputs, n);
    return count;
}
