"""Neurons of NIR as Brian2 strings.

Input is a number a step, the weights of the spikes that arrived in it and the bias, held for that
step; equations are integrated by Euler's method.
"""

from __future__ import annotations

from typing import Any

import numpy as np

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


def nir_neuron(kind: str, bias: Any = 0.0, **values: Any) -> Neuron:
    """Neuron of a NIR node.

    Parameters
    ----------
    kind : {"LIF", "CubaLIF", "IF", "LI"}
    bias : float or array of float, shape (n_neurons,), default 0.0
        Constant input.
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
    spiking = "v_threshold" in names
    lines = [f"{n} : {'second' if n.startswith('tau') else '1'} (constant)" for n in names]
    return Neuron(
        name=f"nir_{kind.lower()}",
        equations="\n".join(["    " + _MEMBRANE[kind], _INPUT, *lines]),
        threshold="v > v_threshold" if spiking else "v > 1e300",
        reset="v = v_reset" if spiking else "",
        parameters={"bias": np.asarray(bias, np.float64), **_with_units(values)},
        method="euler",
        summary=f"Neuron {kind} of the neuromorphic intermediate representation.",
        citation="Pedersen et al. 2024, Nat. Commun. 15, 8122, table 1",
    )


def _with_units(values: dict[str, Any]) -> dict[str, Any]:
    from brian2 import second

    found = {name: np.asarray(value, np.float64) for name, value in values.items()}
    return {n: v * second if n.startswith("tau") else v for n, v in found.items()}


def kind_of(neuron: Neuron) -> str:
    """Node that a neuron stands for.

    Raises
    ------
    ModelError
        If NIR cannot say the neuron.
    """
    for kind in PARAMETERS:
        if neuron.name == f"nir_{kind.lower()}":
            own = nir_neuron(
                kind, **{n: np.asarray(neuron.parameters[n]) for n in PARAMETERS[kind]}
            )
            if (own.equations, own.threshold, own.reset) == (
                neuron.equations,
                neuron.threshold,
                neuron.reset,
            ):
                return kind
    raise ModelError(
        f"NIR cannot say the neuron {neuron.name!r}; it has {', '.join(PARAMETERS)} (nir_neuron)."
    )
