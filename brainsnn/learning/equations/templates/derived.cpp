// Forward and backward of a network, derived from its equations.
{% include 'prelude.cpp' %}
constexpr int64_t reach = {{ source.reach }};

struct Network
{
    Spikes spikes[{{ source.populations|length }}];
    {% for p in source.neurons %}
    std::vector<real> kept_{{ p.number }};
    {% if not network.arrivals_first %}
    std::vector<real> later_{{ p.number }};
    {% endif %}
    {% endfor %}
    {% if forward %}
    std::vector<real> signal;  // derivatives by what arrives at the readout, step by step
    {% for number, c in source.eligible %}
    {% for where in c.learned %}
    std::vector<std::vector<real>> traces_{{ number }}_{{ where.name }}, fresh_{{ number }}_{{ where.name }};
    {% endfor %}
    {% endfor %}
    {% endif %}
    std::vector<std::unique_ptr<Network>> others;  // for parts of a block
    int64_t block = 0;  // steps between two states that are kept; 0: all are

    // Bytes of states, traces and signals; not of spikes.
    int64_t bytes() const
    {
        int64_t numbers = 0;
        {% for p in source.neurons %}
        numbers += kept_{{ p.number }}.capacity();
        {% if not network.arrivals_first %}
        numbers += later_{{ p.number }}.capacity();
        {% endif %}
        {% endfor %}
        {% if forward %}
        numbers += signal.capacity();
        {% for number, c in source.eligible %}
        {% for where in c.learned %}
        for(const auto *const traces : {&traces_{{ number }}_{{ where.name }}, &fresh_{{ number }}_{{ where.name }}})
            for(const std::vector<real> &one : *traces)
                numbers += one.capacity();
        {% endfor %}
        {% endfor %}
        {% endif %}
        int64_t found = numbers * sizeof(real);
        for(const auto &other : others)
            found += other->bytes();
        return found;
    }
};

{% from 'loops.cpp' import every %}
{% for p in source.neurons %}
// -- {{ p.name }}
static void update_{{ p.number }}(
    const real *X, real *Y, const real *__restrict P, const real *__restrict D, int64_t step,
    int64_t stride, int32_t *__restrict spiked{% for x in p.readout %}, real *__restrict V_{{ x }}{% endfor %})
{
    constexpr int64_t n = {{ p.size }};
    const real time = R(double(step) * dt);
    (void)time, (void)P, (void)D, (void)stride;
{{ every(p.forward_update()) }}
}

// The same where the spikes are known.
static void replay_{{ p.number }}(
    const real *X, real *Y, const real *__restrict P, const real *__restrict D, int64_t step,
    int64_t stride, const int32_t *__restrict spiked{% for x in p.readout %}, real *__restrict V_{{ x }}{% endfor %})
{
    constexpr int64_t n = {{ p.size }};
    const real time = R(double(step) * dt);
    (void)time, (void)P, (void)D, (void)stride, (void)spiked;
{{ every(p.replayed_update()) }}
}

{% if not network.arrivals_first %}
static void reset_{{ p.number }}(
    const real *X, real *Y, const real *__restrict P, const real *__restrict D, int64_t step,
    int64_t stride, const int32_t *__restrict spiked)
{
    constexpr int64_t n = {{ p.size }};
    const real time = R(double(step) * dt);
    (void)time, (void)P, (void)D, (void)stride;
{{ every(p.forward_reset()) }}
}

static void back_reset_{{ p.number }}(
    const real *__restrict X, real *B, const real *__restrict P, const real *__restrict D, int64_t step,
    int64_t stride, const int32_t *__restrict spiked, real *__restrict SB, real *__restrict G)
{
    constexpr int64_t n = {{ p.size }};
    const real time = R(double(step) * dt);
    (void)time, (void)P, (void)D, (void)stride, (void)SB, (void)G;
{{ every(p.backward_reset()) }}
}

{% endif %}
{% if p.step.spikes %}
static void slope_{{ p.number }}(
    const real *__restrict X, const real *__restrict P, const real *__restrict D, int64_t step,
    int64_t stride, real *__restrict psi)
{
    constexpr int64_t n = {{ p.size }};
    const real time = R(double(step) * dt);
    (void)time, (void)P, (void)D, (void)stride;
{{ every(p.slope()) }}
}

