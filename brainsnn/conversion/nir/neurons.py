"""Neurons of NIR as Brian2 strings.

Input is a number a step, the weights of the spikes that arrived in it and the bias, held for that
step; equations are integrated by Euler's method.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from brainsnn.conversion.nir.conventions import NIR, Convention
from brainsnn.errors import ModelError
from brainsnn.network.neurons import Neuron

_INPUT = """
    ddrive/dt = -drive/dt : 1   # what arrived in this step
    bias : 1 (constant)
"""
_MEMBRANE = {
    "LIF": "dv/dt = (v_leak - v + r*(drive + bias))/tau : 1",
    "LI": "dv/dt = (v_leak - v + r*(drive + bias))/tau : 1",
    "IF": "dv/dt = r*(drive + bias)/second : 1",
    "CubaLIF": (
        "dv/dt = (v_leak - v + r*i_syn)/tau_mem : 1\n"
        "    di_syn/dt = (w_in*(drive + bias) - i_syn)/tau_syn : 1"
    ),
}
PARAMETERS: dict[str, tuple[str, ...]] = {
    "LIF": ("tau", "r", "v_leak", "v_threshold", "v_reset"),
    "LI": ("tau", "r", "v_leak"),
    "IF": ("r", "v_threshold", "v_reset"),
    "CubaLIF": ("tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset", "w_in"),
}
"""Arrays of each node that are parameters of its neurons; times are in seconds."""


_RESETS = {
    "value": "v = v_reset",
    "subtract": "v -= v_threshold",
    "subtract later": "owed = v_threshold",
}
_OWED = "dowed/dt = -owed/dt : 1   # what the last spike takes in this step"


def nir_neuron(
    kind: str,
    bias: Any = 0.0,
    convention: Convention = NIR,
    starts: float = 0.0,
    **values: Any,
) -> Neuron:
    """Neuron of a NIR node.

    Parameters
    ----------
    kind : {"LIF", "CubaLIF", "IF", "LI"}
    bias : float or array of float, shape (n_neurons,), default 0.0
        Constant input.
    convention : Convention, default that of NIR
        Of which threshold, reset, initial and synapse count.
    starts : float, default 0.0
        Seconds until which the neuron stands still.
    **values : float or array
        The node's parameters (`PARAMETERS`), times in seconds.

    Raises
    ------
    ModelError
        If the kind is unknown, or a parameter is missing or another given.
    """
    if kind not in PARAMETERS:
        raise ModelError(f"Neurons of NIR are {', '.join(PARAMETERS)}, not {kind!r}.")
    names = PARAMETERS[kind]
    if set(values) != set(names):
        raise ModelError(f"{kind} takes {', '.join(names)}, got {', '.join(values) or 'none'}.")
    values = {n: values[n] for n in names}
    spiking = "v_threshold" in names
    parameters = {"bias": np.asarray(bias, np.float64), **_with_units(values)}
    if starts > 0:
        parameters |= _with_units({"starts": starts})
    lines = [
        f"{n} : {'second' if _is_time(n) else '1'} (constant)" for n in parameters if n != "bias"
    ]
    return Neuron(
        name=f"nir_{kind.lower()}",
        equations="\n".join(["    " + _membrane(kind, convention, starts > 0), _INPUT, *lines]),
        threshold=f"v {convention.threshold} v_threshold" if spiking else "v > 1e300",
        reset=_RESETS[convention.reset] if spiking else "",
        parameters=parameters,
        initial=_initial(convention, values),
        method="euler",
        summary=f"Neuron {kind} of the neuromorphic intermediate representation.",
        citation="Pedersen et al. 2024, Nat. Commun. 15, 8122, table 1",
    )


def _membrane(kind: str, convention: Convention, waits: bool) -> str:
    """Differential equations of a kind as a convention has them."""
    lines = _MEMBRANE[kind]
    if convention.synapse == "first":
        lines = lines.replace("r*i_syn", "r*(i_syn + dt*(w_in*(drive + bias) - i_syn)/tau_syn)")
    later = convention.reset == "subtract later" and kind != "LI"
    if later:
        first, *rest = lines.split(" : 1", 1)
        lines = f"{first} - owed/dt : 1{rest[0]}\n    {_OWED}"
    if not waits:
        return lines
    gated = []
    for line in lines.split("\n"):
        left, right = line.split(" = ")
        right, unit = right.split(" : ")
        gated.append(f"{left} = ({right})*int(t > starts) : {unit}")
    return "\n".join(gated)


def _initial(convention: Convention, values: dict[str, Any]) -> dict[str, str]:
    """Potential at the start, where it is not 0."""
    name = convention.initial
    if name == "v_leak" and name not in values:
        name = "v_reset"
    return {"v": name} if np.any(np.asarray(values.get(name, 0.0))) else {}


def _with_units(values: dict[str, Any]) -> dict[str, Any]:
    from brian2 import second

    found = {name: np.asarray(value, np.float64) for name, value in values.items()}
    return {n: v * second if _is_time(n) else v for n, v in found.items()}


def _is_time(name: str) -> bool:
    return name.startswith("tau") or name == "starts"


def rests(kind: str, neuron: Neuron) -> bool:
    """Whether neurons of a kind stand still as long as nothing arrives."""
    values = neuron.parameters
    if np.any(np.asarray(values["bias"])):
        return False
    first = neuron.initial.get("v")
    begins = 0.0 if first is None else np.asarray(values[first])
    return "v_leak" not in PARAMETERS[kind] or bool(np.all(np.asarray(values["v_leak"]) == begins))


def kind_of(neuron: Neuron) -> str:
    """Node that a neuron stands for, whatever its convention.

    Raises
    ------
    ModelError
        If NIR has no such neuron.
    """
    for kind in PARAMETERS:
        if neuron.name == f"nir_{kind.lower()}":
            return kind
    raise ModelError(
        f"NIR cannot say the neuron {neuron.name!r}; it has {', '.join(PARAMETERS)} (nir_neuron)."
    )


def follows(kind: str, neuron: Neuron, convention: Convention, starts: float) -> bool:
    """Whether a neuron is computed as a convention says, and stands still as long as it has to.

    Parameters
    ----------
    kind : str
    neuron : Neuron
    convention : Convention
    starts : float
        Seconds until which it has to stand still.
    """
    values: dict[str, Any] = {n: np.asarray(neuron.parameters[n]) for n in PARAMETERS[kind]}
    told = float(np.max(np.asarray(neuron.parameters.get("starts", 0.0))))
    own = nir_neuron(kind, neuron.parameters["bias"], convention, told, **values)
    same = all(
        getattr(own, name) == getattr(neuron, name)
        for name in ("equations", "threshold", "reset", "initial")
    )
    waits = np.isclose(told, starts) if told > 0 else starts <= 0 or rests(kind, own)
    return same and bool(waits)
