{# Spikes of a SpikeGeneratorGroup: the trial's own, from an event list sorted by step, if it was
   given one; else those that the script gave to the group, as Brian2 writes them. #}
{# USES_VARIABLES { _spikespace, neuron_index, _timebins, _period_bins, _lastindex, t_in_timesteps, N } #}
{% extends 'spikegenerator.cpp' %}
{% block maincode %}
    resident::Events &_events = resident::{{owner.name}}_events;
    if(_events.given)
    {
        const int32_t _now = (int32_t)({{t_in_timesteps}});
        int32_t _n_events = 0;
        while(_events.cursor < _events.end && _events.step[_events.cursor] <= _now)
            {{_spikespace}}[_n_events++] = _events.neuron[_events.cursor++];
        {{_spikespace}}[N] = _n_events;
    }
    else
    {
        {{ super() }}
    }
{% endblock %}
