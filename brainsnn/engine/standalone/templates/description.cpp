// The network in network/, for the program.
#include "network.h"

namespace description
{

const Population populations[] = {
{% for p in populations %}
    {"{{ p.name }}", {{ p.size }}, {{ "true" if p.neuron else "false" }}},
{% endfor %}
    {nullptr, 0, false},
};

const Learnable parameters_of[] = {
{% for name, l in trainable.items() %}
    {"{{ name }}", {{ l.shape[0] }}, {{ l.shape[1] }}, "{{ l.owner }}.{{ l.variable }}", {{ "true" if l.plastic else "false" }}},
{% endfor %}
    {nullptr, 0, 0, nullptr, false},
};

const char *const parameters[] = {
{% for p in populations if p.neuron %}
{% for name in p.neuron.parameters %}
    "{{ p.name }}.{{ name }}",
{% endfor %}
{% endfor %}
    nullptr,
};

const StaticArray static_arrays[] = {
{% for name, values in static_arrays.items() %}
    {"{{ name }}", {{ values.nbytes }}, {{ checksum(values) }}u},
{% endfor %}
    {nullptr, 0, 0},
};

const int32_t n_steps = {{ n_steps }};
const int32_t n_inputs = {{ n_inputs }}, output = {{ output }};
const bool stochastic = {{ "true" if stochastic else "false" }};

}
