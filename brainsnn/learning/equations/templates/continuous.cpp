constexpr int32_t n_kinds = {{ source.populations|length }}, fixed = 0, most_at_once = 100;
constexpr bool arrivals_first = {{ 'true' if network.arrivals_first else 'false' }};

// Where a margin comes over 0 on the way to `high`, where it is `value` and rises by `rate`, to the
// last digit of the time that comes of it. Newton's steps come from one side: close to the end, one
// beyond it brings the margin over 0.
static double root(const Given &a, const Kind &kind, int64_t j, const real *x, double t, double high, double value, double rate)
{
    const double digit = 4e-16 * (t + high);
    double h = high, low = 0, beyond = digit;
    bool probed = false;
    for(int k = 0; k < 200; k++)
    {
        (value > 0 ? high : low) = h;
        double next = h - value / rate;
        const bool near = std::fabs(next - h) <= digit;
        if(value > 0 && (near || probed))
            break;
        probed = near;
        if(near)
            next = h + beyond, beyond *= 2;
        if(!(next > low && next < high))
            next = 0.5 * (low + high);
        if(next <= low || next >= high)
            break;
        h = next;
        kind.margin(a, j, x, t, h, value, rate);
    }
    return high;
}

// A time up to `length` at which a margin that rises and falls again is over 0; 0 if there is none.
// Between two times it comes no higher than `steep` times its slopes there allow.
static double top(const Given &a, const Kind &kind, int64_t j, const real *x, double t, double length, double value, double rise, double fall)
{
    double low = 0, high = length, rate;
    for(int k = 0; k < 100 && high - low > 1e-12 * length; k++)
    {
        if(value + steep * (high - low) * (rise - fall) < 0)
            return 0;
        const double h = k % 3 == 2 ? 0.5 * (low + high) : (low * fall - high * rise) / (fall - rise);
        if(!(h > low && h < high))
            break;
        kind.margin(a, j, x, t, h, value, rate);
        if(value > 0)
            return h;
        if(rate > 0)
            low = h, rise = rate;
        else
            high = h, fall = rate;
    }
    return 0;
}

// Call for each that is marked; most are not.
template<class F> static void each_hot(const int32_t *hot, int64_t n, F call)
{
    constexpr int64_t few = 16;
    for(int64_t first = 0; first < n; first += few)
    {
        const int64_t last = std::min(n, first + few);
        int32_t any = 0;
        for(int64_t j = first; j < last; j++)
            any |= hot[j];
        for(int64_t j = first; any && j < last; j++)
            if(hot[j])
                call(j);
    }
}

// What is planned for a time: a spike that may come, an arrival, the end of refractoriness.
struct Plan
{
    double time;
    int32_t rank, order, what, owner, neuron, parent;  // parent: an event; of a spike that may come, the step
    int64_t version;

    bool operator>(const Plan &other) const
    {
        return std::tie(time, rank, order) > std::tie(other.time, other.rank, other.order);
    }
};

struct Members
{
    std::vector<real> X, Y;
    std::vector<double> t;
    std::vector<int32_t> begin, hot, moved;  // moved: whom something happened to in this step
    std::vector<int64_t> window, version;
};

// A trial in continuous time.
struct Run
{
    Network &net;
    const Given a;
    const int64_t n_steps;
    std::vector<Members> all{n_kinds};
    std::priority_queue<Plan, std::vector<Plan>, std::greater<Plan>> plans;
    double now = 0, end = 0;
    int64_t window = -1;
    int32_t n_events = 1, order = 0;
    std::set<std::pair<int32_t, int64_t>> lifted;
    bool within = false, endless = false;

    Run(Network &network, void *const *arrays, int64_t steps) : net(network), a(arrays), n_steps(steps)
    {
        {% for p in source.neurons %}
        begin({{ p.number }}, a.X0_{{ p.number }});
        {% endfor %}
        net.items.clear(), net.windows.clear(), net.fired.clear(), net.x.clear();
    }

    void begin(int32_t p, const real *first)
    {
        const Kind &kind = kinds[p];
        Members &m = all[p];
        m.X.assign(first, first + kind.rows * kind.n);
        m.Y.resize(m.X.size());
        m.t.resize(kind.n), m.begin.resize(kind.n), m.hot.assign(kind.n, 0);
        m.window.assign(kind.n, -1), m.version.assign(kind.n, 0);
    }

