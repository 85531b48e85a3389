{# All-to-all synapses with one delay: a spike is kept as its source neuron, in a ring of spike
   lists, and no synapse index exists. #}
{% extends 'common_group.cpp' %}
{% block before_code %}
    resident::{{dense.ring}}.prepare({{dense.delay_steps}});
{% endblock %}
{% block maincode %}
    {% set _eventspace = get_array_name(eventspace_variable) %}
    resident::{{dense.ring}}.push(
        {{_eventspace}}, {{_eventspace}}[_num{{eventspace_variable.name}}-1],
        {{dense.spikes_start}}, {{dense.spikes_stop}});
{% endblock %}
