{# Effect of the spikes that arrive now, where neurons own the traces of the synapses (owned.py): a loop
   over the synapses of each neuron that spikes, then its own traces, once. Runs in which that would
   not be the same (traces.h) have the code as Brian2 writes it. #}
{# USES_VARIABLES { _synaptic_pre, t } #}
{% extends 'common_group.cpp' %}

{% block before_code %}
    {% for trace in owned.traces %}
    resident::{{trace.name}}.decay = [=](double _since) {
        {{scalar_code['decay']|autoindent}}
        return {{trace.decay}};
    };
    {% endfor %}
{% endblock %}

{% block maincode %}
    {% set code = vector_code['owned'] %}
    const size_t _vectorisation_idx = -1;
    const std::vector<resident::Row> &_rows =
        resident::rows_{{pathway.name}}.now({{pathway.name}});
    if(!_rows.empty())
    {
        {% for group in changes %}
        resident::changed_{{group}} = true;
        {% endfor %}
    }
    if(!resident::owned_{{owned.synapses}}.in_neurons)
    {
        {{scalar_code['plain']|autoindent}}
        for(const resident::Row &_row : _rows)
            for(int64_t _synapse=_row.begin; _synapse<_row.end; _synapse+=_row.stride)
            {
                const size_t _idx = _synapse;
                const size_t _vectorisation_idx = _idx;
                {{vector_code['plain']|autoindent}}
            }
        return;
    }
    {{scalar_code['owned']|autoindent}}
    if(_rows.empty())
        return;
    {% for trace in used_traces(code, owned.traces) %}
    const double _factor_{{trace.name}} = resident::{{trace.name}}.factor({{t}});
    {% endfor %}
    {% for trace in used_traces(code, owned.others) %}
    const double *__restrict const _scaled_{{trace.name}} = resident::{{trace.name}}.scaled.data();
    {% endfor %}
    for(const resident::Row &_row : _rows)
    {
        if(_row.begin == _row.end)
            continue;
        const int32_t _neuron = {{owned.spiking}}[_row.begin];
        {% for trace in used_traces(code, owned.own) %}
        double &_place_{{trace.name}} = resident::{{trace.name}}.scaled[_neuron];
        const double _value_{{trace.name}} = _place_{{trace.name}} * _factor_{{trace.name}};
        {% endfor %}
        const int32_t _first = {{owned.other}}[_row.begin];
        const int32_t _n = (int32_t)((_row.end - 1 - _row.begin) / _row.stride + 1);
        {% for case, index, other in [
            ('if(_row.consecutive && _row.stride == 1)', '_row.begin + _k', '(_first + _k)'),
            ('else if(_row.consecutive)', '_row.begin + _k * _row.stride', '(_first + _k)'),
            ('else', '_row.begin + _k * _row.stride', owned.other ~ '[_idx]')] %}
        {{case}}
            for(int32_t _k=0; _k<_n; _k++)
            {
                const size_t _idx = {{index}};
                const size_t _vectorisation_idx = _idx;
                {{with_traces(code, owned, '_neuron', other)|autoindent}}
            }
        {% endfor %}
        {
            {{scalar_code['owner']|autoindent}}
            const size_t _idx = _row.begin;
            const size_t _vectorisation_idx = _idx;
            {{with_traces(vector_code['owner'], owned, none, '_first')|autoindent}}
        }
        resident::owned_{{owned.synapses}}.last[{{ 0 if owned.side == 'pre' else 1 }}][_neuron] = {{t}};
    }
{% endblock %}
