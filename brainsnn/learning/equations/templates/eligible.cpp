// -- Gradients forward in time (e-prop): eligibility traces, carried over some steps at once.
//
// Over such a stretch, what a weight has changed in a neuron's states follows from two things: from
// what it had changed at the beginning, and from the spikes within. Both are found by going back
// through the stretch, once for the loss and once for each state; then the stretch is forgotten.
{% set out = source.output %}
{% set width = out.names|length * out.size %}
{% set filter = source.rows(out) %}
{% macro given(c, number) %}{{ 'x.' ~ (pass_of(c, number) | trim | replace(', ', ', x.')) }}{% endmacro %}
{% macro learned(c, number, bars, arrays) %}
        {% for lag in c.lags %}
        if(t >= {{ lag.steps }})
            learn_{{ number }}(x.sent({{ c.source.number }}, t - {{ lag.steps }}), t, {{ loop.index0 }}, {{ given(c, number) }}, {{ bars }}, x.shift_{{ number }}
                {%- for where in c.learned %}, {{ arrays }}{{ where.name }}{% endfor %});
        {% endfor %}
{% endmacro %}
struct Eligible
{
    Trial &trial;
    real level[{{ source.populations|length }}] = {};  // derivative by every spike
    {% for p in source.followed %}
    alignas(64) real B_{{ p.number }}[{{ p.names|length }} * {{ p.size }} + 1];
    alignas(64) real SB_{{ p.number }}[{{ p.size }}];
    int32_t all_{{ p.number }}[{{ p.size }}];
    {% endfor %}

    // Derivatives by what arrives at the readout in each step, and what its own weights learn.
    void read(const real *slopes)
    {
        Trial &x = trial;
        constexpr int64_t m = {{ out.size }}, states = {{ filter|length }}, y = {{ source.traces.readout.states.index(source.traces.readout.state) }};
        static const int64_t row[] = { {{ filter|join(', ') }} };
        std::vector<real> now(states * m, R(0)), next(states * m);
        x.net.signal.assign(x.n_steps * {{ width }}, R(0));
        for(int64_t t = x.n_steps - 1; t >= 0; t--)
        {
            real *const bars = x.net.signal.data() + t * {{ width }};
            {% if not network.arrivals_first %}
            for(int64_t s = 0; s < states; s++)
                std::copy_n(now.data() + s * m, m, bars + row[s] * m);
            {% endif %}
            for(int64_t k = 0; k < m; k++)
                now[y * m + k] += slopes[t * m + k];
            std::fill(next.begin(), next.end(), R(0));
            for(int64_t s = 0; s < states; s++)
                for(int64_t q = 0; q < states; q++)
                    for(int64_t k = 0; k < m; k++)
                        next[q * m + k] += R(x.kept[s * states + q]) * now[s * m + k];
            std::swap(now, next);
            {% if network.arrivals_first %}
            for(int64_t s = 0; s < states; s++)
                std::copy_n(now.data() + s * m, m, bars + row[s] * m);
            {% endif %}
            {% for number, c in source.onto(out) %}
{{ learned(c, number, 'bars', 'x.GW_' ~ number ~ '_') }}
            {% endfor %}
        }
    }

    {% for p in source.followed %}
    {% set k = p.number %}
    {% set way = source.way(p) %}
    // The learning signal of a step.
    void ask_for_{{ k }}(int64_t t)
    {
        Trial &x = trial;
        constexpr int64_t m = {{ out.size }};
        std::fill_n(SB_{{ k }}, {{ p.size }}, level[{{ k }}]);
        if(t + {{ way.lag }} >= x.n_steps)
            return;
        const real *const bars = x.net.signal.data() + (t + {{ way.lag }}) * {{ width }};
        {% if source.own %}
        ask_{{ way.number }}({all_{{ k }}, all_{{ k }} + {{ p.size }}}, t + {{ way.lag }}, 0, {{ given(way.connection, way.number) }}, bars, SB_{{ k }});
        {% endif %}
        for(int64_t j = 0; x.FB_{{ k }} && j < {{ p.size }}; j++)
            for(int64_t q = 0; q < m; q++)
                SB_{{ k }}[j] += R(x.FB_{{ k }}[j * m + q]) * bars[{{ way.row }} * m + q];
    }

