{# All synapses from every neuron to every neuron: there is nothing to list, since synapse k leads
   from neuron k / n_target to neuron k % n_target. The lists are made only if something else in the
   network reads them. #}
{# USES_VARIABLES { _synaptic_pre, _synaptic_post, N_incoming, N_outgoing, N, N_pre, N_post,
                    _source_offset, _target_offset } #}
{# WRITES_TO_READ_ONLY_VARIABLES { _synaptic_pre, _synaptic_post, N_incoming, N_outgoing, N } #}
{% extends 'common_synapses.cpp' %}
{% block maincode %}
    const size_t _n_source = {{constant_or_scalar('N_pre', variables['N_pre'])}};
    const size_t _n_target = {{constant_or_scalar('N_post', variables['N_post'])}};
    const size_t _n = _n_source * _n_target;
    {{_dynamic_N_incoming}}.resize(_n_target + _target_offset);
    {{_dynamic_N_outgoing}}.resize(_n_source + _source_offset);
    for(size_t _k=0; _k<_n_target; _k++)
        {{_dynamic_N_incoming}}[_k + _target_offset] = _n_source;
    for(size_t _k=0; _k<_n_source; _k++)
        {{_dynamic_N_outgoing}}[_k + _source_offset] = _n_target;
    if(resident::listed_{{owner.name}})
    {
        {{_dynamic__synaptic_pre}}.resize(_n);
        {{_dynamic__synaptic_post}}.resize(_n);
        for(size_t _k=0; _k<_n; _k++)
        {
            {{_dynamic__synaptic_pre}}[_k] = _k / _n_target + _source_offset;
            {{_dynamic__synaptic_post}}[_k] = _k % _n_target + _target_offset;
        }
    }
    {% for name in others | sort %}
    {{name}}.resize(_n);
    {% endfor %}
    {{N}} = _n;
{% endblock %}
