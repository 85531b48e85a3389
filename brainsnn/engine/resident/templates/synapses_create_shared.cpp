{# Synapses that share weights: there is nothing to list, and the arrays hold one value for all that
   share it. #}
{# USES_VARIABLES { _synaptic_pre, _synaptic_post, N_incoming, N_outgoing, N, N_pre, N_post,
                    _source_offset, _target_offset } #}
{# WRITES_TO_READ_ONLY_VARIABLES { _synaptic_pre, _synaptic_post, N_incoming, N_outgoing, N } #}
{% extends 'common_synapses.cpp' %}
{% block maincode %}
    const size_t _n_source = {{constant_or_scalar('N_pre', variables['N_pre'])}};
    const size_t _n_target = {{constant_or_scalar('N_post', variables['N_post'])}};
    {{_dynamic_N_incoming}}.resize(_n_target + _target_offset);
    {{_dynamic_N_outgoing}}.resize(_n_source + _source_offset);
    for(size_t _k=0; _k<_n_target; _k++)
        {{_dynamic_N_incoming}}[_k + _target_offset] = {{n_synapses}} / _n_target;
    for(size_t _k=0; _k<_n_source; _k++)
    {
        {% if connectivity.name == 'convolution' %}
        const resident::Window _window(
            (int32_t)_k, {{connectivity.width}}, {{connectivity.channels}}, {{connectivity.kernel}},
            {{connectivity.output[0]}}, {{connectivity.output[1]}});
        {{_dynamic_N_outgoing}}[_k + _source_offset] =
            (_window.bottom - _window.top) * (_window.right - _window.left) * {{connectivity.filters}};
        {% else %}
        {{_dynamic_N_outgoing}}[_k + _source_offset] = {{n_synapses}} / _n_source;
        {% endif %}
    }
    {% for name in others | sort %}
    {{name}}.assign({{n_values}}, {{connectivity.fixed_weight or 0.0}});
    {% endfor %}
    {{N}} = {{n_synapses}};
{% endblock %}
