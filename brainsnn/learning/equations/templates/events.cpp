// Exact spike times of a network, and their adjoint, derived from its equations.
#include <map>
#include <queue>
#include <set>
#include <tuple>
{% include 'prelude.cpp' %}

constexpr double steep = 10;

// What a trial did, in its order; see EventTrace of the NumPy form.
enum What { advance, cross, jump, arrive, follow };

struct Item
{
    int32_t what, owner, neuron, event, begin;
    double t, length;
    int64_t x;
};

// Items up to `begin` are of its first instant, up to `end` of what comes after; where its states are.
struct Window
{
    int64_t begin, end;
};

struct Spike
{
    int32_t population, neuron, event;
    double time;
};

struct Network
{
    Spikes spikes[{{ source.populations|length }}];
    std::vector<Item> items;
    std::vector<Window> windows;
    std::vector<Spike> fired;
    std::vector<double> bars, x;
    {% for p in source.neurons %}
    std::vector<double> kept_{{ p.number }};
    {% endfor %}
    std::vector<std::unique_ptr<Network>> others;  // for parts of a block
};

// Everything that the functions are given.
struct Given
{
    {% for type, name in source.arrays() %}
    {{ type }} *{{ name }};
    {% endfor %}

    explicit Given(void *const *a)
        : {% for type, name in source.arrays() %}{{ name }}(({{ type }} *)a[{{ loop.index0 }}]){{ ', ' if not loop.last }}{% endfor %} {}
};

{% macro alone(loop) %}
    {% for line in loop.before + loop.inside %}
    {{ line }}
    {% endfor %}
{% endmacro %}
{% from 'loops.cpp' import every %}
{% for p in source.neurons %}
// -- {{ p.name }}
// All neurons over one step: the state after it, and whose margin may cross 0 within it.
static void step_{{ p.number }}(const Given &a, const real *__restrict X, real *__restrict Y, double time, int32_t *__restrict hot)
{
    constexpr int64_t n = {{ p.size }};
    constexpr double h = dt, none = 0;
    const real *const __restrict P = a.P_{{ p.number }};
    (void)time, (void)P, (void)h, (void)none, (void)hot;
{{ every(p.all_forward()) }}
}

// Whose margin may cross 0 within some time, from one moment for all.
static void look_{{ p.number }}(const Given &a, const real *__restrict X, double time, double h, int32_t *__restrict hot)
{
    constexpr int64_t n = {{ p.size }};
    constexpr double none = 0;
    const real *const __restrict P = a.P_{{ p.number }};
    (void)X, (void)time, (void)P, (void)h, (void)none, (void)hot;
{{ every(p.all_margins()) }}
}

// One neuron over some time.
static void flow_{{ p.number }}(const Given &a, int64_t j, const real *x, double time, double h, real *y)
{
    constexpr int64_t n = {{ p.size }};
    const real *const P = a.P_{{ p.number }};
    (void)n, (void)time, (void)P, (void)h;
{{ alone(p.forward()) }}
}

{% if p.step.spikes %}
// Margin after some time, minus infinity where no spike may be; its slope.
static void margin_{{ p.number }}(const Given &a, int64_t j, const real *x, double time, double h, double &value, double &rate)
{
    constexpr int64_t n = {{ p.size }};
    const real *const P = a.P_{{ p.number }};
    (void)n, (void)time, (void)P, (void)h;
{{ alone(p.margin()) }}
}

static void jump_{{ p.number }}(const Given &a, int64_t j, const real *x, double time, real *y)
{
    constexpr int64_t n = {{ p.size }};
    constexpr double h = 0;
    const real *const P = a.P_{{ p.number }};
    (void)n, (void)time, (void)P, (void)h;
{{ alone(p.jumped()) }}
}

{% endif %}
{% if p.step.period %}
static double period_{{ p.number }}(const Given &a, int64_t j)
{
    constexpr int64_t n = {{ p.size }};
    const double time = 0;
    const real *const P = a.P_{{ p.number }};
    (void)n, (void)time, (void)P;
{{ alone(p.length()) }}
}

static void back_period_{{ p.number }}(const Given &a, int64_t j, double bar)
{
    constexpr int64_t n = {{ p.size }};
    const double time = 0;
    const real *const P = a.P_{{ p.number }};
    real *const G = a.G_{{ p.number }};
    (void)n, (void)time, (void)P, (void)G;
{{ alone(p.back_length()) }}
}

