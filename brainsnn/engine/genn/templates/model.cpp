// The network "{{ model.name }}" as GeNN 4 wants it described, for genn-buildmodel.sh.
#include "modelSpec.h"

{% for n in neurons %}
class Neuron_{{ n.name }} : public NeuronModels::Base
{
public:
    DECLARE_MODEL(Neuron_{{ n.name }}, {{ n.parameters | length }}, {{ n.variables | length }});
    SET_SIM_CODE("{{ n.code_lines | join | counting_steps }}");
    SET_THRESHOLD_CONDITION_CODE("{{ n.thresh_cond_lines | counting_steps }}");
    SET_RESET_CODE("{{ n.reset_code_lines | join | counting_steps }}");
    SET_SUPPORT_CODE("{{ n.support_code_lines }}");
    SET_PARAM_NAMES({ {{- quoted(n.parameters) -}} });
    SET_VARS({ {{- typed(n.variables, n.variabletypes) -}} });
    SET_EXTRA_GLOBAL_PARAMS({ {{- typed(n.shared_variables, n.shared_variabletypes) -}} });
    SET_NEEDS_AUTO_REFRACTORY(false);
};
IMPLEMENT_MODEL(Neuron_{{ n.name }});

{% endfor %}
{% for s in synapses %}
class Synapse_{{ s.name }} : public WeightUpdateModels::Base
{
public:
    DECLARE_MODEL(Synapse_{{ s.name }}, {{ s.parameters | length }}, {{ s.variables | length }});
    SET_SIM_CODE("{{ s.main_code_lines['pre'] | counting_steps }}");
    SET_SYNAPSE_DYNAMICS_CODE("{{ s.main_code_lines['dynamics'] | counting_steps }}");
    SET_SIM_SUPPORT_CODE("{{ s.support_code_lines['pre'] }}");
    SET_SYNAPSE_DYNAMICS_SUPPORT_CODE("{{ s.support_code_lines['dynamics'] }}");
    SET_PARAM_NAMES({ {{- quoted(s.parameters) -}} });
    SET_VARS({ {{- typed(s.variables, s.variabletypes) -}} });
    SET_EXTRA_GLOBAL_PARAMS({ {{- typed(s.shared_variables, s.shared_variabletypes) -}} });
};
IMPLEMENT_MODEL(Synapse_{{ s.name }});

class Input_{{ s.name }} : public PostsynapticModels::Base
{
public:
    DECLARE_MODEL(Input_{{ s.name }}, 0, 0);
    SET_APPLY_INPUT_CODE("$(Isyn) += {{ s.postSyntoCurrent }};");
};
IMPLEMENT_MODEL(Input_{{ s.name }});

{% endfor %}
void modelDefinition(NNmodel &model)
{
    GENN_PREFERENCES.userCxxFlagsGNU = "{{ flags }}";
    {% if use_gpu %}
    GENN_PREFERENCES.userNvccFlags = "--fmad=false";
    {% endif %}
    model.setName("network");
    model.setDT({{ model.dt }});
    model.setPrecision(GENN_DOUBLE);
    model.setTimePrecision(TimePrecision::DOUBLE);
    {% for p in model.inputs %}
    model.addNeuronPopulation<NeuronModels::SpikeSource>("_{{ p.name }}", {{ p.size }}, {}, {});
    {% endfor %}
    {% for n in neurons %}
    model.addNeuronPopulation<Neuron_{{ n.name }}>(
        "_{{ n.name }}", {{ n.N }},
        Neuron_{{ n.name }}::ParamValues({{ n.pvalue | join(', ') }}),
        Neuron_{{ n.name }}::VarValues({{ uninitialised(n.variables) }}));
    {% endfor %}
    {% for s in synapses %}
    model.addSynapsePopulation<Synapse_{{ s.name }}, Input_{{ s.name }}>(
        "_{{ s.name }}", SynapseMatrixType::{{ 'SPARSE' if s.name in sparse else 'DENSE' }}_INDIVIDUALG, {{ delays[s.name] or 'NO_DELAY' }},
        "_{{ s.srcname }}", "_{{ s.trgname }}",
        Synapse_{{ s.name }}::ParamValues({{ s.pvalue | join(', ') }}),
        Synapse_{{ s.name }}::VarValues({{ uninitialised(s.variables) }}), {}, {})
    {%- if s.name in sparse %}->setMaxConnections({{ sparse[s.name] }}){% endif %};
    {% endfor %}
}
