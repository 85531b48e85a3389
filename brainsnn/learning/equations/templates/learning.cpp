{% include 'told.cpp' %}
static void prepare(Network &net, int64_t slots, int64_t block)
{
    (void)block;
    {% for p in source.neurons %}
    net.kept_{{ p.number }}.resize((slots + block) * {{ p.names|length * p.size }} + 1);
    {% if not network.arrivals_first %}
    net.later_{{ p.number }}.resize((block ? block : slots) * {{ p.names|length * p.size }} + 1);
    {% endif %}
    {% endfor %}
}

static void keep(Network &net, const Trial &trial, int64_t slot)
{
    {% for p in source.neurons %}
    std::memcpy(net.kept_{{ p.number }}.data() + slot * {{ p.names|length * p.size }}, trial.X_{{ p.number }}, {{ p.names|length * p.size }} * sizeof(real));
    {% endfor %}
}

static void go_back_to(const Network &net, Trial &trial, int64_t slot)
{
    {% for p in source.neurons %}
    std::memcpy(trial.X_{{ p.number }}, net.kept_{{ p.number }}.data() + slot * {{ p.names|length * p.size }}, {{ p.names|length * p.size }} * sizeof(real));
    {% endfor %}
}

// States of a trial, from its spikes; all are kept, or one in `block` steps, or none.
static void replay(Trial &trial, int64_t block, bool keeping)
{
    trial.begin();
    for(int64_t t = 0; t < trial.n_steps; t++)
    {
        if(keeping && block && t % block == 0)
            keep(trial.net, trial, block + t / block);
        trial.advance<true>(t, t, keeping && !block, false);
    }
}

static void go_back(Back &back, int64_t block)
{
    Trial &trial = back.trial;
    const int64_t n_steps = trial.n_steps, length = block ? block : n_steps;
    back.begin();
    for(int64_t b = (n_steps - 1) / length; b >= 0; b--)
    {
        const int64_t first = b * length, last = std::min(n_steps, first + length);
        if(block)
        {
            go_back_to(trial.net, trial, block + b);
            for(int64_t t = first; t < last; t++)
                trial.advance<true>(t, t - first, true, false);
        }
        for(int64_t t = last - 1; t >= first; t--)
            back.step(t, block ? t - first : t);
    }
}

// Derivative of the penalty of rates by every spike of a hidden population.
static void penalise(const Told &told, const Network &net, int64_t n_steps, real *level)
{
    const double weight = told.penalty[0], target = told.penalty[1];
    for(int64_t k = 0; weight && k < told.n_hidden; k++)
    {
        const int64_t p = told.hidden[k];
        const double excess = double(net.spikes[p].n) / sizes[p] / n_steps - target;
        level[p] = excess > 0 ? R(weight / (sizes[p] * n_steps) * excess) : R(0);
    }
}

// Numbers of a trial between C++ and the loss.
struct Course
{
    std::vector<real> states, slopes;
    std::vector<double> course, by;

    explicit Course(int64_t n) : states(n + 1), slopes(n + 1), course(n), by(n) {}

    void read(const Told &told, const Network &net, int64_t n_steps)
    {
        if(told.reads_potential)
        {
            std::copy_n(states.data(), course.size(), course.data());
            return;
        }
        std::fill(course.begin(), course.end(), 0.0);
        const Spikes &own = net.spikes[told.output];
        for(int64_t t = 0; t < n_steps; t++)
            for(int64_t k = own.offsets[t]; k < own.offsets[t + 1]; k++)
                course[t * told.size + own.neurons[k]] = 1;
    }

    // Derivatives by the course, of the loss, or as they are given.
    void judge(const Told &told, int64_t n_steps, int64_t wanted, const double *given)
    {
        if(given)
            std::copy_n(given, by.size(), by.data());
        else
            told.slope(
                (int64_t)course.data(), n_steps, told.size, wanted, (int64_t)told.parameters,
                (int64_t)by.data());
        std::copy_n(by.data(), by.size(), slopes.data());
    }
};

static void add_first(const Back &back)
{
    (void)back;
    {% for p in source.neurons %}
    if(back.trial.B0_{{ p.number }})
        for(int64_t q = 0; q < {{ p.step.states|length * p.size }}; q++)
            back.trial.B0_{{ p.number }}[q] += back.B_{{ p.number }}[q];
    {% endfor %}
}

// Spikes of inputs as the functions take them.
static void point_at_inputs(const Network &net, void **a)
{
    (void)net, (void)a;
    {% for p in source.populations if p.population.step is none %}
    a[{{ source.place_of('off', p.number) }}] = (void *)net.spikes[{{ p.number }}].offsets.data();
    a[{{ source.place_of('idx', p.number) }}] = (void *)net.spikes[{{ p.number }}].neurons.data();
    {% endfor %}
}

{% if forward %}
{% include 'eligible.cpp' %}

{% endif %}
// What a call asks for.
struct Asked
{
    const Told &told;
    const Columns columns;
    const int64_t n_steps;
    const int64_t *const wanted;
    double *const observed;
    const double *const given;
    const bool learning;

    void run(Network &net, void **a, int64_t first, int64_t last) const
    {
        const Flushing flushing;
        const int64_t width = n_steps * told.size, block = told.block;
        Course course(width);
        if(told.reads_potential)
            a[told.course_at] = course.states.data();
        a[told.slope_at] = course.slopes.data();
        {% if forward %}
        const int64_t stretch = std::min(n_steps, block ? block : {{ source.stretch }});
        prepare(net, stretch, 0);
        {% else %}
        prepare(net, block ? (n_steps + block - 1) / block : n_steps, block);
        {% endif %}
        for(int64_t k = first; k < last; k++)
        {
            take(net, columns, k, n_steps, told.codes);
            point_at_inputs(net, a);
            const std::unique_ptr<Trial> trial(new Trial{net, a, 1, n_steps, 0});
            replay(*trial, block, {{ 'false' if forward else 'learning' }});
            course.read(told, net, n_steps);
            if(observed)
                std::copy_n(course.course.data(), width, observed + k * width);
            if(!learning)
                continue;
            course.judge(told, n_steps, wanted ? wanted[k] : 0, given ? given + k * width : nullptr);
            {% if forward %}
            const std::unique_ptr<Eligible> traces(new Eligible{*trial});
            penalise(told, net, n_steps, traces->level);
            traces->run(course.slopes.data(), stretch);
            {% else %}
            const std::unique_ptr<Back> back(new Back{*trial});
            penalise(told, net, n_steps, back->level);
            go_back(*back, block);
            add_first(*back);
            {% endif %}
        }
    }
};

{% include 'parts.cpp' %}
