"""The leaky integrate-and-fire neuron with excitatory and inhibitory conductances."""

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

coba = LIBRARY.add(
    "coba",
    LibraryNeuron(
        Neuron(
            name="coba",
            equations="""
                dv/dt = (g_L*(E_L - v) + I) / C : volt (unless refractory)
                dg_e/dt = -g_e / tau_e : siemens  # excitatory conductance
                dg_i/dt = -g_i / tau_i : siemens  # inhibitory conductance
                I = I_ext + g_e*(E_e - v) + g_i*(E_i - v) : amp
                I_ext : amp (constant)            # constant current
                C : farad (shared, constant)      # membrane capacitance
                g_L : siemens (shared, constant)  # leak conductance
                E_L : volt (shared, constant)     # leak reversal potential
                E_e : volt (shared, constant)     # excitatory reversal potential
                E_i : volt (shared, constant)     # inhibitory reversal potential
                tau_e : second (constant)
                tau_i : second (constant)
                theta : volt (shared, constant)   # threshold
                v_reset : volt (shared, constant) # potential after a spike
            """,
            threshold="v > theta",
            reset="v = v_reset",
            refractory="5*ms",
            parameters={
                "I_ext": "0*pA",
                "C": "200*pF",
                "g_L": "10*nS",
                "E_L": "-60*mV",
                "E_e": "0*mV",
                "E_i": "-80*mV",
                "tau_e": "5*ms",
                "tau_i": "10*ms",
                "theta": "-50*mV",
                "v_reset": "-60*mV",
            },
            initial={"v": "E_L"},
            method="euler",
            summary="Leaky integrate-and-fire driven by two conductances.",
            citation="Brette et al. 2007, benchmark 1 (COBA), after Vogels and Abbott 2005",
        ),
        {"I_ext": "150*pA"},
    ),
)
