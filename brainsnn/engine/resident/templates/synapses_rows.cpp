{# Effect of the spikes that arrive now: a loop over the synapses of each source neuron, or over
   those that Brian2's queue holds, each a row of one. #}
{# USES_VARIABLES { _synaptic_pre } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    const std::vector<resident::Row> &_rows =
        resident::rows_{{pathway.name}}.now({{pathway.name}});
    if(_rows.empty())
        return;
    {% for group in changes %}
    resident::changed_{{group}} = true;
    {% endfor %}
    for(const resident::Row &_row : _rows)
        for(int64_t _synapse=_row.begin; _synapse<_row.end; _synapse+=_row.stride)
        {
            const size_t _idx = _synapse;
            const size_t _vectorisation_idx = _idx;
            {{vector_code|autoindent}}
        }
{% endblock %}
