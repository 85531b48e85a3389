"""The exponential integrate-and-fire neuron: a smooth onset of the spike."""

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

exponential_if = LIBRARY.add(
    "exponential_if",
    LibraryNeuron(
        Neuron(
            name="exponential_if",
            equations="""
                dv/dt = (g_L*(E_L - v) + g_L*Delta_T*exp((v - V_T)/Delta_T) + I) / C : volt (unless refractory)
                I = I_ext : amp
                I_ext : amp (constant)            # constant current
                C : farad (shared, constant)      # membrane capacitance
                g_L : siemens (shared, constant)  # leak conductance
                E_L : volt (shared, constant)     # leak reversal potential
                V_T : volt (constant)             # threshold potential
                Delta_T : volt (shared, constant) # sharpness of the spike's onset
                V_cut : volt (shared, constant)   # where the spike counts
                V_r : volt (shared, constant)     # potential after a spike
            """,  # noqa: E501 -- an equation of Brian2 is one line
            threshold="v > V_cut",
            reset="v = V_r",
            refractory="1.7*ms",
            parameters={
                "I_ext": "0*pA",
                "C": "200*pF",
                "g_L": "20*nS",
                "E_L": "-65*mV",
                "V_T": "-59.9*mV",
                "Delta_T": "3.48*mV",
                "V_cut": "-30*mV",
                "V_r": "-68*mV",
            },
            initial={"v": "E_L"},
            method="euler",
            summary="Integrate-and-fire with an exponential onset of spikes.",
            citation=(
                "Fourcaud-Trocme, Hansel, van Vreeswijk and Brunel 2003, eqs. 3 and 4, table 1; "
                "a membrane of 0.0002 cm2"
            ),
        ),
        {"I_ext": "200*pA"},
        dt="0.05*ms",
    ),
)
