{# Statements of several synapses at once: see lanes.py. #}

{# For `n` registers of targets from `targets` on: all spikes, each with its row of synapses. #}
{% macro block(code, type, n, targets, spikes, row) %}
{
    constexpr size_t _n = {{n}}, _width = sizeof({{type}}) / sizeof(double);
    {% for variable in code.held %}
    {{type}} _held_{{variable.name}}[_n];
    {% endfor %}
    for(size_t _k=0; _k<_n; _k++)
    {
        {% for variable in code.held %}
        _held_{{variable.name}}[_k] = resident::load<{{type}}>({{variable.array}} + {{targets}} + _k * _width);
        {% endfor %}
    }
    for({{spikes}})
    {
        const size_t _row = {{row}};
        for(size_t _k=0; _k<_n; _k++)
        {
            {% for variable in code.held %}
            {{type}} {{variable.name}} = _held_{{variable.name}}[_k];
            {% endfor %}
            {% for variable in code.rows %}
            const {{type}} {{variable.name}} = resident::load<{{type}}>({{variable.array}} + _row + _k * _width);
            {% endfor %}
            {% for line in code.body %}
            {{line}}
            {% endfor %}
            {% for variable in code.held %}
            _held_{{variable.name}}[_k] = {{variable.name}};
            {% endfor %}
        }
    }
    for(size_t _k=0; _k<_n; _k++)
    {
        {% for variable in code.held %}
        resident::store({{variable.array}} + {{targets}} + _k * _width, _held_{{variable.name}}[_k]);
        {% endfor %}
    }
}
{% endmacro %}

{# A run of `length` targets, ten registers at a time, then one, then single numbers. #}
{% macro run(code, length, targets, spikes, row) %}
size_t _done = 0;
for(; _done + 10 * resident::n_lanes <= {{length}}; _done += 10 * resident::n_lanes)
{{ block(code, 'resident::Lanes', 10, targets, spikes, row) }}
for(; _done + resident::n_lanes <= {{length}}; _done += resident::n_lanes)
{{ block(code, 'resident::Lanes', 1, targets, spikes, row) }}
for(; _done < {{length}}; _done++)
{{ block(code, 'double', 1, targets, spikes, row) }}
{% endmacro %}