{% endif %}
static void back_{{ p.number }}(
    const real *__restrict X, real *B, const real *__restrict P, const real *__restrict D, int64_t step,
    int64_t stride, const int32_t *__restrict spiked, const real *__restrict SB, real *__restrict G
    {%- for x in p.readout %}, const real *__restrict VB_{{ x }}{% endfor %})
{
    constexpr int64_t n = {{ p.size }};
    const real time = R(double(step) * dt);
    (void)time, (void)P, (void)D, (void)stride, (void)SB, (void)G;
{{ every(p.backward_update()) }}
}

{% endfor %}
{% for c in source.connections %}
{% set number = loop.index0 %}
{% set arguments %}
    const Sent sent, int64_t step, int64_t lag, const int64_t *rows, const int32_t *__restrict columns
    {%- for w in c.variables %}, const real *__restrict W_{{ w }}{% endfor %}
    {%- for k in ([c.source.number, c.target.number] | unique) %}, const real *__restrict P_{{ k }}{% endfor %}
{% endset %}
{% macro each(loop, pragma='GCC ivdep') %}
        {% for line in loop.before %}
        {{ line }}
        {% endfor %}
        {% if c.dense %}
        #pragma {{ pragma }}
        for(int64_t j = 0; j < m; j++)
        {
            const int64_t q = i * m + j;
            (void)q;
        {% else %}
        for(int64_t q = rows[lag * (n + 1) + i]; q < rows[lag * (n + 1) + i + 1]; q++)
        {
            const int64_t j = columns[q];
        {% endif %}
            {% for line in loop.inside %}
            {{ line }}
            {% endfor %}
{% endmacro %}
// -- {{ c.name }}: from {{ c.source.name }} to {{ c.target.name }}
{% set effect, amounts = c.effect() %}
static void arrive_{{ number }}({{ arguments }}, real *__restrict X)
{
    constexpr int64_t n = {{ c.source.size }}, m = {{ c.target.size }};
    const real time = R(double(step) * dt);
    (void)n, (void)m, (void)rows, (void)columns, (void)lag, (void)time;
    for(const int32_t *spike = sent.begin; spike != sent.end; spike++)
    {
        const int64_t i = *spike;
{{ each(effect) }}
            {% for x in c.targets %}
            X[{{ c.target.names.index(x) }} * m + j] += real({{ amounts[x] }});
            {% endfor %}
        }
    }
}

static void ask_{{ number }}({{ arguments }}, const real *__restrict bars, real *__restrict SB)
{
    constexpr int64_t n = {{ c.source.size }}, m = {{ c.target.size }};
    const real time = R(double(step) * dt);
    (void)n, (void)m, (void)rows, (void)columns, (void)lag, (void)time;
    for(const int32_t *spike = sent.begin; spike != sent.end; spike++)
    {
        const int64_t i = *spike;
        real sum = 0;
{{ each(effect, 'GCC ivdep' if source.real == 'float' else 'omp simd reduction(+:sum)') }}
            {% for x in c.targets %}
            sum += real({{ amounts[x] }}) * bars[{{ c.target.names.index(x) }} * m + j];
            {% endfor %}
        }
        SB[i] += sum;
    }
}

{% if c.learned %}
{% set derivative, found = c.derivative() %}
static void learn_{{ number }}({{ arguments }}, const real *__restrict bars
    , const int64_t *shift{% for where in c.learned %}, real *{{ where.array }}{% endfor %})
{
    constexpr int64_t n = {{ c.source.size }}, m = {{ c.target.size }};
    const real time = R(double(step) * dt);
    (void)n, (void)m, (void)rows, (void)columns, (void)lag, (void)time;
    for(const int32_t *spike = sent.begin; spike != sent.end; spike++)
    {
        const int64_t i = *spike, moved = shift ? shift[i] : 0;
        (void)moved;
        {% for where in c.learned if where.shared %}
        real sum_{{ where.array }} = 0;
        {% endfor %}
{{ each(derivative) }}
            {% for where in c.learned %}
            {% if where.shared %}
            sum_{{ where.array }} += real({{ found[where.name] }});
            {% else %}
            {{ where.array }}[{{ where.place }}] += real({{ found[where.name] }});
            {% endif %}
            {% endfor %}
        }
        {% for where in c.learned if where.shared %}
        {{ where.array }}[{{ where.place }}] += sum_{{ where.array }};
        {% endfor %}
    }
}

