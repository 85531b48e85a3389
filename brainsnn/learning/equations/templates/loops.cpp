{# Loops over neurons, which derivations through time and of exact times share. #}
{% macro every(loop) %}
    {% for line in loop.before %}
    {{ line }}
    {% endfor %}
    #pragma GCC ivdep
    for(int64_t j = 0; j < n; j++)
    {
        {% for line in loop.inside %}
        {{ line }}
        {% endfor %}
    }
{% endmacro %}
