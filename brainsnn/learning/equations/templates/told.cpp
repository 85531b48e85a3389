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