    int64_t keep(int32_t p, int64_t j)
    {
        const Kind &kind = kinds[p];
        const int64_t at = net.x.size();
        for(int64_t k = 0; k < kind.rows; k++)
            net.x.push_back(all[p].X[k * kind.n + j]);
        return at;
    }

    void put(int32_t p, int64_t j, const real *x)
    {
        const Kind &kind = kinds[p];
        for(int64_t k = 0; k < kind.rows; k++)
            all[p].X[k * kind.n + j] = x[k];
    }

    // Bring a neuron to the time of an event.
    void touch(int32_t p, int64_t j, int32_t event, double time, What what = advance)
    {
        Members &m = all[p];
        if(!within || (m.window[j] == window && m.begin[j] == event && what == advance))
            return;
        if(m.window[j] != window)
        {
            m.window[j] = window, m.t[j] = now, m.begin[j] = fixed;
            m.moved.push_back((int32_t)j);
        }
        const double length = std::max(0.0, time - m.t[j]);
        const int64_t x = keep(p, j);
        net.items.push_back({what, p, (int32_t)j, event, m.begin[j], m.t[j], length, x});
        real y[{{ source.most_rows }}];
        kinds[p].flow(a, j, net.x.data() + x, m.t[j], length, y);
        put(p, j, y);
        m.t[j] = time, m.begin[j] = event, m.version[j]++;
    }

    // Those whose steps any event ends.
    void touch_whole(int32_t event, double time)
    {
        for(int32_t p = 0; p < n_kinds; p++)
            for(int64_t j = 0; kinds[p].whole && j < kinds[p].n; j++)
                touch(p, j, event, time), plan(p, j);
    }

    // Plan the next spike of a neuron in this step, if there is one.
    void plan(int32_t p, int64_t j)
    {
        const Kind &kind = kinds[p];
        Members &m = all[p];
        if(kind.silent || !within)
            return;
        real x[{{ source.most_rows }}];
        for(int64_t k = 0; k < kind.rows; k++)
            x[k] = m.X[k * kind.n + j];
        const double t = m.window[j] == window ? m.t[j] : now, length = end - t;
        double value, rate, first, rise, high = length;
        kind.margin(a, j, x, t, length, value, rate);
        if(value == -INFINITY || length <= 0)
            return;
        if(!(value > 0))
        {
            if(!(rate < 0))
                return;
            kind.margin(a, j, x, t, 0, first, rise);
            if(!(rise > 0))
                return;
            high = top(a, kind, j, x, t, length, std::max(first, value), rise, rate);
            if(high == 0)
                return;
            kind.margin(a, j, x, t, high, value, rate);
        }
        const double time = t + root(a, kind, j, x, t, high, value, rate);
        plans.push({time, -1, p, cross, p, (int32_t)j, (int32_t)window, m.version[j]});
    }

    // A spike: what it does at once to itself and to those it reaches.
    void spike(int32_t p, int64_t j, int32_t event, double time)
    {
        net.fired.push_back({p, (int32_t)j, event, time});
        if(!arrivals_first)
            send(p, j, event, time);
        const int64_t x = keep(p, j);
        net.items.push_back({jump, p, (int32_t)j, event, fixed, time, 0, x});
        real y[{{ source.most_rows }}];
        kinds[p].jumped(a, j, net.x.data() + x, time, y);
        put(p, j, y);
        all[p].version[j]++;
        if(kinds[p].pauses)
            plans.push({time + kinds[p].period(a, j), 0, order++, follow, p, (int32_t)j, event, 0});
        if(arrivals_first)
            send(p, j, event, time);
        lifted.insert({p, j});
        plan(p, j);
    }

    // Let neurons spike that jumps brought over their thresholds, and those that follow from them.
    void settle(int32_t event, double time)
    {
        std::map<std::pair<int32_t, int64_t>, int32_t> times;
        while(!lifted.empty() && !endless)
        {
            const auto [p, j] = *lifted.begin();
            lifted.erase(lifted.begin());
            if(kinds[p].silent)
                continue;
            real x[{{ source.most_rows }}];
            for(int64_t k = 0; k < kinds[p].rows; k++)
                x[k] = all[p].X[k * kinds[p].n + j];
            double value, rate;
            kinds[p].margin(a, j, x, time, 0, value, rate);
            if(!(value > 0))
                continue;
            endless = ++times[{p, j}] > most_at_once;
            spike(p, j, event, time);
        }
    }

