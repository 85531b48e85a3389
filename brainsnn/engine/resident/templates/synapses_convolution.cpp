{# Convolution: the synapses of a spike lead to a window of the target's image, and the kernels that
   it meets there are those of all places. Synapse _idx is the weight it shares. #}
{# USES_VARIABLES { _synaptic_pre } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    {% set s = dense.structure %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    const std::vector<int32_t> &_spikes = resident::{{dense.ring}}.now();
    if(_spikes.empty())
        return;
    {% for group in changes %}
    resident::{{group}}_changed = true;
    {% endfor %}
    for(const int32_t _spike : _spikes)
    {
        const resident::Window _window(
            _spike, {{s.width}}, {{s.channels}}, {{s.kernel}}, {{s.output[0]}}, {{s.output[1]}});
        for(int32_t _y=_window.top; _y<_window.bottom; _y++)
            for(int32_t _x=_window.left; _x<_window.right; _x++)
            {
                const int32_t _place = (_window.y - _y) * {{s.kernel}} + _window.x - _x;
                const size_t _row = (size_t)(_place * {{s.channels}} + _window.channel) * {{s.filters}};
                const size_t _first = (size_t)(_y * {{s.output[1]}} + _x) * {{s.filters}};
                for(size_t _filter=0; _filter<{{s.filters}}; _filter++)
                {
                    const size_t _idx = _row + _filter;
                    const size_t _column = _first + _filter;
                    const size_t _vectorisation_idx = _idx;
                    {{vector_code|autoindent|replace(dense.target_lookup, dense.target_column)|replace(dense.source_lookup, dense.source_row)}}
                }
            }
    }
{% endblock %}
