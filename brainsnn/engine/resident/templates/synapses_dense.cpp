{# All-to-all synapses: the synapses of a spike are one row, in order of the target neurons, so the
   target of synapse _idx is known without a look-up and the row is one vector loop. Where several
   spikes come in a step, blocks of targets stay in registers while their rows are added
   (lanes.py). #}
{# USES_VARIABLES { _synaptic_pre } #}
{% extends 'common_group.cpp' %}
{% import 'vectorised.cpp' as together %}
{% block maincode %}
    {% set code = lanes(vector_code) %}
    {% include 'spikes_now.cpp' %}
    {% if code %}
    if(_spikes.size() > 3)
    {
        {{ together.run(code, dense.n_target, dense.target_start ~ ' + _done',
                        'const int32_t _spike : _spikes',
                        '(size_t)_spike * ' ~ dense.n_target ~ ' + _done') | autoindent }}
        return;
    }
    {% endif %}
    for(const int32_t _spike : _spikes)
    {
        const size_t _row = (size_t)_spike * {{dense.n_target}};
        for(size_t _column=0; _column<{{dense.n_target}}; _column++)
        {
            const size_t _idx = _row + _column;
            const size_t _vectorisation_idx = _idx;
            {{vector_code|autoindent|replace(dense.target_lookup, dense.target_column)|replace(dense.source_lookup, dense.source_row)}}
        }
    }
{% endblock %}