    // Let a spike arrive, or plan it; `alone` if what it causes comes before the next arrival.
    void send(int32_t source, int64_t i, int32_t event, double time, bool alone = false)
    {
        for(const Way *way = ways; way != ways + n_ways; way++)
        {
            if(way->source != source)
                continue;
            if(way->delay > 0)
                plans.push({time + way->delay, 0, order++, arrive, way->number, (int32_t)i, event, 0});
            else
                deliver(*way, i, event, time);
            if(alone)
                settle(event, time);
        }
    }

    void deliver(const Way &way, int64_t i, int32_t event, double time)
    {
        const int32_t p = way.target;
        if(within)
            reached(a, way.number, i, [&](int64_t j) { touch(p, j, event, time); });
        net.items.push_back({arrive, way.number, (int32_t)i, event, fixed, time, 0, 0});
        way.arrive(a, i, time, all[p].X.data());
        if(way.lifts)
            reached(a, way.number, i, [&](int64_t j) { lifted.insert({p, j}); });
        if(within && way.dense)
            plan_all(p, time);
        else if(within)
            reached(a, way.number, i, [&](int64_t j) { all[p].version[j]++, plan(p, j); });
    }

    // Plan the next spikes of a population that an event has reached as a whole.
    void plan_all(int32_t p, double time)
    {
        Members &m = all[p];
        for(int64_t &version : m.version)
            version++;
        if(kinds[p].silent)
            return;
        kinds[p].look(a, m.X.data(), time, end - time, m.hot.data());
        each_hot(m.hot.data(), kinds[p].n, [&](int64_t j) { plan(p, j); });
    }

    // The next thing that is planned and still holds; whether there is one in this step.
    bool next(Plan &found)
    {
        while(!plans.empty() && plans.top().time <= end && !endless)
        {
            found = plans.top();
            plans.pop();
            if(found.what != cross)
                return true;
            if(found.parent == window && all[found.owner].version[found.neuron] == found.version)
                return true;
        }
        return false;
    }

    void happen(const Plan &plan_)
    {
        const int32_t event = n_events++, p = plan_.owner;
        const double time = std::max(plan_.time, now);
        if(plan_.what == cross)
        {
            touch(p, plan_.neuron, event, time, cross);
            touch_whole(event, time);
            spike(p, plan_.neuron, event, time);
            settle(event, time);
            return;
        }
        net.items.push_back({follow, plan_.what == follow ? p : -1, plan_.neuron, event, plan_.parent, time, 0, 0});
        touch_whole(event, time);
        if(plan_.what == arrive)
            deliver(ways[p], plan_.neuron, event, time);
        else
        {
            touch(p, plan_.neuron, event, time);
            all[p].X[kinds[p].gate * kinds[p].n + plan_.neuron] = 1;
            lifted.insert({p, plan_.neuron});
            plan(p, plan_.neuron);
        }
        settle(event, time);
    }

    // One step: what arrives at its beginning, then what happens in it.
    void step(int64_t s)
    {
        window = s, now = double(s) * dt, end = double(s + 1) * dt, within = false;
        for(int32_t p = 0; p < n_kinds && s == 0; p++)
            for(int64_t j = 0; j < kinds[p].n; j++)
                lifted.insert({p, j});
        settle(fixed, now);
        for(int32_t p = 0; p < n_kinds && s > 0; p++)
            for(int64_t k = net.spikes[p].offsets[s - 1]; given_spikes[p] && k < net.spikes[p].offsets[s]; k++)
                send(p, net.spikes[p].neurons[k], fixed, now, true);
        const int64_t first = net.items.size();
        within = true;
        {% for p in source.neurons if p.keeps %}
        std::copy(all[{{ p.number }}].X.begin(), all[{{ p.number }}].X.end(), net.kept_{{ p.number }}.begin() + s * {{ p.names|length * p.size }});
        {% endfor %}
        for(int32_t p = 0; p < n_kinds; p++)
        {
            Members &m = all[p];
            if(kinds[p].n == 0)
                continue;
            kinds[p].step(a, m.X.data(), m.Y.data(), now, m.hot.data());
            each_hot(m.hot.data(), kinds[p].n, [&](int64_t j) { plan(p, j); });
        }
        for(Plan found; next(found);)
            happen(found);
        for(int32_t p = 0; p < n_kinds; p++)
            finish(p);
        net.windows.push_back({first, (int64_t)net.items.size()});
    }

