"""The generalised leaky integrate-and-fire neurons of the Allen Institute, levels 1 to 5."""

from brainsnn.errors import ModelError
from brainsnn.network.neurons.base import Neuron
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron

_BASE = """
    dv/dt = (I{currents} - g_L*(v - E_L)) / C : volt (unless refractory)
    I = I_ext : amp
    I_ext : amp (constant)               # constant current
    C : farad (shared, constant)         # membrane capacitance
    g_L : siemens (shared, constant)     # leak conductance
    E_L : volt (shared, constant)        # resting potential
    theta_inf : volt (constant)          # threshold at rest
"""
_RULES = """
    dtheta_s/dt = -b_s*theta_s : volt    # what spikes add to the threshold
    b_s : Hz (shared, constant)
    delta_theta : volt (constant)
    f_v : 1 (shared, constant)           # share of the potential that a spike leaves
    delta_v : volt (shared, constant)
"""
_CURRENTS = """
    dI_1/dt = -k_1*I_1 : amp             # after-spike currents
    dI_2/dt = -k_2*I_2 : amp
    k_1 : Hz (shared, constant)
    k_2 : Hz (shared, constant)
    delta_I_1 : amp (constant)
    delta_I_2 : amp (constant)
"""
_VOLTAGE = """
    dtheta_v/dt = a_v*(v - E_L) - b_v*theta_v : volt  # what the potential adds to the threshold
    a_v : Hz (shared, constant)
    b_v : Hz (shared, constant)
"""
_VALUES = {
    "base": {
        "I_ext": "0*pA",
        "C": "120*pF",
        "g_L": "6*nS",
        "E_L": "-75*mV",
        "theta_inf": "-50*mV",
    },
    "rules": {"b_s": "10*Hz", "delta_theta": "2*mV", "f_v": "0.3", "delta_v": "-4*mV"},
    "currents": {"k_1": "10*Hz", "k_2": "100*Hz", "delta_I_1": "-8*pA", "delta_I_2": "-25*pA"},
    "voltage": {"a_v": "2*Hz", "b_v": "20*Hz"},
}


def glif(level: int) -> Neuron:
    """Neuron of a level.

    1 is the leaky integrate-and-fire neuron; 2 adds rules of reset and a threshold that spikes
    raise; 3 adds after-spike currents to 1; 4 has both; 5 adds a threshold that follows the
    potential. Values of the parameters are of the published ranges, not those of one cell.

    Raises
    ------
    ModelError
        If there is no such level.
    """
    if level not in (1, 2, 3, 4, 5):
        raise ModelError(f"Levels of GLIF neurons are 1 to 5, got {level!r}.")
    rules, currents, voltage = level in (2, 4, 5), level >= 3, level == 5
    equations = _BASE.format(currents=" + I_1 + I_2" if currents else "")
    values, threshold = dict(_VALUES["base"]), "v > theta_inf"
    reset = "v = E_L"
    if rules:
        equations, threshold = equations + _RULES, threshold + " + theta_s"
        values |= _VALUES["rules"]
        reset = "v = E_L + f_v*(v - E_L) + delta_v; theta_s += delta_theta"
    if currents:
        equations += _CURRENTS
        values |= _VALUES["currents"]
        reset += "; I_1 += delta_I_1; I_2 += delta_I_2"
    if voltage:
        equations, threshold = equations + _VOLTAGE, threshold + " + theta_v"
        values |= _VALUES["voltage"]
    return Neuron(
        name=f"glif{level}",
        equations=equations,
        threshold=threshold,
        reset=reset,
        refractory="3*ms",
        parameters=values,
        initial={"v": "E_L"},
        method="euler",
        summary=f"Generalised leaky integrate-and-fire, level {level}.",
        citation="Teeter et al. 2018, eqs. 1 to 5; after Mihalas and Niebur 2009",
    )


LEVELS = [LIBRARY.add(f"glif{k}", LibraryNeuron(glif(k), {"I_ext": "250*pA"})) for k in range(1, 6)]
