{# Spikes on their way along a pathway: kept as source neurons where all delays are equal and the
   synapses of each source are regularly spaced, else as synapses, in Brian2's queue. #}
{# USES_VARIABLES { _n_sources, _n_targets, delay, _source_dt} #}
{% extends 'synapses_push_spikes.cpp' %}
{% block before_code %}
    {
        const auto &_delays = {{get_array_name(variables['delay'], access_data=False)}};
        resident::rows_{{owner.name}}.prepare(
            {{owner.name}}.sources, {{others}}, _delays, {{owner.name}}.queue[0]->source_start,
            {{owner.name}}.queue[0]->source_end, {{_source_dt}}, *{{owner.name}}.queue[0]);
    }
    if(!resident::rows_{{owner.name}}.regular)
    {
        {{ super() }}
    }
{% endblock %}
{% block maincode %}
    {% set _eventspace = get_array_name(eventspace_variable) %}
    if(resident::rows_{{owner.name}}.regular)
        resident::rows_{{owner.name}}.push(
            {{_eventspace}}, {{_eventspace}}[_num{{eventspace_variable.name}}-1]);
    else
    {
        {{ super() }}
    }
{% endblock %}