    void finish(int32_t p)
    {
        Members &m = all[p];
        const int64_t n = kinds[p].n, rows = kinds[p].rows;
        for(const int32_t j : m.moved)
        {
            touch(p, j, fixed, end, advance);
            for(int64_t k = 0; k < rows; k++)
                m.Y[k * n + j] = m.X[k * n + j];
        }
        m.moved.clear();
        std::swap(m.X, m.Y);
    }
};

// The way back.
struct Back
{
    Network &net;
    const Given a;
    const double least;
    std::vector<std::vector<real>> B{n_kinds}, saved{n_kinds}, pushed{n_kinds};
    std::vector<std::vector<int32_t>> touched{n_kinds};
    std::vector<char> live = std::vector<char>(n_kinds, 0);

    Back(const Run &run, double least_slope) : net(run.net), a(run.a), least(least_slope)
    {
        net.bars.assign(run.n_events, 0.0);
        for(int32_t p = 0; p < n_kinds; p++)
            B[p].assign(kinds[p].states * kinds[p].n, R(0));
    }

    void get(int32_t p, int64_t j, real *b) const
    {
        for(int64_t k = 0; k < kinds[p].states; k++)
            b[k] = B[p][k * kinds[p].n + j];
    }

    void put(int32_t p, int64_t j, const real *b)
    {
        for(int64_t k = 0; k < kinds[p].states; k++)
            B[p][k * kinds[p].n + j] = b[k];
    }

    void back_advance(const Item &item)
    {
        const Kind &kind = kinds[item.owner];
        const bool crosses = item.what == cross && net.bars[item.event] != 0;
        touched[item.owner].push_back(item.neuron);
        if(!live[item.owner] && !crosses)
            return;
        const real *x = net.x.data() + item.x;
        real b[{{ source.most_rows }}];
        double by_length = 0, by_time = 0;
        get(item.owner, item.neuron, b);
        kind.back(a, item.neuron, x, item.t, item.length, b, by_length, by_time);
        net.bars[item.event] += by_length;
        const double T = net.bars[item.event];
        if(item.what == cross && T != 0)
        {
            kind.back_margin(a, item.neuron, x, item.t, item.length, T, least, b, by_length, by_time);
            live[item.owner] = 1;
        }
        net.bars[item.begin] += by_time - by_length;
        put(item.owner, item.neuron, b);
    }

    void back_jumped(const Item &item)
    {
        if(!live[item.owner])
            return;
        real b[{{ source.most_rows }}];
        double by_time = 0;
        get(item.owner, item.neuron, b);
        kinds[item.owner].back_jump(a, item.neuron, net.x.data() + item.x, item.t, b, by_time);
        net.bars[item.event] += by_time;
        put(item.owner, item.neuron, b);
    }

    void back_item(const Item &item)
    {
        if(item.what == advance || item.what == cross)
            back_advance(item);
        else if(item.what == jump)
            back_jumped(item);
        else if(item.what == arrive)
        {
            const Way &way = ways[item.owner];
            if(live[way.target])
                way.learn(a, item.neuron, item.t, B[way.target].data());
            if(!pushed[way.target].empty())
                way.learn(a, item.neuron, item.t, pushed[way.target].data());
        }
        else
        {
            net.bars[item.begin] += net.bars[item.event];
            if(item.owner >= 0)
                kinds[item.owner].back_period(a, item.neuron, net.bars[item.event]);
        }
    }

    // Back over a step, and over what happened at its beginning, from item `last` down to `first`.
    void step(int64_t s, int64_t first)
    {
        const Window &window = net.windows[s];
        for(auto &list : touched)
            list.clear();
        for(int64_t k = window.end - 1; k >= window.begin; k--)
            back_item(net.items[k]);
        {% for p in source.neurons %}
        if(live[{{ p.number }}])
            whole({{ p.number }}, {{ 'net.kept_%d.data() + s * %d' % (p.number, p.names|length * p.size) if p.keeps else 'nullptr' }}, double(s) * dt);
        {% endfor %}
        for(int64_t k = window.begin - 1; k >= first; k--)
            back_item(net.items[k]);
    }

    // Neurons that something happened to have gone back already.
    void whole(int32_t p, const real *X, double time)
    {
        const int64_t n = kinds[p].n, states = kinds[p].states;
        std::vector<real> &own = saved[p];
        own.clear();
        for(const int32_t j : touched[p])
            for(int64_t k = 0; k < states; k++)
                own.push_back(B[p][k * n + j]);
        for(const int32_t j : touched[p])
            for(int64_t k = 0; k < states; k++)
                B[p][k * n + j] = 0;
        kinds[p].back_step(a, X, B[p].data(), time);
        const real *from = own.data();
        for(const int32_t j : touched[p])
            for(int64_t k = 0; k < states; k++)
                B[p][k * n + j] = *from++;
    }

