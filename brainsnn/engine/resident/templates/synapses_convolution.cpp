{# Convolution: the synapses of a spike lead to a window of the target's image, and the kernels that
   it meets there are those of all places. In a row of the image the window is one run of targets;
   so are the weights in a copy of the kernels whose columns are turned round. Spikes of one place
   come together in the order of neurons, and share their window. #}
{# USES_VARIABLES { _synaptic_pre } #}
{% extends 'common_group.cpp' %}
{% import 'vectorised.cpp' as together %}
{% block maincode %}
    {% set s = dense.connectivity %}
    {% set turned = 'resident::' ~ dense.kernels ~ '.data()' %}
    {% set code = lanes(vector_code, turned) %}
    {% include 'spikes_now.cpp' %}
    {% if code %}
    constexpr size_t _kernel_row = {{s.kernel * s.filters}};
    for(size_t _first=0, _last; _first<_spikes.size(); _first=_last)
    {
        const resident::Window _window(
            _spikes[_first], {{s.width}}, {{s.channels}}, {{s.kernel}}, {{s.output[0]}}, {{s.output[1]}});
        const int32_t _begin = _spikes[_first] - _window.channel, _end = _begin + {{s.channels}};
        for(_last=_first + 1; _last<_spikes.size(); _last++)
            if(_spikes[_last] < _begin || _spikes[_last] >= _end)
                break;
        const size_t _length = (size_t)(_window.right - _window.left) * {{s.filters}};
        const size_t _skipped = (size_t)({{s.kernel - 1}} - _window.x + _window.left) * {{s.filters}};
        for(int32_t _y=_window.top; _y<_window.bottom; _y++)
        {
            const size_t _target = (size_t)(_y * {{s.output[1]}} + _window.left) * {{s.filters}};
            const size_t _kernel = (size_t)(_window.y - _y) * {{s.channels}} * _kernel_row + _skipped;
            {{ together.run(code, '_length', dense.target_start ~ ' + _target + _done',
                            'size_t _spike=_first; _spike<_last; _spike++',
                            '_kernel + (size_t)(_spikes[_spike] - _begin) * _kernel_row + _done') | autoindent }}
        }
    }
    {% else %}
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
    {% endif %}
{% endblock %}
