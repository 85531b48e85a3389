{# The C interface of a resident library; inside its namespace, the engine's names come first. #}
namespace resident
{
extern "C" {

#pragma GCC push_options
#pragma GCC optimize("O0")
int64_t resident_array_count() { return resident::n_arrays; }

void resident_array(
    int64_t k, const char **label, const char **name, const char **dtype, void **data, int64_t *size)
{
    *label = resident::arrays[k].label;
    *name = resident::arrays[k].name;
    *dtype = resident::arrays[k].dtype;
    resident::saved[k].look();
    resident::arrays[k].locate(data, size);
}

// Where the values that array k starts a trial from are, and how many; null where a trial never
// changes them.
void *resident_saved(int64_t k, int64_t *size)
{
    std::vector<char> &bytes = resident::saved[k].bytes;
    resident::saved[k].look();
    *size = bytes.size() / resident::arrays[k].item;
    return bytes.empty() ? nullptr : bytes.data();
}

// Why the code last gave up; empty where Brian2 has printed it.
const char *resident_reason() { return resident::reason.c_str(); }

void resident_keep(int64_t k, int32_t kept) { resident::saved[k].keep(kept); }

// Somebody goes on looking at array k from block to block.
void resident_watch(int64_t k)
{
    if(resident::Owned *owned = resident::saved[k].owned)
        owned->watch();
}

int32_t resident_matrix(
    int64_t k, const char **name, const char **dtype, int64_t *rows, int64_t *columns)
{
    const resident::Matrix &matrix = resident::matrices[k];
    if(!matrix.name)
        return 0;
    *name = matrix.name;
    *dtype = matrix.dtype;
    matrix.shape(rows, columns);
    return 1;
}

void resident_copy_matrix(int64_t k, void *out) { resident::matrices[k].copy(out); }

int32_t resident_monitor(int64_t k, const char **name, int64_t *n_offsets, const int64_t **offsets)
{
    const resident::Monitor &monitor = resident::monitors[k];
    if(!monitor.name)
        return 0;
    *name = monitor.name;
    *n_offsets = monitor.offsets.size();
    *offsets = monitor.offsets.data();
    return 1;
}

void resident_allocate()
{
    {{'\n'.join(code_lines['before_start'])|autoindent}}
    _init_arrays();
    resident::link_clocks();
    {{'\n'.join(code_lines['after_start'])|autoindent}}
}

// Everything drawn from now on follows from this number, also what seed() without one asks for.
void resident_seed(uint32_t seed) { resident::seed_with(seed); }

// A number that the state of the generator gives; the state stays.
uint32_t resident_drawn()
{
    auto copy = brian::_random_generators[0];
    return (uint32_t)(copy.rand() * 4294967296.0);
}

// Whether trials draw spikes that come by chance one after the other.
void resident_by_gaps(int32_t whether) { resident::by_gaps = whether; }

// Returns whether the network could be made.
int32_t resident_prepare()
{
    try
    {
        resident::prepare();
    }
    catch(const resident::Left &)
    {
        return 0;
    }
    return 1;
}

void resident_save() { resident::save_state(); }

// The script as it stands, once. Returns 1 if it was interrupted, -1 if it gave up.
int32_t resident_execute(void (*arguments)(), int32_t main_thread)
{
    resident::Interruptible interruptible(main_thread);
    resident::apply_arguments = arguments;
    resident::refresh();
    try
    {
        resident::trial();
    }
    catch(const resident::Left &)
    {
        return -1;
    }
    resident::apply_arguments = nullptr;
    {{'\n'.join(code_lines['before_end'])|autoindent}}
    {{'\n'.join(code_lines['after_end'])|autoindent}}
    std::cout.flush();
    return Network::_globally_stopped;
}

double *resident_durations(int64_t *n)
{
    *n = {{stages|length}};
    return resident::durations;
}

int32_t resident_profile(int64_t k, const char **name, double *seconds)
{
    {% if profiled %}
    static const char *names[] = { {% for name in profiled %}"{{name}}", {% endfor %} };
    if(k < {{profiled|length}})
    {
        *name = names[k];
        *seconds = std::chrono::duration<double>(resident::profile[k]).count();
        return 1;
    }
    {% endif %}
    return 0;
}

void resident_last_run(double *seconds, double *completed)
{
    *seconds = Network::_last_run_time;
    *completed = Network::_last_run_completed_fraction;
}

// Spikes of input group k in the coming trials; null offsets give the group its own spikes back.
void resident_input(
    int64_t k, const int64_t *offsets, const int32_t *neuron, const int32_t *const *steps,
    int64_t n_lengths, int64_t n_trials)
{
    resident::Events *inputs[] = {
        {% for input in inputs %}&resident::events_{{input.name}}, {% endfor %} nullptr };
    inputs[k]->give(offsets, neuron, steps, n_lengths, n_trials);
}
#pragma GCC pop_options

// Trials first to first + n - 1 of a block, each from the saved state; monitors hold them
// afterwards. Seeds are those of the last trials; the first n - n_seeds draw on. Returns how many
// were run: fewer than n only after an interrupt; -1 if it gave up.
int64_t resident_trials(
    int64_t first, int64_t n, const uint32_t *seeds, int64_t n_seeds, int32_t main_thread)
{
    using namespace resident;
    Interruptible interruptible(main_thread);
    refresh();
    for(size_t m=0; m<n_monitors; m++)
    {
        monitors[m].clear();
        monitors[m].offsets.assign(1, 0);
    }
    int64_t k = 0;
    while(k < n)
    {
        const int64_t seeded = k - (n - n_seeds);
        start_trial(first + k, seeded < 0 ? nullptr : seeds + seeded);
        try
        {
            trial();
        }
        catch(const Left &)
        {
            return -1;
        }
        k++;
        for(size_t m=0; m<n_monitors; m++)
            monitors[m].offsets.push_back(monitors[m].size());
        if(Network::_globally_stopped)
            break;
    }
    end_block();
    return Network::_globally_stopped ? k - 1 : k;
}

void resident_stop() { resident::stop(0); }

// Trials of a model: spikes and final potentials of its populations recorded. The neurons of several
// input groups are numbered through.
void resident_run(
    const int64_t *offsets, const int32_t *neuron, const int32_t *step,
    const int64_t *trials, int64_t n_trials, int64_t n_steps, const uint32_t *seeds,
    int64_t *recorded, double *final)
{
    {% for input in inputs %}
    events_{{input.name}}.give(offsets, neuron, &step, 1, 0);
    {% if input.name in shares %}
    events_{{input.name}}.narrow({{shares[input.name]}}, {{input.size}});
    {% endif %}
    {% endfor %}
    {% if stages and stages[0].clock and populations %}
    durations[0] = n_steps * brian::{{stages[0].clock}}.dt[0];
    {% endif %}
    refresh();
    spikes.clear();
    {% for state in states %}
    states_{{loop.index0}}.clear();
    {% endfor %}
    recorded[0] = 0;
    for(int64_t k=0; k<n_trials; k++)
    {
        start_trial(trials[k], seeds ? seeds + k : nullptr);
        trial();
        recorded[k + 1] = spikes.size();
        {% for state in states %}
        states_{{loop.index0}}.resize(
            (k + 1) * ((n_steps + {{state.every - 1}}) / {{state.every}}) * {{state.neurons|length}}, NAN);
        {% endfor %}
        {% for population in populations if population.potential %}
        final = std::copy_n({{population.potential}}, {{population.size}}, final);
        {% endfor %}
    }
    end_block();
}

// Recorded states, number k: trials by recorded steps by neurons, NaN after the end of a trial.
void resident_states(int64_t k, double *values)
{
    {% for state in states %}
    if(k == {{loop.index0}})
        std::copy(resident::states_{{loop.index0}}.begin(), resident::states_{{loop.index0}}.end(), values);
    {% endfor %}
}

void resident_end_with(int64_t population) { resident::end_population = population; }

// The columns, each to a place of its own.
void resident_copy_spikes(int32_t *population, int32_t *neuron, int32_t *step, double *potential)
{
    const resident::Spikes &spikes = resident::spikes;
    std::copy(spikes.population.begin(), spikes.population.end(), population);
    std::copy(spikes.neuron.begin(), spikes.neuron.end(), neuron);
    std::copy(spikes.step.begin(), spikes.step.end(), step);
    std::copy(spikes.potential.begin(), spikes.potential.end(), potential);
}

// The columns one after the other, in the order of Python's reading: 8 bytes, then 4 each.
void resident_spikes(void *columns)
{
    const int64_t n = resident::spikes.size();
    double *const potential = (double *)columns;
    int32_t *const population = (int32_t *)(potential + n);
    resident_copy_spikes(population, population + n, population + 2 * n, potential);
}

void resident_release()
{
    {% for array in arrays if not array.dynamic %}
    delete[] brian::{{array.name}};
    {% endfor %}
}

}
}
