"""How tools run the graphs that they read, and what they pass over without a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.nir.conventions import NIR, Convention
from brainsnn.conversion.nir.neurons import PARAMETERS
from brainsnn.errors import ModelError
from brainsnn.network.model import Model

_LAYERS = ("Linear", "Affine", "Conv2d", "Flatten")


@dataclass(frozen=True)
class Reader(Convention):
    """A convention by which a tool reads graphs, and the limits of what it reads.

    It takes a step of its own length ``dt`` for one of the network, so time constants are written
    in proportion. What its neurons make of their input (``r``, ``w_in``) is written as the one
    value that the tool knows, and the rest of it goes into the weights and biases before.

    Parameters
    ----------
    tool : str
        Name, for messages.
    nodes : tuple of str
        Nodes that it reads and runs as NIR has them, Input and Output aside.
    fixed : mapping
        By node, parameters that must have a value, or that of another parameter.
    alike : tuple of str
        Parameters that must be the same for all neurons of a population.
    unit : tuple of str
        Nodes whose ``r`` is written as 1; else it is what makes an input count whole in a step.
    loops : bool
        Whether a population may lead to itself.
    branches : bool
        Whether a population may lead to, or be led to by, more than one other.

    See `Convention` for the others.
    """

    tool: str = ""
    nodes: tuple[str, ...] = ()
    fixed: Mapping[str, Mapping[str, float | str]] = field(default_factory=dict)
    alike: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    loops: bool = True
    branches: bool = True

    def takes(self, where: str, kind: str) -> None:
        """Refuses a node that the tool does not read.

        Raises
        ------
        ModelError
            Naming it.
        """
        if kind not in self.nodes:
            raise ModelError(
                f"NIR: {where} is written as {kind}, which {self.tool} does not run as NIR has it; "
                f"it does {', '.join(self.nodes)}."
            )

    def check_ways(self, network: Model) -> None:
        """Refuses wirings that the tool does not run as NIR has them.

        Raises
        ------
        ModelError
            If there are several inputs, or loops or branches that it cannot take.
        """
        inputs = [p.name for p in network.populations if p.neuron is None]
        if len(inputs) > 1:
            raise ModelError(f"NIR: {self.tool} reads one input, not {', '.join(inputs)}.")
        others = [c for c in network.connections if c.source != c.target]
        for connection in network.connections:
            loop = connection.source == connection.target
            if loop and not self.loops:
                raise ModelError(
                    f"NIR: connection {connection.name!r} leads from a population to itself, which "
                    f"{self.tool} does not run as NIR has it."
                )
            beside = [c for c in others if c.source == connection.source]
            beside += [c for c in others if c.target == connection.target]
            if not (loop or self.branches) and len(beside) > 2:
                raise ModelError(
                    f"NIR: beside connection {connection.name!r} others lead from its source or to "
                    f"its target, which {self.tool} does not run as NIR has it."
                )

    def values(
        self, where: str, kind: str, found: Mapping[str, Any], dt: float
    ) -> tuple[dict[str, Any], NDArray[np.float64]]:
        """Parameters to write, and by how much the weights before are to be multiplied.

        Parameters
        ----------
        where : str
            The population, for messages.
        kind : str
        found : mapping of str to array
            As NIR means them, times in seconds.
        dt : float
            Length of a step of the network in seconds.

        Raises
        ------
        ModelError
            Naming the parameter that the tool would pass over.
        """
        self.takes(where, kind)
        self._check(where, kind, found, dt)
        values = {n: v * (self.dt / dt) if n.startswith("tau") else v for n, v in found.items()}
        gain = values["r"] * (dt if kind == "IF" else 1.0)
        if kind == "IF":
            values["r"] = np.full_like(values["r"], 1 / self.dt)
        elif kind in self.unit:
            values["r"] = np.ones_like(values["r"])
        else:
            tau = "tau_mem" if kind == "CubaLIF" else "tau"
            values["r"] = values[tau] / self.dt
            gain = gain / values["r"]
        if kind == "CubaLIF":
            gain = gain * values["w_in"] * self.dt / values["tau_syn"]
            values["w_in"] = values["tau_syn"] / self.dt
        return self.as_written(kind, values, self.dt), gain

    def _check(self, where: str, kind: str, found: Mapping[str, Any], dt: float) -> None:
        for name, value in self.fixed.get(kind, {}).items():
            wanted = found[value] if isinstance(value, str) else value
            if not np.all(found[name] == wanted):
                raise ModelError(
                    f"NIR: {name} of {where} ({kind}) must be {value} for {self.tool}, which reads "
                    "no other."
                )
        for name in PARAMETERS[kind]:
            if name in self.alike and np.unique(found[name]).size > 1:
                raise ModelError(
                    f"NIR: {name} of {where} ({kind}) must be the same for all neurons for "
                    f"{self.tool}."
                )
            if name.startswith("tau") and np.any(found[name] < dt):
                raise ModelError(f"NIR: {name} of {where} ({kind}) is shorter than a step.")


_AT_ZERO: Mapping[str, float | str] = {"v_leak": 0.0, "v_reset": 0.0}
READ_BY: Mapping[str, Convention] = {
    "nir": NIR,
    "snntorch": Reader(
        dt=1e-4,
        order="same step",
        synapse="first",
        tool="snnTorch",
        nodes=(*_LAYERS, "AvgPool2d", "LIF", "CubaLIF"),
        fixed={"LIF": _AT_ZERO, "CubaLIF": _AT_ZERO},
        alike=("v_threshold",),
        loops=False,
    ),
    "norse": Reader(
        order="same step",
        initial="v_leak",
        synapse="first",
        whole=("IF",),
        tool="Norse",
        nodes=(*_LAYERS, "LIF", "CubaLIF", "IF"),
        fixed={"LIF": {"v_reset": 0.0}, "CubaLIF": _AT_ZERO, "IF": {"v_reset": 0.0}},
        unit=("LIF",),
        branches=False,
    ),
    "spikingjelly": Reader(
        dt=1e-4,
        order="same step",
        threshold=">=",
        initial="v_reset",
        synapse="first",
        tool="SpikingJelly",
        nodes=(*_LAYERS, "AvgPool2d", "LIF", "CubaLIF", "IF"),
        fixed={"LIF": {"v_leak": "v_reset"}, "CubaLIF": {"v_leak": 0.0}},
        alike=("tau", "tau_syn", "tau_mem", "v_leak", "v_threshold", "v_reset"),
        unit=("LIF",),
    ),
}
"""How tools run the graphs that they read, with each tool's defaults."""


