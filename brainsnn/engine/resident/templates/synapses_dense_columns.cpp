{# All-to-all synapses: the synapses of a postsynaptic spike are one column, in order of the source
   neurons, so both ends of synapse _idx are known without a look-up. #}
{# USES_VARIABLES { _synaptic_pre } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    {% include 'spikes_now.cpp' %}
    for(const int32_t _column : _spikes)
    {
        for(size_t _line=0; _line<{{dense.n_source}}; _line++)
        {
            const size_t _idx = _line * {{dense.n_target}} + _column;
            const size_t _vectorisation_idx = _idx;
            {{vector_code|autoindent|replace(dense.target_lookup, dense.target_column)|replace(dense.source_lookup, dense.source_row)}}
        }
    }
{% endblock %}