{% endif %}
// Back over a step, all neurons; nobody asks for its length.
static void back_step_{{ p.number }}(const Given &a, const real *__restrict X, real *B, double time)
{
    constexpr int64_t n = {{ p.size }};
    constexpr double h = dt;
    const real *const __restrict P = a.P_{{ p.number }};
    real *const G = a.G_{{ p.number }};
    (void)X, (void)time, (void)P, (void)h, (void)G;
{{ every(p.all_back()) }}
}

// Back over some time, one neuron: `b` becomes the bars before, `by_length` and `by_time` those by it.
static void back_{{ p.number }}(const Given &a, int64_t j, const real *x, double time, double h, real *b, double &by_length, double &by_time)
{
    constexpr int64_t n = {{ p.size }};
    const real *const P = a.P_{{ p.number }};
    real *const G = a.G_{{ p.number }};
    (void)n, (void)x, (void)time, (void)P, (void)h, (void)G;
{{ alone(p.back()) }}
}

{% if p.step.spikes %}
// The bar of a margin that crosses 0 so that its time has the bar `T`.
static void back_margin_{{ p.number }}(const Given &a, int64_t j, const real *x, double time, double h, double T, double least, real *b, double &by_length, double &by_time)
{
    constexpr int64_t n = {{ p.size }};
    const real *const P = a.P_{{ p.number }};
    real *const G = a.G_{{ p.number }};
    (void)n, (void)x, (void)time, (void)P, (void)h, (void)G;
{{ alone(p.back_margin()) }}
}

static void back_jump_{{ p.number }}(const Given &a, int64_t j, const real *x, double time, real *b, double &by_time)
{
    constexpr int64_t n = {{ p.size }};
    constexpr double h = 0;
    const real *const P = a.P_{{ p.number }};
    real *const G = a.G_{{ p.number }};
    (void)n, (void)x, (void)time, (void)P, (void)h, (void)G;
{{ alone(p.back_jumped()) }}
}

{% endif %}
{% endfor %}
{% for c in source.connections %}
{% set number = loop.index0 %}
{% macro each(loop) %}
    {% for line in loop.before %}
    {{ line }}
    {% endfor %}
    {% if c.dense %}
    #pragma GCC ivdep
    for(int64_t j = 0; j < m; j++)
    {
        const int64_t q = i * m + j;
        (void)q;
    {% else %}
    for(int64_t q = a.rows_{{ number }}[i]; q < a.rows_{{ number }}[i + 1]; q++)
    {
        const int64_t j = a.columns_{{ number }}[q];
    {% endif %}
        {% for line in loop.inside %}
        {{ line }}
        {% endfor %}
{% endmacro %}
{% macro names() %}
    constexpr int64_t n = {{ c.source.size }}, m = {{ c.target.size }};
    {% for w in c.variables %}
    const real *const __restrict W_{{ w }} = a.W_{{ number }}_{{ w }};
    (void)W_{{ w }};
    {% endfor %}
    {% for k in ([c.source.number, c.target.number] | unique) %}
    const real *const __restrict P_{{ k }} = a.P_{{ k }};
    (void)P_{{ k }};
    {% endfor %}
    (void)n, (void)m, (void)time;
{% endmacro %}
// -- {{ c.name }}: from {{ c.source.name }} to {{ c.target.name }}
{% set effect, amounts = c.effect() %}
static void arrive_{{ number }}(const Given &a, int64_t i, double time, real *__restrict X)
{
{{ names() }}
{{ each(effect) }}
        {% for x in c.targets %}
        X[{{ c.target.names.index(x) }} * m + j] += real({{ amounts[x] }});
        {% endfor %}
    }
}

static void learn_{{ number }}(const Given &a, int64_t i, double time, const real *__restrict bars)
{
{{ names() }}
    const int64_t moved = a.shift_{{ number }} ? a.shift_{{ number }}[i] : 0;
    (void)moved, (void)bars;
    {% if c.learned %}
    {% set derivative, found = c.derivative() %}
    {% for where in c.learned %}
    real *const {{ where.array }} = a.{{ where.passed(number) }};
    {% if where.shared %}
    real sum_{{ where.array }} = 0;
    {% endif %}
    {% endfor %}
{{ each(derivative) }}
        {% for where in c.learned %}
        {{ 'sum_' ~ where.array if where.shared else where.array ~ '[' ~ where.place ~ ']' }} += real({{ found[where.name] }});
        {% endfor %}
    }
    {% for where in c.learned if where.shared %}
    {{ where.array }}[{{ where.place }}] += sum_{{ where.array }};
    {% endfor %}
    {% endif %}
}

