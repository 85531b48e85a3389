"""The adaptive exponential integrate-and-fire neuron, with its named firing patterns."""

from collections.abc import Mapping

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

_COLUMNS = ("C", "g_L", "E_L", "V_T", "Delta_T", "a", "tau_w", "b", "V_r", "I_ext")
_UNITS = ("pF", "nS", "mV", "mV", "mV", "nS", "ms", "pA", "mV", "pA")
_ROWS = {
    "tonic": (200, 10, -70, -50, 2, 2, 30, 0, -58, 500),
    "adaptation": (200, 12, -70, -50, 2, 2, 300, 60, -58, 500),
    "initial_burst": (130, 18, -58, -50, 2, 4, 150, 120, -50, 400),
    "regular_bursting": (200, 10, -58, -50, 2, 2, 120, 100, -46, 210),
    "delayed_accelerating": (200, 12, -70, -50, 2, -10, 300, 0, -58, 300),
    "delayed_regular_bursting": (100, 10, -65, -50, 2, -10, 90, 30, -47, 110),
    "transient": (100, 10, -65, -50, 2, 10, 90, 100, -47, 180),
    "irregular": (100, 12, -60, -50, 2, -11, 130, 30, -48, 160),
}

PATTERNS: Mapping[str, Mapping[str, str]] = {
    name: {k: f"{x}*{u}" for k, x, u in zip(_COLUMNS, row, _UNITS, strict=True)}
    for name, row in _ROWS.items()
}
"""Parameters and current of each firing pattern (Naud, Marcille, Clopath and Gerstner 2008)."""

adex = LIBRARY.add(
    "adex",
    LibraryNeuron(
        Neuron(
            name="adex",
            equations="""
                dv/dt = (g_L*(E_L - v) + g_L*Delta_T*exp((v - V_T)/Delta_T) - u + I) / C : volt
                du/dt = (a*(v - E_L) - u) / tau_w : amp  # adaptation current, w of the paper
                I = I_ext : amp
                I_ext : amp (constant)            # constant current
                C : farad (shared, constant)      # membrane capacitance
                g_L : siemens (shared, constant)  # leak conductance
                E_L : volt (shared, constant)     # leak reversal potential
                V_T : volt (constant)             # threshold potential
                Delta_T : volt (shared, constant) # sharpness of the spike's onset
                a : siemens (constant)            # adaptation below threshold
                tau_w : second (constant)         # time constant of adaptation
                b : amp (constant)                # adaptation by a spike
                V_r : volt (constant)             # potential after a spike
                V_cut : volt (shared, constant)   # where the spike counts
            """,
            threshold="v > V_cut",
            reset="v = V_r; u += b",
            parameters={**PATTERNS["adaptation"], "I_ext": "0*pA", "V_cut": "0*mV"},
            initial={"v": "E_L"},
            method="euler",
            summary="Integrate-and-fire with an exponential onset of spikes and adaptation.",
            citation=(
                "Brette and Gerstner 2005; parameters of Naud, Marcille, Clopath and Gerstner 2008"
            ),
        ),
        {"I_ext": "500*pA"},
        duration="400*ms",
        dt="0.05*ms",
        patterns=PATTERNS,
    ),
)
