{# The spikes that arrive now, if any; what their targets' thresholds read has changed. #}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    const std::vector<int32_t> &_spikes = resident::{{dense.ring}}.now();
    if(_spikes.empty())
        return;
    {% for group in changes %}
    resident::changed_{{group}} = true;
    {% endfor %}
