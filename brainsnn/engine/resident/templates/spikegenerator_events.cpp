{# Spikes of a SpikeGeneratorGroup: the trial's own, from an event list sorted by step, if it was
   given one; else those that the script gave to the group, as in Brian2's template. #}
{# USES_VARIABLES { _spikespace, neuron_index, _timebins, _period_bins, _lastindex, t_in_timesteps, N } #}
{% extends 'spikegenerator.cpp' %}
{% block maincode %}
    resident::Events &_events = resident::events_{{owner.name}};
    if(_events.given)
    {
        {{_spikespace}}[N] = _events.take(
            (int32_t)({{t_in_timesteps}}), {{_spikespace}}, N, "{{owner.name}}");
        return;
    }
    const int32_t _period = {{_period_bins}};
    int32_t _now = {{t_in_timesteps}}, _count = 0;
    if(_period > 0)
    {
        _now %= _period;
        if({{_lastindex}} > 0 && {{_timebins}}[{{_lastindex}} - 1] >= _now)
            {{_lastindex}} = 0;
    }
    for(size_t _k={{_lastindex}}; _k<_num_timebins && {{_timebins}}[_k]<=_now; _k++)
    {
        if(_count == N)
            resident::leave(resident::Events::crowded("{{owner.name}}"));
        {{_spikespace}}[_count++] = {{neuron_index}}[_k];
    }
    {{_spikespace}}[N] = _count;
    {{_lastindex}} += _count;
{% endblock %}
