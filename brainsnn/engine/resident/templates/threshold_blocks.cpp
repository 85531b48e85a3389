{# Threshold without side effects: a block of neurons is tested in one vector loop, and looked at
   one by one only where some neuron in it spikes. Without a spike, the next test may be left out
   until something that the condition reads has changed: a reset is a change. #}
{# USES_VARIABLES { N } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    const int _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    {% set _eventspace = get_array_name(eventspace_variable) %}
    if(!resident::{{owner.name}}_changed)
    {
        {{_eventspace}}[N] = 0;
        return;
    }
    int32_t _count = 0;
    constexpr size_t _block_size = 80;
    for(size_t _begin=0; _begin<N; _begin+=_block_size)
    {
        const size_t _end = _begin + _block_size < N ? _begin + _block_size : N;
        char _any = 0;
        for(size_t _idx=_begin; _idx<_end; _idx++)
        {
            const size_t _vectorisation_idx = _idx;
            {{vector_code|autoindent}}
            _any |= (char)(_cond);
        }
        if(!_any)
            continue;
        for(size_t _idx=_begin; _idx<_end; _idx++)
        {
            const size_t _vectorisation_idx = _idx;
            {{vector_code|autoindent}}
            if(_cond)
            {
                {{_eventspace}}[_count++] = _idx;
                {% if _uses_refractory %}
                {{not_refractory}}[_idx] = false;
                {{lastspike}}[_idx] = {{t}};
                {% endif %}
            }
        }
    }
    {{_eventspace}}[N] = _count;
    resident::{{owner.name}}_changed = _count > 0;
{% endblock %}

{% block after_code %}
    {% set _eventspace = get_array_name(eventspace_variable) %}
    {{_eventspace}}[N] = 0;
{% endblock %}
