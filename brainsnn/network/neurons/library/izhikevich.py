"""Izhikevich's neuron, with the parameters of its twenty types."""

from collections.abc import Mapping

from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

_ROWS = {
    "tonic_spiking": (0.02, 0.2, -65, 6, 14),
    "phasic_spiking": (0.02, 0.25, -65, 6, 0.5),
    "tonic_bursting": (0.02, 0.2, -50, 2, 15),
    "phasic_bursting": (0.02, 0.25, -55, 0.05, 0.6),
    "mixed_mode": (0.02, 0.2, -55, 4, 10),
    "spike_frequency_adaptation": (0.01, 0.2, -65, 8, 30),
    "class_1": (0.02, -0.1, -55, 6, 0),
    "class_2": (0.2, 0.26, -65, 0, 0),
    "spike_latency": (0.02, 0.2, -65, 6, 7),
    "subthreshold_oscillations": (0.05, 0.26, -60, 0, 0),
    "resonator": (0.1, 0.26, -60, -1, 0),
    "integrator": (0.02, -0.1, -55, 6, 0),
    "rebound_spike": (0.03, 0.25, -60, 4, 0),
    "rebound_burst": (0.03, 0.25, -52, 0, 0),
    "threshold_variability": (0.03, 0.25, -60, 4, 0),
    "bistability": (0.1, 0.26, -60, 0, 0.24),
    "depolarising_after_potential": (1, 0.2, -60, -21, 0),
    "accommodation": (0.02, 1, -55, 4, 0),
    "inhibition_induced_spiking": (-0.02, -1, -60, 8, 80),
    "inhibition_induced_bursting": (-0.026, -1, -45, -2, 80),
}
_PER_MS = "*mV/ms"
_CLASS_1 = {"linear": "4.1/ms", "offset": "108*mV/ms"}


def _parameters(name: str) -> dict[str, str]:
    a, b, c, d, current = _ROWS[name]
    values = {"a": f"{a}/ms", "b": f"{b}/ms", "c": f"{c}*mV", "d": f"{d}{_PER_MS}"}
    return {**values, "I_ext": f"{current}{_PER_MS}"}


PATTERNS: Mapping[str, Mapping[str, str]] = {
    name: {**_parameters(name), **(_CLASS_1 if name in ("class_1", "integrator") else {})}
    for name in _ROWS
    if name != "accommodation"  # Its recovery variable has another equation.
}
"""Parameters of the types (Izhikevich 2004), with the height of the current; where it is 0, the
type shows itself under pulses or ramps."""

izhikevich = LIBRARY.add(
    "izhikevich",
    LibraryNeuron(
        Neuron(
            name="izhikevich",
            equations="""
                dv/dt = curvature*v**2 + linear*v + offset - u + I : volt
                du/dt = a*(b*v - u) : volt/second  # recovery
                I = I_ext : volt/second
                I_ext : volt/second (constant)             # constant current
                a : Hz (constant)                          # rate of recovery
                b : Hz (constant)                          # recovery's dependence on v
                c : volt (constant)                        # potential after a spike
                d : volt/second (constant)                 # recovery by a spike
                curvature : 1/second/volt (shared, constant)
                linear : Hz (shared, constant)
                offset : volt/second (shared, constant)
            """,
            threshold="v > 30*mV",
            reset="v = c; u += d",
            parameters={
                **_parameters("tonic_spiking"),
                "I_ext": "0*mV/ms",
                "curvature": "0.04/ms/mV",
                "linear": "5/ms",
                "offset": "140*mV/ms",
            },
            initial={"v": "-70*mV", "u": "-70*mV*b"},
            method="euler",
            summary="A quadratic neuron with a recovery variable, which has many firing patterns.",
            citation="Izhikevich 2003, eqs. 1 to 3; types of Izhikevich 2004, figure 1",
        ),
        {"I_ext": "14*mV/ms"},
        dt="0.05*ms",
        patterns=PATTERNS,
    ),
)