    // Let the inputs of neurons that were silent grow.
    void push(int32_t p, int64_t j, double by)
    {
        if(pushed[p].empty())
            pushed[p].assign(B[p].size(), R(0));
        for(int64_t k = 0; k < kinds[p].states; k++)
            pushed[p][k * kinds[p].n + j] = -by;
    }
};

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

    bool potential() const { return told.reads_potential; }

    int64_t rows() const { return potential() ? n_steps : 1; }

    // First spikes of the output, and their places; those of none are at the end.
    void first_spikes(const Network &net, std::vector<double> &course, std::vector<int64_t> &place) const
    {
        std::fill(course.begin(), course.end(), double(n_steps) * dt);
        place.assign(told.size, -1);
        for(size_t k = 0; k < net.fired.size(); k++)
        {
            const Spike &spike = net.fired[k];
            if(spike.population == told.output && place[spike.neuron] < 0)
                course[spike.neuron] = spike.time, place[spike.neuron] = k;
        }
    }

    void push_silent(const Network &net, Back &back, int64_t label) const
    {
        if(told.penalty[0] == 0)
            return;
        std::vector<std::vector<char>> fired(n_kinds);
        for(int32_t p = 0; p < n_kinds; p++)
            fired[p].assign(kinds[p].n, 0);
        for(const Spike &spike : net.fired)
            fired[spike.population][spike.neuron] = 1;
        for(int64_t k = 0; k < told.n_hidden; k++)
            for(int64_t j = 0; j < kinds[told.hidden[k]].n; j++)
                if(!fired[told.hidden[k]][j])
                    back.push(told.hidden[k], j, told.penalty[0]);
        if(!potential() && !fired[told.output][label])
            back.push(told.output, label, told.penalty[0]);
    }

    void go_back(Run &run, const std::vector<double> &by, const std::vector<int64_t> &place, int64_t label) const
    {
        Back back(run, told.penalty[1]);
        Network &net = run.net;
        for(int64_t j = 0; !potential() && j < told.size; j++)
            if(place[j] >= 0)
                net.bars[net.fired[place[j]].event] += by[j];
        push_silent(net, back, label);
        for(int64_t s = n_steps - 1; s >= 0; s--)
        {
            if(potential())
            {
                live_output(back, by.data() + s * told.size);
            }
            back.step(s, s ? net.windows[s - 1].end : 0);
        }
        {% for p in source.neurons %}
        for(int64_t q = 0; run.a.B0_{{ p.number }} && q < {{ p.step.states|length * p.size }}; q++)
            run.a.B0_{{ p.number }}[q] += back.B[{{ p.number }}][q];
        {% endfor %}
    }

    void live_output(Back &back, const double *by) const
    {
        back.live[told.output] = 1;
        for(int64_t j = 0; j < told.size; j++)
            back.B[told.output][told.course_at * told.size + j] += by[j];
    }

    void run(Network &net, void **arrays, int64_t first, int64_t last) const
    {
        const Flushing flushing;
        const int64_t width = rows() * told.size;
        std::vector<double> course(width), by(width);
        std::vector<int64_t> place;
        {% for p in source.neurons if p.keeps %}
        net.kept_{{ p.number }}.resize(n_steps * {{ p.names|length * p.size }});
        {% endfor %}
        for(int64_t k = first; k < last; k++)
        {
            take(net, columns, k, n_steps, told.codes);
            Run run(net, arrays, n_steps);
            for(int64_t s = 0; s < n_steps; s++)
            {
                run.step(s);
                for(int64_t j = 0; potential() && j < told.size; j++)
                    course[s * told.size + j] = run.all[told.output].X[told.course_at * told.size + j];
            }
            if(!potential())
                first_spikes(net, course, place);
            if(run.endless)
                std::fill(course.begin(), course.end(), NAN);
            if(observed)
                std::copy(course.begin(), course.end(), observed + k * width);
            if(!learning)
                continue;
            const int64_t label = wanted ? wanted[k] : 0;
            if(given)
                std::copy_n(given + k * width, width, by.data());
            else
                told.slope((int64_t)course.data(), rows(), told.size, label, (int64_t)told.parameters, (int64_t)by.data());
            go_back(run, by, place, label);
        }
    }
};

