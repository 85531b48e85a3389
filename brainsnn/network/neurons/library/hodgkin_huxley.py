"""The neuron of Hodgkin and Huxley: sodium and potassium channels of the squid's axon."""

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

hodgkin_huxley = LIBRARY.add(
    "hodgkin_huxley",
    LibraryNeuron(
        Neuron(
            name="hodgkin_huxley",
            equations="""
                dv/dt = (g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v) + I) / C : volt
                dm/dt = (alpha_m*(1 - m) - beta_m*m)/ms : 1
                dh/dt = (alpha_h*(1 - h) - beta_h*h)/ms : 1
                dn/dt = (alpha_n*(1 - n) - beta_n*n)/ms : 1
                alpha_m = 1/exprel(-(v + 40*mV)/(10*mV)) : 1
                beta_m = 4*exp(-(v + 65*mV)/(18*mV)) : 1
                alpha_h = 0.07*exp(-(v + 65*mV)/(20*mV)) : 1
                beta_h = 1/(1 + exp(-(v + 35*mV)/(10*mV))) : 1
                alpha_n = 0.1/exprel(-(v + 55*mV)/(10*mV)) : 1
                beta_n = 0.125*exp(-(v + 65*mV)/(80*mV)) : 1
                I = I_ext : amp
                I_ext : amp (constant)             # constant current
                C : farad (shared, constant)       # membrane capacitance
                g_Na : siemens (constant)          # sodium conductance
                g_K : siemens (constant)           # potassium conductance
                g_L : siemens (constant)           # leak conductance
                E_Na : volt (shared, constant)     # sodium reversal potential
                E_K : volt (shared, constant)      # potassium reversal potential
                E_L : volt (shared, constant)      # leak reversal potential
            """,
            threshold="v > 0*mV",
            reset="",
            refractory="v > 0*mV",
            parameters={
                "I_ext": "0*nA",
                "C": "200*pF",
                "g_Na": "24*uS",
                "g_K": "7.2*uS",
                "g_L": "60*nS",
                "E_Na": "50*mV",
                "E_K": "-77*mV",
                "E_L": "-54.387*mV",
            },
            initial={"v": "-65*mV", "m": 0.0529, "h": 0.5961, "n": 0.3177},
            method="exponential_euler",
            summary="Sodium, potassium and leak channels of a patch of 0.0002 cm2.",
            citation=(
                "Hodgkin and Huxley 1952; rates with rest at -65 mV as in Dayan and Abbott 2001, "
                "eqs. 5.22 and 5.24"
            ),
        ),
        {"I_ext": "2*nA"},
        duration="100*ms",
        dt="0.02*ms",
    ),
)