{% endfor %}
// What the loops below ask of a population and of a connection.
struct Kind
{
    int64_t n, rows, states;
    bool whole, silent, pauses;  // ends every step and event; has no threshold; is refractory for a time
    int64_t gate;                // row of the state that says whether it is not
    void (*step)(const Given &, const real *, real *, double, int32_t *);
    void (*look)(const Given &, const real *, double, double, int32_t *);
    void (*flow)(const Given &, int64_t, const real *, double, double, real *);
    void (*margin)(const Given &, int64_t, const real *, double, double, double &, double &);
    void (*jumped)(const Given &, int64_t, const real *, double, real *);
    double (*period)(const Given &, int64_t);
    void (*back_period)(const Given &, int64_t, double);
    void (*back_step)(const Given &, const real *, real *, double);
    void (*back)(const Given &, int64_t, const real *, double, double, real *, double &, double &);
    void (*back_margin)(const Given &, int64_t, const real *, double, double, double, double, real *, double &, double &);
    void (*back_jump)(const Given &, int64_t, const real *, double, real *, double &);
};

static const Kind kinds[] = {
    {% for p in source.populations %}
    {% if p.population.step is none %}
    {},
    {% else %}
    { {{ p.size }}, {{ p.names|length }}, {{ p.step.states|length }}, {{ 'false' if p.step.exact else 'true' }},
      {{ 'false' if p.step.spikes else 'true' }}, {{ 'true' if p.step.period else 'false' }}, {{ p.gate }},
      step_{{ p.number }}, look_{{ p.number }}, flow_{{ p.number }},
      {% if p.step.spikes %}margin_{{ p.number }}, jump_{{ p.number }}{% else %}nullptr, nullptr{% endif %},
      {% if p.step.period %}period_{{ p.number }}, back_period_{{ p.number }}{% else %}nullptr, nullptr{% endif %},
      back_step_{{ p.number }}, back_{{ p.number }},
      {% if p.step.spikes %}back_margin_{{ p.number }}, back_jump_{{ p.number }}{% else %}nullptr, nullptr{% endif %} },
    {% endif %}
    {% endfor %}
};

struct Way
{
    int32_t number, source, target;
    double delay;
    bool lifts;  // whether a spike that arrives may lift its target over the threshold at once
    bool dense;  // whether it reaches all
    void (*arrive)(const Given &, int64_t, double, real *);
    void (*learn)(const Given &, int64_t, double, const real *);
};

static const Way ways[] = {
    {% for c in source.connections %}
    { {{ loop.index0 }}, {{ c.source.number }}, {{ c.target.number }}, {{ c.delay }}, {{ 'true' if c.lifts else 'false' }}, {{ 'true' if c.dense else 'false' }}, arrive_{{ loop.index0 }}, learn_{{ loop.index0 }} },
    {% endfor %}
    {}
};
constexpr int32_t n_ways = {{ source.connections|length }};

// Whom a neuron reaches by a way.
template<class F> static void reached(const Given &a, int32_t way, int64_t i, F call)
{
    switch(way)
    {
    {% for c in source.connections %}
    case {{ loop.index0 }}:
        {% if c.dense %}
        (void)a, (void)i;
        for(int64_t j = 0; j < {{ c.target.size }}; j++)
            call(j);
        {% else %}
        for(int64_t q = a.rows_{{ loop.index0 }}[i]; q < a.rows_{{ loop.index0 }}[i + 1]; q++)
            call(a.columns_{{ loop.index0 }}[q]);
        {% endif %}
        break;
    {% endfor %}
    }
}
}

{% include 'told.cpp' %}
{% include 'continuous.cpp' %}
{% include 'parts.cpp' %}

extern "C" {

void *derived_new() { return new Network; }
void derived_delete(Network *net) { delete net; }

}
