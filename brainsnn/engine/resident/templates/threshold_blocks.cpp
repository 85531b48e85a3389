{# Threshold without side effects: a block of neurons is tested in one vector loop, whose results
   are then looked at eight at a time. Without a spike, the next test may be left out until
   something that the condition reads has changed: a reset is a change. #}
{# USES_VARIABLES { N } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    const int _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    {% set _eventspace = get_array_name(eventspace_variable) %}
    if(!resident::changed_{{owner.name}})
    {
        {{_eventspace}}[N] = 0;
        return;
    }
    int32_t _count = 0;
    constexpr size_t _block_size = 64;
    uint64_t _fires[_block_size / 8];
    for(size_t _begin=0; _begin<N; _begin+=_block_size)
    {
        const size_t _end = _begin + _block_size < N ? _begin + _block_size : N;
        char *const _fire = (char *)_fires;
        char _any = 0;
        for(size_t _idx=_begin; _idx<_end; _idx++)
        {
            const size_t _vectorisation_idx = _idx;
            {{vector_code|autoindent}}
            _fire[_idx - _begin] = (char)((_cond) != 0);
            _any |= _fire[_idx - _begin];
        }
        if(!_any)
            continue;
        for(size_t _k=_end - _begin; _k<_block_size; _k++)
            _fire[_k] = 0;
        for(size_t _word=0; _word<_block_size / 8; _word++)
            for(uint64_t _left=resident::in_order(_fires[_word]); _left; _left&=_left - 1)
            {
                const size_t _idx = _begin + 8 * _word + __builtin_ctzll(_left) / 8;
                {{_eventspace}}[_count++] = _idx;
                {% if _uses_refractory %}
                {{not_refractory}}[_idx] = false;
                {{lastspike}}[_idx] = {{t}};
                {% endif %}
            }
    }
    {{_eventspace}}[N] = _count;
    resident::changed_{{owner.name}} = _count > 0;
{% endblock %}

{% block after_code %}
    {% set _eventspace = get_array_name(eventspace_variable) %}
    {{_eventspace}}[N] = 0;
{% endblock %}
