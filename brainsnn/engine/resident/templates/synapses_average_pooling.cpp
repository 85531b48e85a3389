{# Average pooling: one synapse a source neuron, all with the same weight. #}
{# USES_VARIABLES { _synaptic_pre } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    {% set s = dense.connectivity %}
    {% include 'spikes_now.cpp' %}
    for(const int32_t _spike : _spikes)
    {
        const int32_t _place = _spike / {{s.channels}}, _channel = _spike % {{s.channels}};
        const int32_t _y = _place / {{s.width}} / {{s.size}}, _x = _place % {{s.width}} / {{s.size}};
        const size_t _column = (size_t)(_y * {{s.output[1]}} + _x) * {{s.channels}} + _channel;
        const size_t _idx = 0;
        const size_t _vectorisation_idx = _idx;
        {{vector_code|autoindent|replace(dense.target_lookup, dense.target_column)|replace(dense.source_lookup, dense.source_row)}}
    }
{% endblock %}