{% endif %}
{% endfor %}
{% macro pass_of(c, number) %}rows_{{ number }}, columns_{{ number }}
    {%- for w in c.variables %}, W_{{ number }}_{{ w }}{% endfor %}
    {%- for k in ([c.source.number, c.target.number] | unique) %}, P_{{ k }}{% endfor %}
{% endmacro %}
// What the functions below are given, and the state of one trial.
struct Trial
{
    Network &net;
    void **const a;
    const int64_t n_trials, n_steps, trial;
    {% for type, name in source.arrays() %}
    {{ type }} *const {{ name }} = ({{ type }} *)a[{{ loop.index0 }}];
    {% endfor %}
    {% for p in source.neurons %}
    alignas(64) real X_{{ p.number }}[{{ p.names|length }} * {{ p.size }} + 1];
    alignas(64) int32_t spiked_{{ p.number }}[{{ p.size }}];
    {% endfor %}

    Sent sent(int64_t population, int64_t step) const
    {
        const int64_t row = trial * n_steps + step;
        switch(population)
        {
        {% for p in source.populations if p.population.step is none %}
        case {{ p.number }}:
            return {idx_{{ p.number }} + off_{{ p.number }}[row], idx_{{ p.number }} + off_{{ p.number }}[row + 1]};
        {% endfor %}
        default:
            const Spikes &own = net.spikes[population];
            const int32_t *const first = own.neurons.data();
            return {first + own.offsets[row], first + own.offsets[row + 1]};
        }
    }

    {% for p in source.neurons %}
    const real *draws_{{ p.number }}(int64_t step) const
    {
        return D_{{ p.number }} ? D_{{ p.number }} + (step * {{ p.draws|length }} * n_trials + trial) * {{ p.size }} : nullptr;
    }

    {% endfor %}
    int64_t place(int64_t step, int64_t n) const { return (step * n_trials + trial) * n; }

    void begin()
    {
        {% for p in source.neurons %}
        std::memcpy(X_{{ p.number }}, X0_{{ p.number }}, {{ p.names|length * p.size }} * sizeof(real));
        {% endfor %}
    }

    void arrive(int64_t step)
    {
        (void)step;
        {% for c in source.connections %}
        {% set number = loop.index0 %}
        {% for lag in c.lags %}
        if(step >= {{ lag.steps }})
            arrive_{{ number }}(sent({{ c.source.number }}, step - {{ lag.steps }}), step, {{ loop.index0 }}, {{ pass_of(c, number) }}, X_{{ c.target.number }});
        {% endfor %}
        {% endfor %}
    }

    void mark(int64_t population, int64_t step, int32_t *spiked, int64_t n) const
    {
        std::memset(spiked, 0, n * sizeof(int32_t));
        const Sent those = sent(population, step);
        for(const int32_t *s = those.begin; s != those.end; s++)
            spiked[*s] = 1;
    }

    // One step; what it begins with, and what its reset begins with, go to `kept` and `later`.
    // `known` says that its spikes are.
    template<bool known = false> void advance(int64_t step, int64_t slot, bool keep, bool record)
    {
        {% if network.arrivals_first %}
        arrive(step);
        {% endif %}
        {% for p in source.neurons %}
        {% set k = p.number %}
        {% set size = p.names|length * p.size %}
        if(keep)
            std::memcpy(net.kept_{{ k }}.data() + slot * {{ size }}, X_{{ k }}, {{ size }} * sizeof(real));
        {% for function, condition in (('replay', 'known'), ('update', '!known')) %}
        {% if function == 'replay' and p.step.spikes %}
        if(known)
            mark({{ k }}, step, spiked_{{ k }}, {{ p.size }});
        {% endif %}
        if({{ condition }})
            {{ function }}_{{ k }}(X_{{ k }}, X_{{ k }}, P_{{ k }}, draws_{{ k }}(step), step, n_trials * {{ p.size }}, spiked_{{ k }}
                {%- for x in p.readout %}, V_{{ k }}_{{ x }} + place(step, {{ p.size }}){% endfor %});
        {% endfor %}
        {% if p.step.spikes %}
        if(record)
            net.spikes[{{ k }}].note(spiked_{{ k }}, {{ p.size }});
        {% endif %}
        {% endfor %}
        {% if not network.arrivals_first %}
        arrive(step);
        {% for p in source.neurons %}
        {% set k = p.number %}
        {% set size = p.names|length * p.size %}
        if(keep)
            std::memcpy(net.later_{{ k }}.data() + slot * {{ size }}, X_{{ k }}, {{ size }} * sizeof(real));
        reset_{{ k }}(X_{{ k }}, X_{{ k }}, P_{{ k }}, draws_{{ k }}(step), step, n_trials * {{ p.size }}, spiked_{{ k }});
        {% endfor %}
        {% endif %}
    }
};

