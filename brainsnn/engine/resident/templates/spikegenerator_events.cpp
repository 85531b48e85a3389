{# Input spikes of the current trial, from the caller's event list sorted by step. #}
{# USES_VARIABLES { _spikespace, t_in_timesteps, N } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    resident::Events &_events = resident::{{owner.name}}_events;
    const int32_t _now = (int32_t)({{t_in_timesteps}});
    int32_t _count = 0;
    while(_events.cursor < _events.end && _events.step[_events.cursor] <= _now)
        {{_spikespace}}[_count++] = _events.neuron[_events.cursor++];
    {{_spikespace}}[N] = _count;
{% endblock %}
