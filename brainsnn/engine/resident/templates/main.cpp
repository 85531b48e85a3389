{# The whole library in one translation unit: Brian2's generated files, each in a namespace of its
   own so that their helper functions do not clash, and the C interface around them. #}
#include <algorithm>
#include <climits>
#include <cmath>
#include <cstdint>
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
{% for name in user_headers | sort %}
#include {{name}}
{% endfor %}
#include "objects.cpp"
#include "network.cpp"
#include "resident.h"
// Brian2 from 2.10 on defines a part of its spike queue in a file of its own.
#if __has_include("brianlib/spikequeue.cpp")
#include "brianlib/spikequeue.cpp"
#endif

namespace resident
{
{% for input in inputs %}
static Events {{input.name}}_events;
{% endfor %}
{% for ring in rings %}
static Ring {{ring}};
{% endfor %}
{% for group, quiet in flags.items() %}
static {{'bool' if quiet else 'const Always'}} {{group}}_changed{{ ' = true' if quiet }};
{% endfor %}
static Spikes spikes;
static int64_t max_steps;
}

{% for unit in units %}
namespace {{unit.namespace}}
{
#include "code_objects/{{unit.file}}.cpp"
}
using {{unit.namespace}}::{{unit.function}};
{% endfor %}

namespace resident
{
using namespace brian;

static void script()
{
    {{main_lines|autoindent}}
}

static void link_clocks()
{
    {% for clock in clocks %}
    {{clock.name}}.timestep = {{clock.timestep}};
    {{clock.name}}.dt = {{clock.dt}};
    {{clock.name}}.t = {{clock.t}};
    {% endfor %}
}

static const Array arrays[] = {
    {% for array in arrays %}
    {"{{array.label}}", "{{array.dtype}}", [](void **data, int64_t *size) {
        {% if array.dynamic %}
        *data = {{array.name}}.data(); *size = {{array.name}}.size();
        {% else %}
        *data = {{array.name}}; *size = {{array.size}};
        {% endif %}
    }},
    {% endfor %}
};

static std::vector<Saved> saved;

static void save_state()
{
    saved.clear();
    {% for array in restored %}
    {% if array.dynamic %}
    saved.emplace_back({{array.name}}.data(), {{array.name}}.size() * sizeof({{array.name}}[0]));
    {% else %}
    saved.emplace_back({{array.name}}, {{array.size}} * sizeof({{array.name}}[0]));
    {% endif %}
    {% endfor %}
}

static void reset_state()
{
    for(const Saved &array : saved)
        array.restore();
    {% for space in eventspaces %}
    {{space.name}}[{{space.size - 1}}] = 0;
    {% endfor %}
    {% for ring in rings %}
    {{ring}}.clear();
    {% endfor %}
    {% for group, quiet in flags.items() if quiet %}
    {{group}}_changed = true;
    {% endfor %}
    {% for path in queues %}
    for(auto *queue : {{path}}.queue)
    {
        for(auto &spikes_at : queue->queue)
            spikes_at.clear();
        queue->offset = 0;
    }
    {% endfor %}
    {% for clock in clocks %}
    {{clock.timestep}}[0] = 0;
    {{clock.t}}[0] = 0;
    {% endfor %}
}

static inline void record(int64_t step)
{
    {% for population in populations %}
    for(int32_t k=0; k<{{population.eventspace}}[{{population.size}}]; k++)
    {
        const int32_t neuron = {{population.eventspace}}[k];
        spikes.append({{loop.index0}}, neuron, (int32_t)step,
            {%- if population.potential %} {{population.potential}}[neuron]{% else %} NAN{% endif %});
    }
    {% endfor %}
}

{% if rests %}
// The next step in which something can happen: this one, unless no spike is under way.
static inline int64_t next_step(int64_t step)
{
    {% for space in eventspaces %}
    if({{space.name}}[{{space.size - 1}}])
        return step;
    {% endfor %}
    if(false{% for ring in rings %} || !{{ring}}.empty(){% endfor %}
        {%- for group in flags %} || {{group}}_changed{% endfor %})
        return step;
    int64_t next = max_steps;
    {% for input in inputs %}
    next = std::min(next, {{input.name}}_events.next(max_steps));
    {% endfor %}
    return std::max(step, next);
}
{% endif %}

static void run_trial()
{
    for(int64_t step=0; step<max_steps; step++)
    {
        {% if rests %}
        const int64_t next = next_step(step);
        if(next > step)
        {
            {% for clock in clocks %}
            {{clock.timestep}}[0] += next - step - 1;
            {{clock.name}}.tick();
            {% endfor %}
            step = next;
            if(step == max_steps)
                return;
        }
        {% endif %}
        {% for call in before_record %}
        {{call}}();
        {% endfor %}
        record(step);
        {% for call in after_record %}
        {{call}}();
        {% endfor %}
        {% for clock in clocks %}
        {{clock.name}}.tick();
        {% endfor %}
    }
}
}

extern "C" {

int64_t resident_array_count() { return sizeof(resident::arrays) / sizeof(resident::arrays[0]); }

void resident_array(int64_t k, const char **name, const char **dtype, void **data, int64_t *size)
{
    *name = resident::arrays[k].name;
    *dtype = resident::arrays[k].dtype;
    resident::arrays[k].locate(data, size);
}

void resident_allocate() { _init_arrays(); resident::link_clocks(); }

void resident_script() { resident::script(); }

void resident_save() { resident::save_state(); }

void resident_run(
    const int64_t *offsets, const int32_t *neuron, const int32_t *step,
    const int64_t *trials, int64_t n_trials, int64_t n_steps, const uint32_t *seeds,
    int64_t *recorded, double *final)
{
    using namespace resident;
    max_steps = n_steps;
    spikes.clear();
    recorded[0] = 0;
    for(int64_t k=0; k<n_trials; k++)
    {
        reset_state();
        {% for input in inputs %}
        {{input.name}}_events = Events{neuron, step, offsets[trials[k]], offsets[trials[k] + 1]};
        {% endfor %}
        if(seeds)
            brian::_random_generators[0].seed(seeds[k]);
        run_trial();
        recorded[k + 1] = spikes.size();
        double *block = final;
        {% for population in populations if population.potential %}
        std::copy_n({{population.potential}}, {{population.size}}, block + k * {{population.size}});
        block += n_trials * {{population.size}};
        {% endfor %}
    }
}

// The columns one after the other, in the order of Python's reading: 8 bytes, then 4 each.
void resident_spikes(void *columns)
{
    const resident::Spikes &spikes = resident::spikes;
    double *const potential = (double *)columns;
    int32_t *next = (int32_t *)std::copy(
        spikes.potential.begin(), spikes.potential.end(), potential);
    next = std::copy(spikes.population.begin(), spikes.population.end(), next);
    next = std::copy(spikes.neuron.begin(), spikes.neuron.end(), next);
    std::copy(spikes.step.begin(), spikes.step.end(), next);
}

void resident_release()
{
    using namespace brian;
    {% for array in arrays if not array.dynamic %}
    delete[] {{array.name}};
    {% endfor %}
}

}