struct Back
{
    Trial &trial;
    real level[{{ source.populations|length }}] = {};  // derivative by every spike, where no other is given
    {% for p in source.neurons %}
    alignas(64) real B_{{ p.number }}[{{ p.names|length }} * {{ p.size }} + 1];
    alignas(64) real SB_{{ p.number }}[{{ p.size }}];
    alignas(64) real psi_{{ p.number }}[{{ p.size }}];
    alignas(64) real ring_{{ p.number }}[reach][{{ p.names|length }} * {{ p.size }} + 1];
    int32_t active_{{ p.number }}[{{ p.size }}];
    {% endfor %}

    void begin()
    {
        {% for p in source.neurons %}
        std::memset(B_{{ p.number }}, 0, sizeof B_{{ p.number }});
        {% endfor %}
    }

    // Back through one step, whose states are at a place of `kept` and `later`.
    void step(int64_t step, int64_t slot)
    {
        Trial &x = trial;
        {% for p in source.neurons %}
        {% set k = p.number %}
        if(x.SX_{{ k }})
            std::memcpy(SB_{{ k }}, x.SX_{{ k }} + x.place(step, {{ p.size }}), sizeof SB_{{ k }});
        else
            std::fill_n(SB_{{ k }}, {{ p.size }}, level[{{ k }}]);
        {% if p.step.spikes %}
        x.mark({{ k }}, step, x.spiked_{{ k }}, {{ p.size }});
        {% else %}
        std::memset(x.spiked_{{ k }}, 0, sizeof x.spiked_{{ k }});
        {% endif %}
        {% if not network.arrivals_first %}
        back_reset_{{ k }}(x.net.later_{{ k }}.data() + slot * {{ p.names|length * p.size }}, B_{{ k }}, x.P_{{ k }}, x.draws_{{ k }}(step), step, x.n_trials * {{ p.size }}, x.spiked_{{ k }}, SB_{{ k }}, x.G_{{ k }});
        keep_{{ k }}(step);
        {% endif %}
        {% endfor %}
        pass(step, slot);
        {% for p in source.neurons %}
        {% set k = p.number %}
        back_{{ k }}(x.net.kept_{{ k }}.data() + slot * {{ p.names|length * p.size }}, B_{{ k }}, x.P_{{ k }}, x.draws_{{ k }}(step), step, x.n_trials * {{ p.size }}, x.spiked_{{ k }}, SB_{{ k }}, x.G_{{ k }}
            {%- for n in p.readout %}, x.VB_{{ k }}_{{ n }} + x.place(step, {{ p.size }}){% endfor %});
        {% endfor %}
        {% if network.arrivals_first %}
        {% for p in source.neurons %}
        keep_{{ p.number }}(step);
        {% endfor %}
        {% endif %}
    }

    {% for p in source.neurons %}
    void keep_{{ p.number }}(int64_t step) { std::memcpy(ring_{{ p.number }}[step % reach], B_{{ p.number }}, sizeof B_{{ p.number }}); }
    {% endfor %}

    // What spikes of a step are asked for, and what is learned from those that were.
    void pass(int64_t step, int64_t slot)
    {
        Trial &x = trial;
        (void)x, (void)slot;
        {% for p in source.neurons if p.step.spikes %}
        {% set k = p.number %}
        slope_{{ k }}(x.net.kept_{{ k }}.data() + slot * {{ p.names|length * p.size }}, x.P_{{ k }}, x.draws_{{ k }}(step), step, x.n_trials * {{ p.size }}, psi_{{ k }});
        int64_t n_{{ k }} = 0;
        for(int32_t j = 0; j < {{ p.size }}; j++)
        {
            active_{{ k }}[n_{{ k }}] = j;
            n_{{ k }} += psi_{{ k }}[j] != 0;
        }
        {% endfor %}
        {% for c in source.connections %}
        {% set number = loop.index0 %}
        {% set s = c.source.number %}
        {% for lag in c.lags %}
        if(step + {{ lag.steps }} < x.n_steps)
        {
            const real *const bars = ring_{{ c.target.number }}[(step + {{ lag.steps }}) % reach];
            {% with %}
            {% set rest = 'x.' ~ (pass_of(c, number) | trim | replace(', ', ', x.')) %}
            {% if c.source.population.step is not none and c.source.step.spikes %}
            ask_{{ number }}({active_{{ s }}, active_{{ s }} + n_{{ s }}}, step + {{ lag.steps }}, {{ loop.index0 }}, {{ rest }}, bars, SB_{{ s }});
            {% endif %}
            {% if c.learned %}
            learn_{{ number }}(x.sent({{ s }}, step), step + {{ lag.steps }}, {{ loop.index0 }}, {{ rest }}, bars, x.shift_{{ number }}
                {%- for where in c.learned %}, x.{{ where.passed(number) }}{% endfor %});
            {% endif %}
            {% endwith %}
        }
        {% endfor %}
        {% endfor %}
    }
};
}

