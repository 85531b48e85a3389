namespace
{
// -- Gradients of trials that were run elsewhere: their spikes are known, states follow from them.

// Derivatives of a loss by the course of the output, (n_steps, n): all addresses.
typedef void (*Slope)(int64_t course, int64_t n_steps, int64_t n, int64_t wanted, int64_t parameters, int64_t out);

// Numbers that are learned, `size` of them: where weights and gradients of the network are, at which
// places of the arrays that functions take, and which weight each is (null: in order, one row of `m`
// for each neuron of `source`, of which only those that spiked are touched).
struct Learned
{
    int64_t number, size, m, source;
    real *own, *bars;
    const int64_t *entry;
    int64_t *shift;
    int64_t at, bars_at, shift_at, n_weights, n_rows;
};

// What learning is told once.
struct Told
{
    Network *net;
    void **arrays;
    int64_t n_arrays;
    const int64_t *codes;
    int64_t output, size, reads_potential, course_at, slope_at;
    Slope slope;
    const double *parameters;
    int64_t block, n_learned;
    const Learned *learned;
    int64_t n_hidden;
    const int64_t *hidden;
    const double *penalty;
    int64_t workers;
};

// Columns of a recording.
struct Columns
{
    const int64_t *offsets;
    const int32_t *population, *neuron, *step;
};

static const int64_t sizes[] = { {% for p in source.populations %}{{ p.size }}, {% endfor %} };

// Whether the spikes of a population are given, not its own.
static const bool given_spikes[] = { {% for p in source.populations %}{{ 'true' if p.population.step is none else 'false' }}, {% endfor %} };

static void take(Network &net, const Columns &c, int64_t trial, int64_t n_steps, const int64_t *codes)
{
    const int64_t begin = c.offsets[trial], end = c.offsets[trial + 1];
    for(Spikes &own : net.spikes)
    {
        own.n = 0;
        own.offsets.assign(n_steps + 1, 0);
        if((int64_t)own.neurons.size() <= end - begin)
            own.neurons.resize(2 * (end - begin) + 1);
    }
    for(int64_t k = begin; k < end; k++)
    {
        Spikes &own = net.spikes[codes[c.population[k]]];
        own.neurons[own.n++] = c.neuron[k];
        own.offsets[c.step[k] + 1]++;
    }
    for(Spikes &own : net.spikes)
        for(int64_t t = 0; t < n_steps; t++)
            own.offsets[t + 1] += own.offsets[t];
}

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

// Neurons that spiked in the trials, in order.
static std::vector<int64_t> spiked(const Told &told, int64_t source, const Columns &c, int64_t n_trials)
{
    std::vector<char> used(sizes[source], 0);
    for(int64_t k = c.offsets[0]; k < c.offsets[n_trials]; k++)
        if(told.codes[c.population[k]] == source)
            used[c.neuron[k]] = 1;
    std::vector<int64_t> found;
    for(int64_t i = 0; i < sizes[source]; i++)
        if(used[i])
            found.push_back(i);
    return found;
}

// Rows of weights that spikes of the trials lead over; `shift` brings each to its place among them.
static int64_t used_rows(const Told &told, const Learned &x, const Columns &c, int64_t n_trials, int64_t *rows)
{
    const std::vector<int64_t> found = spiked(told, x.source, c, n_trials);
    for(size_t k = 0; k < found.size(); k++)
    {
        rows[k] = found[k];
        x.shift[found[k]] = ((int64_t)k - found[k]) * x.m;
    }
    return found.size();
}

// Weights as the functions take them; of inputs, the rows that are read.
static void give_weights(const Told &told, void **a, const Columns &c, int64_t n_trials, double *const *weights)
{
    for(int64_t k = 0; k < told.n_learned; k++)
    {
        const Learned &x = told.learned[k];
        const double *const w = weights[x.number];
        if(!x.own)
            a[x.at] = (void *)w;
        else if(x.shift && given_spikes[x.source])
            for(const int64_t i : spiked(told, x.source, c, n_trials))
                for(int64_t q = i * x.m; q < (i + 1) * x.m; q++)
                    x.own[q] = R(w[q]);
        else
            for(int64_t q = 0; q < x.size; q++)
                x.own[q] = R(w[x.entry ? x.entry[q] : q]);
    }
}

static void begin_gradient(
    const Told &told, void **a, const Columns &c, int64_t n_trials, double *const *values,
    int64_t *const *rows, int64_t *n_rows)
{
    for(int64_t k = 0; k < told.n_learned; k++)
    {
        const Learned &x = told.learned[k];
        int64_t size = x.size;
        if(x.shift)
        {
            n_rows[x.number] = used_rows(told, x, c, n_trials, rows[x.number]);
            size = n_rows[x.number] * x.m;
            a[x.shift_at] = x.shift;
        }
        else
        {
            n_rows[x.number] = x.n_rows;
            for(int64_t i = 0; i < x.n_rows; i++)
                rows[x.number][i] = i;
        }
        if(!x.bars)
        {
            a[x.bars_at] = values[x.number];
            std::fill_n(values[x.number], size, 0.0);
        }
        else
            std::fill_n(x.bars, size, R(0));
    }
}

static void end_gradient(const Told &told, double *const *values, const int64_t *n_rows)
{
    for(int64_t k = 0; k < told.n_learned; k++)
    {
        const Learned &x = told.learned[k];
        if(!x.bars)
            continue;
        double *const to = values[x.number];
        if(x.shift)
        {
            for(int64_t q = 0; q < n_rows[x.number] * x.m; q++)
                to[q] = x.bars[q];
            continue;
        }
        std::fill_n(to, x.n_weights, 0.0);
        for(int64_t q = 0; q < x.size; q++)
            to[x.entry ? x.entry[q] : q] += x.bars[q];
    }
}

// Derivative of the penalty of rates by every spike of a hidden population.
static void penalise(const Told &told, const Network &net, int64_t n_steps, Back &back)
{
    const double weight = told.penalty[0], target = told.penalty[1];
    for(int64_t k = 0; weight && k < told.n_hidden; k++)
    {
        const int64_t p = told.hidden[k];
        const double excess = double(net.spikes[p].n) / sizes[p] / n_steps - target;
        back.level[p] = excess > 0 ? R(weight / (sizes[p] * n_steps) * excess) : R(0);
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

// Sums over the trials of a part: derivatives by parameters, by first states and by weights.
struct Sums
{
    {% for p in source.neurons %}
    std::vector<real> G_{{ p.number }}, B0_{{ p.number }};
    {% endfor %}
    std::vector<std::vector<real>> bars;

    // Let a part's functions add to these.
    void begin(const Told &told, void **a, const int64_t *n_rows)
    {
        {% for p in source.neurons %}
        G_{{ p.number }}.assign({{ (p.step.trained|length + 1) * p.size }}, R(0));
        a[{{ source.place_of('G', p.number) }}] = G_{{ p.number }}.data();
        B0_{{ p.number }}.assign({{ p.step.states|length * p.size }}, R(0));
        a[{{ source.place_of('B0', p.number) }}] = B0_{{ p.number }}.data();
        {% endfor %}
        for(int64_t k = 0; k < told.n_learned; k++)
        {
            const Learned &x = told.learned[k];
            bars.emplace_back(!x.bars_at ? 0 : x.shift ? n_rows[x.number] * x.m : x.size);
            if(x.bars_at)
                a[x.bars_at] = bars.back().data();
        }
    }

    void add_to(const Told &told, void *const *a) const
    {
        const auto add = [](void *to, const std::vector<real> &from) {
            for(size_t q = 0; to && q < from.size(); q++)
                ((real *)to)[q] += from[q];
        };
        {% for p in source.neurons %}
        add(a[{{ source.place_of('G', p.number) }}], G_{{ p.number }});
        add(a[{{ source.place_of('B0', p.number) }}], B0_{{ p.number }});
        {% endfor %}
        for(int64_t k = 0; k < told.n_learned; k++)
            add(a[told.learned[k].bars_at], bars[k]);
    }
};

// Spikes of inputs as the functions take them.
static void point_at_inputs(const Network &net, void **a)
{
    (void)net, (void)a;
    {% for p in source.populations if p.population.step is none %}
    a[{{ source.place_of('off', p.number) }}] = (void *)net.spikes[{{ p.number }}].offsets.data();
    a[{{ source.place_of('idx', p.number) }}] = (void *)net.spikes[{{ p.number }}].neurons.data();
    {% endfor %}
}

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
        prepare(net, block ? (n_steps + block - 1) / block : n_steps, block);
        for(int64_t k = first; k < last; k++)
        {
            take(net, columns, k, n_steps, told.codes);
            point_at_inputs(net, a);
            const std::unique_ptr<Trial> trial(new Trial{net, a, 1, n_steps, 0});
            replay(*trial, block, learning);
            course.read(told, net, n_steps);
            if(observed)
                std::copy_n(course.course.data(), width, observed + k * width);
            if(!learning)
                continue;
            course.judge(told, n_steps, wanted ? wanted[k] : 0, given ? given + k * width : nullptr);
            const std::unique_ptr<Back> back(new Back{*trial});
            penalise(told, net, n_steps, *back);
            go_back(*back, block);
            add_first(*back);
        }
    }
};

// Trials that are summed together, before the parts are: so that the sums are the same, however
// many threads share them. Fewer trials have fewer parts.
constexpr int64_t most_parts = 4, least_trials = 8;

static void learn_in_parts(const Asked &asked, std::vector<void *> &a, int64_t n_trials, const int64_t *n_rows)
{
    const Told &told = asked.told;
    const int64_t n = std::max<int64_t>(1, std::min(most_parts, n_trials / least_trials));
    std::vector<std::vector<void *>> places(n, a);
    std::vector<Sums> sums(n);
    while((int64_t)told.net->others.size() + 1 < n)
        told.net->others.emplace_back(new Network);
    for(int64_t k = 1; k < n && asked.learning; k++)
        sums[k].begin(told, places[k].data(), n_rows);
    const int64_t workers = std::min(n, told.workers);
    const auto work = [&](int64_t worker) {
        for(int64_t k = worker; k < n; k += workers)
        {
            Network &net = k ? *told.net->others[k - 1] : *told.net;
            asked.run(net, places[k].data(), n_trials * k / n, n_trials * (k + 1) / n);
        }
    };
    std::vector<std::thread> others;
    for(int64_t k = 1; k < workers; k++)
        others.emplace_back(work, k);
    work(0);
    for(std::thread &other : others)
        other.join();
    for(int64_t k = 1; k < n && asked.learning; k++)
        sums[k].add_to(told, a.data());
}
}

extern "C" {

// The gradient of trials of a recording, summed, to `values` and `rows`, unless they are null; and
// the course of the output to `observed`, unless that is. Derivatives by it may be `given`.
void derived_learn(
    const Told *told, int64_t n_trials, int64_t n_steps, const int64_t *offsets,
    const int32_t *population, const int32_t *neuron, const int32_t *step, const int64_t *wanted,
    double *const *weights, double *const *values, int64_t *const *rows, int64_t *n_rows,
    double *observed, const double *given)
{
    const Columns columns{offsets, population, neuron, step};
    std::vector<void *> a(told->arrays, told->arrays + told->n_arrays);
    give_weights(*told, a.data(), columns, n_trials, weights);
    if(values)
        begin_gradient(*told, a.data(), columns, n_trials, values, rows, n_rows);
    const Asked asked{*told, columns, n_steps, wanted, observed, given, values != nullptr};
    learn_in_parts(asked, a, n_trials, n_rows);
    if(values)
        end_gradient(*told, values, n_rows);
}

}
