r"""The network of Zenke and Vogels (2021) and of Zenke's tutorial SpyTorch.

.. math::
    \tau_v \dot v = i - v, \qquad \tau_i \dot i = -i, \qquad
    \text{spike where } v > 1: \; v \leftarrow 0

An input spike adds its weight to i. Outputs are the same without spikes, and are read by their
largest potential.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field

from brainsnn.config import Config
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import FanInNormal, current
from brainsnn.protocols.recurrent.network import NEVER

CITATION = "Zenke and Vogels (2021)"

_CURRENT = "dcurrent/dt = -current / tau_i : 1  # synaptic current"
_TIMES = "tau_v : second (shared, constant)\ntau_i : second (shared, constant)"
_EQUATIONS = f"dv/dt = (current - v) / tau_v : 1  # membrane potential\n{_CURRENT}\n{_TIMES}"


class CurrentNetwork(Config):
    """Settings of the network; steps are 1 ms.

    Parameters
    ----------
    hidden : tuple of int, default (100,)
        Neurons of each hidden layer.
    tau_v, tau_i : float, default 10 and 5
        Time constants of potentials and currents, in ms.
    gain : float, default 7
        Of the first weights, over the root of how many meet in a neuron.
    recurrent : float, default 0
        The same of weights within each hidden layer; 0 leaves these connections out.
    """

    hidden: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(100,), min_length=1)
    tau_v: float = Field(default=10.0, gt=0)
    tau_i: float = Field(default=5.0, gt=0)
    gain: float = Field(default=7.0, gt=0)
    recurrent: float = Field(default=0.0, ge=0)

    def notation(self, n_inputs: int, n_outputs: int) -> str:
        """Sizes of the layers, as papers write them."""
        return "-".join(map(str, (n_inputs, *self.hidden, n_outputs)))

    def model(self, name: str, n_inputs: int, n_outputs: int) -> Model:
        """Return the network."""
        layers = [
            Population(f"hidden{k}", n, self._neuron(1.0))
            for k, n in enumerate(self.hidden, start=1)
        ]
        output = Population("output", n_outputs, self._neuron(NEVER))
        populations = (Population("input", n_inputs), *layers, output)
        connections = tuple(
            Connection(f"{a.name}_{b.name}", a.name, b.name, current, FanInNormal(self.gain))
            for a, b in pairwise(populations)
        )
        if self.recurrent > 0:
            connections += tuple(
                Connection(f"{p.name}_again", p.name, p.name, current, FanInNormal(self.recurrent))
                for p in layers
            )
        return Model(name, populations, connections, dt=1e-3)

    def _neuron(self, threshold: float) -> Neuron:
        return current_neuron(self.tau_v, self.tau_i, threshold)


def current_neuron(tau_v: float, tau_i: float, threshold: float = 1.0) -> Neuron:
    """Neuron of the module's docstring, with time constants in ms."""
    return Neuron(
        _EQUATIONS,
        threshold=f"v > {threshold:g}",
        reset="v = 0",
        parameters={"tau_v": f"{tau_v}*ms", "tau_i": f"{tau_i}*ms"},
        method="exact",
        summary="Leaky integrate-and-fire with a synaptic current.",
        citation=CITATION,
        name="current_lif",
    )
