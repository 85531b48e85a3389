{# The whole library in one translation unit: Brian2's generated files, each in a namespace of its
   own so that their helper functions do not clash, and the C interface around them. #}
{% set _split = main_lines.index(mark) %}
#include <algorithm>
#include <chrono>
#include <climits>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>
#include "memory.h"
#include "objects.h"
// What runs once, or once a block, is not worth the compiler's time.
#pragma GCC push_options
#pragma GCC optimize("O0")
#include "objects.cpp"
#pragma GCC pop_options
#include "network.cpp"
#include "resident.h"
#include "pathways.h"
#include "gaps.h"
{% for name in headers %}
#include {{name}}
{% endfor %}
{% for name in bare_functions + bare_variables %}
#ifdef {{name}}
#error "brainsnn: the name '{{name}}' is a macro of C++; give it another."
#endif
{% endfor %}
// Brian2 from 2.10 on defines a part of its spike queue in a file of its own.
#if __has_include("brianlib/spikequeue.cpp")
#include "brianlib/spikequeue.cpp"
#endif

namespace resident
{
{% for input in inputs %}
static Events events_{{input.name}};
{% endfor %}
{% for threshold, steady in steady.items() %}
static Gaps gaps_{{threshold}};
static constexpr bool steady_{{threshold}} = {{steady|lower}};
{% endfor %}
{% for path in dense %}
static Ring ring_{{path}};
{% endfor %}
{% for path in rows %}
static Rows rows_{{path}};
{% endfor %}
{% for kernels in kernels %}
static std::vector<double> {{kernels.name}};
{% endfor %}
{% for owned in owned %}
{% for trace in owned.traces %}
static Trace {{trace.name}};
{% endfor %}
static Owned {{owned.name}}(
    { {% for trace in owned.traces %}{ {{trace.name}}, brian::{{trace.array}}, {{ 0 if trace.side == 'pre' else 1 }} }, {% endfor %} },
    brian::{{owned.sources}}, brian::{{owned.targets}}, brian::{{owned.updated}},
    []() { return {% if owned.possible %}{% for path in owned.pathways %}rows_{{path}}.regular && {% endfor %}true{% else %}false{% endif %}; });
{% endfor %}
{% for synapses, read in listed.items() %}
static constexpr bool listed_{{synapses}} = {{read|lower}};
{% endfor %}
{% for group, quiet in flags.items() %}
static {{'bool' if quiet else 'const Always'}} changed_{{group}}{{ ' = true' if quiet }};
{% endfor %}
}

// Brian2's code ends the process where synapses cannot be made; here it ends the call.
namespace resident
{
[[noreturn]] inline void exit(int) { leave(); }
}

// A name that the standard library has too is the network's in its own code.
{% for unit in units %}
namespace {{unit.namespace}}
{
using resident::exit;
{% for name in bare_variables %}
using brian::{{name}};
{% endfor %}
#include "code_objects/{{unit.file}}.cpp"
}
using {{unit.namespace}}::{{unit.function}};
{% endfor %}

{{report_func|autoindent}}

{# What a trial is made of. #}
namespace resident
{
using namespace brian;

static Spikes spikes;
static uint32_t entropy = 0;
static double durations[] = { {% for stage in stages %}{{stage.duration}}, {% endfor %} 0 };
static void (*apply_arguments)() = nullptr;
static const int args = 0;
{% if profiled %}
static std::chrono::nanoseconds profile[{{profiled|length}}];

// A code object of a step, its time added to its row of the profile.
template<void (*run)(), size_t number> void timed()
{
    const auto begin = std::chrono::steady_clock::now();
    run();
    profile[number] += std::chrono::steady_clock::now() - begin;
}
{% endif %}

static void seed_with(uint32_t seed)
{
    entropy = seed;
    brian::_random_generators[0].seed(seed);
}

// What Brian2's seed() without a number does: all that is drawn follows from the number given first.
static void seed_anew()
{
    entropy = entropy * 1664525u + 1013904223u;
    brian::_random_generators[0].seed(entropy);
}

static void set_from_command_line(int)
{
    if(apply_arguments)
        apply_arguments();
}

{% for state in states %}
static std::vector<double> states_{{loop.index0}};
static const int32_t neurons_{{loop.index0}}[] = { {{state.neurons|join(', ')}} };
{% endfor %}

static inline void record(int64_t step)
{
    {% for state in states %}
    if(step % {{state.every}} == 0)
        for(const int32_t neuron : neurons_{{loop.index0}})
            states_{{loop.index0}}.push_back((double){{state.array}}[neuron]);
    {% endfor %}
    {% for population in populations %}
    if({{population.eventspace}}[{{population.size}}])
        spikes.append(
            {{loop.index0}}, {{population.eventspace}}, {{population.eventspace}}[{{population.size}}],
            (int32_t)step, {{population.potential or '(const double *)nullptr'}});
    {% endfor %}
}

static int64_t end_population = -1;

// Whether the population that a trial ends with has spiked in this step.
static inline bool ended()
{
    {% for population in populations %}
    if(end_population == {{loop.index0}})
        return {{population.eventspace}}[{{population.size}}] > 0;
    {% endfor %}
    return false;
}

static void expect_changes()
{
    {% for group, quiet in flags.items() if quiet %}
    changed_{{group}} = true;
    {% endfor %}
    {% for threshold in steady %}
    gaps_{{threshold}}.forget();
    {% endfor %}
}

{% if rests %}
// The next step in which something can happen: this one, unless no spike is under way.
static inline int64_t next_step(int64_t step)
{
    {% for space in eventspaces %}
    if({{space.name}}[{{space.last}}])
        return step;
    {% endfor %}
    if(false{% for path in dense %} || !ring_{{path}}.empty(){% endfor %}
        {%- for path in rows %} || !rows_{{path}}.empty(){% endfor %}
        {%- for input in inputs %} || !events_{{input.name}}.given{% endfor %}
        {%- for group in flags %} || changed_{{group}}{% endfor %})
        return step;
    int64_t next = INT64_MAX;
    {% for input in inputs %}
    next = std::min(next, events_{{input.name}}.next(INT64_MAX));
    {% endfor %}
    return std::max(step, next);
}
{% endif %}

{% for stage in stages %}
{% set number = loop.index0 %}
static void stage_{{number}}()
{
    expect_changes();
    {% for owned in owned %}
    {{owned.name}}.begin();
    {% endfor %}
    {% for input in stage.inputs %}
    {
        auto &clock = brian::{{input.clock}};
        const double begin = brian::{{stage.network}}.t;
        clock.set_interval(begin, begin + durations[{{number}}]);
        if(events_{{input.group}}.given)
            events_{{input.group}}.enter({{lengths[input.group].index(input.dt)}}, clock.timestep[0], {{input.first|lower}});
        {% if input.renewed %}
        else
            skip_past({{input.own_steps}}, clock.timestep[0], {{input.own_next}}[0]);
        {% endif %}
    }
    {% endfor %}
    {% if stage.clock %}
    Network &network = brian::{{stage.network}};
    auto &clock = brian::{{stage.clock}};
    const double end = network.t + durations[{{loop.index0}}];
    clock.set_interval(network.t, end);
    const int64_t last = steps_before(end, clock.dt[0]);
    {% if stage.profiled %}
    auto then = std::chrono::steady_clock::now(), now = then;
    {% endif %}
    while(clock.timestep[0] < last && !Network::_globally_stopped)
    {
        {% if rests %}
        const int64_t next = std::min(last, next_step(clock.timestep[0]));
        if(next > clock.timestep[0])
        {
            clock.timestep[0] = next - 1;
            clock.tick();
            continue;
        }
        {% endif %}
        {% for call in stage.calls %}
        {{call.function}}();
        {% if stage.profiled %}
        now = std::chrono::steady_clock::now();
        profile[{{call.profile}}] += now - then;
        then = now;
        {% endif %}
        {% if call.then_record %}
        record(clock.timestep[0]);
        {% endif %}
        {% endfor %}
        clock.tick();
        if(ended())
            break;
    }
    network.t = Network::_globally_stopped ? clock.t[0] : end;
    {% else %}
    Network &network = brian::{{stage.network}};
    network.clear();
    {% for call in stage.calls %}
    network.add(&brian::{{call.clock}}, {{ 'timed<' ~ call.function ~ ', ' ~ call.profile ~ '>' if stage.profiled else call.function }});
    {% endfor %}
    {% for clock in stage.idle_clocks %}
    network.add(&brian::{{clock}}, nullptr);
    {% endfor %}
    network.run(durations[{{number}}],{{stage.report}});
    {% endif %}
}

{% endfor %}
static void prepare()
{
    {{main_lines[:_split]|autoindent}}
}

static void trial()
{
    {{main_lines[_split:]|autoindent}}
}

#pragma GCC push_options
#pragma GCC optimize("O0")
static void link_clocks()
{
    {% for clock in clocks %}
    brian::{{clock.name}}.timestep = {{clock.timestep}};
    brian::{{clock.name}}.t = {{clock.t}};
    {% if clock.times %}
    brian::{{clock.name}}.times = {{clock.times}};
    brian::{{clock.name}}.n_times = {{clock.n_times}};
    {% else %}
    brian::{{clock.name}}.dt = {{clock.dt}};
    {% endif %}
    {% endfor %}
}

static const Array arrays[] = {
    {% for array in arrays %}
    {"{{array.label}}", "{{array.name}}", "{{array.dtype}}", sizeof({{array.dtype}}),
        {{array.changes|int}}, [](void **data, int64_t *size) {
        {% if array.dynamic %}
        *data = brian::{{array.name}}.data(); *size = brian::{{array.name}}.size();
        {% else %}
        *data = brian::{{array.name}}; *size = {{array.size}};
        {% endif %}
    }, {{ '[](size_t size) { brian::' ~ array.name ~ '.resize(size); }' if array.dynamic else 'nullptr' }}},
    {% endfor %}
};
static constexpr size_t n_arrays = sizeof(arrays) / sizeof(arrays[0]);

static const Matrix matrices[] = {
    {% for matrix in matrices %}
    {"{{matrix.name}}", "{{matrix.dtype}}",
        [](int64_t *rows, int64_t *columns) {
            *rows = {{matrix.name}}.n; *columns = {{matrix.name}}.m;
        },
        [](void *out) {
            auto *next = ({{matrix.dtype}} *)out;
            for(int row=0; row<(int){{matrix.name}}.n; row++)
                for(int column=0; column<(int){{matrix.name}}.m; column++)
                    *next++ = {{matrix.name}}(row, column);
        }},
    {% endfor %}
    {nullptr, nullptr, nullptr, nullptr}
};

static Monitor monitors[] = {
    {% for monitor in monitors %}
    {"{{monitor.name}}", []() { return (int64_t){{monitor.n}}[0]; }, []() {
        {{monitor.n}}[0] = 0;
        {% for name in monitor.columns.values() %}
        {{name}}.clear();
        {% endfor %}
        {% for name in monitor.matrices.values() %}
        {{name}}.resize(0, (int){{name}}.m);
        {% endfor %}
    }, {}},
    {% endfor %}
    {nullptr, nullptr, nullptr, {}}
};
static constexpr size_t n_monitors = sizeof(monitors) / sizeof(monitors[0]) - 1;

#pragma GCC pop_options

static Saved saved[n_arrays];
{% for network in networks %}
static double time_before{{network}};
{% endfor %}

static void save_state()
{
    {% for owned in owned %}
    {{owned.name}}.look();
    {% for number in owned.numbers %}
    saved[{{number}}].owned = &{{owned.name}};
    {% endfor %}
    {% endfor %}
    for(size_t k=0; k<n_arrays; k++)
        if(arrays[k].changes)
            saved[k].save(arrays[k]);
    {% for network in networks %}
    time_before{{network}} = brian::{{network}}.t;
    {% endfor %}
}

// Copies of what is learned, in the order in which it is read.
static void refresh()
{
    {% for k in kernels %}
    turn(brian::{{k.weights}}, {{k.connectivity.kernel}}, {{k.connectivity.channels}}, {{k.connectivity.filters}}, {{k.name}});
    {% endfor %}
}

static void reset_state()
{
    for(Saved &array : saved)
        array.restore();
    {% for owned in owned %}
    {{owned.name}}.reset();
    {% endfor %}
    {% for space in eventspaces %}
    {{space.name}}[{{space.last}}] = 0;
    {% endfor %}
    {% for path in dense %}
    ring_{{path}}.clear();
    {% endfor %}
    {% for path in rows %}
    rows_{{path}}.clear();
    for(auto *queue : brian::{{path}}.queue)
    {
        for(auto &spikes_at : queue->queue)
            spikes_at.clear();
        queue->offset = 0;
    }
    {% endfor %}
    {% for network in networks %}
    brian::{{network}}.t = time_before{{network}};
    {% endfor %}
}

// The trials of a block are done.
static void end_block()
{
    {% for owned in owned %}
    {{owned.name}}.end_block();
    {% endfor %}
}

static void start_trial(int64_t input_trial, const uint32_t *seed)
{
    reset_state();
    {% for input in inputs %}
    events_{{input.name}}.start(input_trial);
    {% endfor %}
    if(seed)
        seed_with(*seed);
}

static void stop(int) { Network::_globally_stopped = true; }

// While it lives, an interrupt from the keyboard ends the simulation, not the process. Handlers belong
// to the process, so only the thread that Python gives its signals to may say that it is that one.
class Interruptible
{
    const bool handles;
    struct sigaction before;

public:
    explicit Interruptible(bool main_thread) : handles(main_thread)
    {
        Network::_globally_stopped = false;
        struct sigaction handler = {};
        handler.sa_handler = stop;
        if(handles)
            sigaction(SIGINT, &handler, &before);
    }
    ~Interruptible()
    {
        if(handles)
            sigaction(SIGINT, &before, nullptr);
    }
};
}

{% include 'interface.cpp' %}