extern "C" {

void *derived_new() { return new Network; }
void derived_delete(void *net) { delete(Network *)net; }
int64_t derived_bytes(void *net) { return ((Network *)net)->bytes(); }

// Runs trials; `block` steps between two states that are kept for the way back, 0 for all states.
void derived_run(void *self, int64_t n_trials, int64_t n_steps, int64_t block, void **a)
{
    Network &net = *(Network *)self;
    const int64_t slots = block ? (n_steps + block - 1) / block : n_steps;
    net.block = block;
    for(Spikes &own : net.spikes)
        own.clear();
    {% for p in source.neurons %}
    net.kept_{{ p.number }}.resize((n_trials * slots + block) * {{ p.names|length * p.size }} + 1);
    {% if not network.arrivals_first %}
    net.later_{{ p.number }}.resize((block ? block : n_trials * slots) * {{ p.names|length * p.size }} + 1);
    {% endif %}
    {% endfor %}
    for(int64_t k = 0; k < n_trials; k++)
    {
        const std::unique_ptr<Trial> place(new Trial{net, a, n_trials, n_steps, k});
        Trial &trial = *place;
        trial.begin();
        for(int64_t t = 0; t < n_steps; t++)
        {
            if(block && t % block == 0)
            {
                const int64_t slot = block + k * slots + t / block;
                {% for p in source.neurons %}
                std::memcpy(net.kept_{{ p.number }}.data() + slot * {{ p.names|length * p.size }}, trial.X_{{ p.number }}, {{ p.names|length * p.size }} * sizeof(real));
                {% endfor %}
            }
            trial.advance(t, k * slots + t, !block, true);
        }
    }
}

int64_t derived_spikes(void *self, int64_t population, const int64_t **offsets, const int32_t **neurons)
{
    const Spikes &own = ((Network *)self)->spikes[population];
    *offsets = own.offsets.data();
    *neurons = own.neurons.data();
    return own.n;
}

// Adds the gradient of the trials that were run last.
void derived_gradient(void *self, int64_t n_trials, int64_t n_steps, void **a)
{
    Network &net = *(Network *)self;
    const Flushing flushing;
    const int64_t block = net.block ? net.block : n_steps;
    const int64_t slots = (n_steps + block - 1) / block;
    for(int64_t k = 0; k < n_trials; k++)
    {
        const std::unique_ptr<Trial> place(new Trial{net, a, n_trials, n_steps, k});
        Trial &trial = *place;
        const std::unique_ptr<Back> way(new Back{trial});
        Back &back = *way;
        back.begin();
        for(int64_t b = slots - 1; b >= 0; b--)
        {
            const int64_t first = b * block, last = std::min(n_steps, first + block);
            if(net.block)
            {
                const int64_t slot = block + k * slots + b;
                {% for p in source.neurons %}
                std::memcpy(trial.X_{{ p.number }}, net.kept_{{ p.number }}.data() + slot * {{ p.names|length * p.size }}, {{ p.names|length * p.size }} * sizeof(real));
                {% endfor %}
                for(int64_t t = first; t < last; t++)
                    trial.advance(t, t - first, true, false);
            }
            for(int64_t t = last - 1; t >= first; t--)
                back.step(t, net.block ? t - first : k * n_steps + t);
        }
        {% for p in source.neurons %}
        if(trial.B0_{{ p.number }})
            std::memcpy(trial.B0_{{ p.number }} + k * {{ p.step.states|length * p.size }}, back.B_{{ p.number }}, {{ p.step.states|length * p.size }} * sizeof(real));
        {% endfor %}
    }
}

}

{% include 'learning.cpp' %}
