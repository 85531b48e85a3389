{# A threshold that is a chance: Brian2's test of every neuron, or, where trials ask for it and nothing
   in a step changes the chances, spikes drawn one after the other (gaps.h). #}
{# USES_VARIABLES { N } #}
{% extends 'threshold.cpp' %}
{% block maincode %}
    const int _vectorisation_idx = -1;
    {% set _eventspace = get_array_name(eventspace_variable) %}
    auto &_random = brian::_random_generators[0];
    if(resident::steady_{{codeobj_name}} && resident::by_gaps)
    {
        resident::Gaps &_gaps = resident::gaps_{{codeobj_name}};
        if(_gaps.anew)
        {
            {{scalar_code['chance']|autoindent}}
            _gaps.start();
            for(size_t _idx=0; _idx<N; _idx++)
            {
                const size_t _vectorisation_idx = _idx;
                {{vector_code['chance']|autoindent}}
                _gaps.add(_idx, _chance, _random);
            }
        }
        {{_eventspace}}[N] = _gaps.take({{_eventspace}}, _random);
        return;
    }
    {{scalar_code['condition']|autoindent}}
    int32_t _count = 0;
    for(size_t _idx=0; _idx<N; _idx++)
    {
        const size_t _vectorisation_idx = _idx;
        {{vector_code['condition']|autoindent}}
        if(_cond)
            {{_eventspace}}[_count++] = _idx;
    }
    {{_eventspace}}[N] = _count;
{% endblock %}