def nudged(values: Any, has: str, wanted: str) -> Any:
    """Thresholds beside those given, so that ``>`` and ``>=`` are the same in single precision.

    Parameters
    ----------
    values : array
    has, wanted : {">", ">="}
        The comparison of the neurons, and that of the tool.
    """
    if has == wanted:
        return values
    end = np.float32(np.inf if wanted == ">=" else -np.inf)
    return np.nextafter(np.float32(values), end).astype(np.float64)


def scaled(where: str, node: Any, gain: NDArray[np.float64]) -> Any:
    """A node of weights times a factor a neuron, in place.

    Parameters
    ----------
    where : str
        The connection, for messages.
    node : nir node
        Linear, Affine, Conv2d or AvgPool2d.
    gain : array
        Of the target's shape.

    Raises
    ------
    ModelError
        If it has no weights, or a factor for each channel, for the factors.
    """
    if (gain == 1).all():
        return node
    kind = type(node).__name__
    if kind == "AvgPool2d" or (kind == "Conv2d" and not (gain == gain[:, :1, :1]).all()):
        raise ModelError(
            f"NIR: {where} is written as {kind}, so that its target's r must let an input count "
            "whole in a step" + (", or alike in a channel." if kind == "Conv2d" else ".")
        )
    own = gain[:, 0, 0] if kind == "Conv2d" else gain
    node.weight = node.weight * own.reshape(-1, *[1] * (np.ndim(node.weight) - 1))
    if hasattr(node, "bias"):
        node.bias = node.bias * own
    return node