    // Back through a stretch: from the loss if `what` is -1, else from a state at its end.
    void back_{{ k }}_over(int64_t first, int64_t last, int64_t what)
    {
        Trial &x = trial;
        constexpr int64_t n = {{ p.size }};
        static const int64_t row[] = { {{ source.rows(p)|join(', ') }} };
        std::memset(B_{{ k }}, 0, sizeof B_{{ k }});
        if(what >= 0)
            std::fill_n(B_{{ k }} + row[what] * n, n, R(1));
        {% for number, c in source.onto(p) %}
        {% for where in c.learned %}
        std::vector<std::vector<real>> &traces_{{ number }}_{{ where.name }} = x.net.traces_{{ number }}_{{ where.name }};
        real *const to_{{ number }}_{{ where.name }} = what < 0 ? x.GW_{{ number }}_{{ where.name }} : x.net.fresh_{{ number }}_{{ where.name }}[what].data();
        {% endfor %}
        {% endfor %}
        for(int64_t t = last - 1; t >= first; t--)
        {
            const int64_t slot = t - first;
            x.mark({{ k }}, t, x.spiked_{{ k }}, n);
            if(what < 0)
                ask_for_{{ k }}(t);
            else
                std::memset(SB_{{ k }}, 0, sizeof SB_{{ k }});
            {% if not network.arrivals_first %}
            back_reset_{{ k }}(x.net.later_{{ k }}.data() + slot * {{ p.names|length * p.size }}, B_{{ k }}, x.P_{{ k }}, x.draws_{{ k }}(t), t, x.n_trials * n, x.spiked_{{ k }}, SB_{{ k }}, x.G_{{ k }});
            {% for number, c in source.onto(p) %}
{{ learned(c, number, 'B_' ~ k, 'to_' ~ number ~ '_') }}
            {% endfor %}
            {% endif %}
            back_{{ k }}(x.net.kept_{{ k }}.data() + slot * {{ p.names|length * p.size }}, B_{{ k }}, x.P_{{ k }}, x.draws_{{ k }}(t), t, x.n_trials * n, x.spiked_{{ k }}, SB_{{ k }}, x.G_{{ k }});
            {% if network.arrivals_first %}
            {% for number, c in source.onto(p) %}
{{ learned(c, number, 'B_' ~ k, 'to_' ~ number ~ '_') }}
            {% endfor %}
            {% endif %}
        }
        {% for number, c in source.onto(p) %}
        {% for where in c.learned %}
        {% for r in source.rows(p) %}
        carry_{{ number }}(x.columns_{{ number }}, B_{{ k }} + {{ r }} * n, traces_{{ number }}_{{ where.name }}[{{ loop.index0 }}].data(), to_{{ number }}_{{ where.name }});
        {% endfor %}
        {% endfor %}
        {% endfor %}
    }

    {% for number, c in source.onto(p) %}
    // Add what a stretch makes of traces that it begins with.
    static void carry_{{ number }}(const int32_t *columns, const real *__restrict by, const real *__restrict traces, real *__restrict to)
    {
        (void)columns;
        {% if c.dense %}
        for(int64_t i = 0; i < {{ c.source.size }}; i++)
            for(int64_t j = 0; j < {{ p.size }}; j++)
                to[i * {{ p.size }} + j] += by[j] * traces[i * {{ p.size }} + j];
        {% else %}
        for(int64_t q = 0; q < {{ c.size }}; q++)
            to[q] += by[columns[q]] * traces[q];
        {% endif %}
    }

    {% endfor %}
    {% endfor %}
    void begin()
    {
        {% for p in source.followed %}
        for(int32_t j = 0; j < {{ p.size }}; j++)
            all_{{ p.number }}[j] = j;
        {% for number, c in source.onto(p) %}
        {% for where in c.learned %}
        for(auto *const traces : {&trial.net.traces_{{ number }}_{{ where.name }}, &trial.net.fresh_{{ number }}_{{ where.name }}})
            traces->assign({{ p.step.states|length }}, std::vector<real>({{ c.size }}, R(0)));
        {% endfor %}
        {% endfor %}
        {% endfor %}
    }

    // The gradient of a trial whose spikes are known, from derivatives by what is read of it.
    void run(const real *slopes, int64_t length)
    {
        Trial &x = trial;
        begin(), read(slopes), x.begin();
        for(int64_t first = 0; first < x.n_steps; first += length)
        {
            const int64_t last = std::min(x.n_steps, first + length);
            for(int64_t t = first; t < last; t++)
                x.template advance<true>(t, t - first, true, false);
            for(int64_t what = -1; what < {{ source.most_states }}; what++)
            {
                {% for p in source.followed %}
                if(what < {{ p.step.states|length }})
                    back_{{ p.number }}_over(first, last, what);
                {% endfor %}
            }
            {% for p in source.followed %}
            {% for number, c in source.onto(p) %}
            {% for where in c.learned %}
            std::swap(x.net.traces_{{ number }}_{{ where.name }}, x.net.fresh_{{ number }}_{{ where.name }});
            for(std::vector<real> &one : x.net.fresh_{{ number }}_{{ where.name }})
                std::fill(one.begin(), one.end(), R(0));
            {% endfor %}
            {% endfor %}
            {% endfor %}
        }
    }
};
