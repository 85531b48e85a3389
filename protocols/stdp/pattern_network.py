r"""The neuron that finds a pattern: a spike response model, written as two linear equations.

With :math:`\epsilon(s) = K (e^{-s/\tau_m} - e^{-s/\tau_s})`, K such that its peak is 1, and T the
threshold, the potential a time s after the neuron's last spike h is

.. math::
    2 T e^{-s/\tau_m} - 4 T (e^{-s/\tau_m} - e^{-s/\tau_s}) + \sum_{t_j > h} w_j \epsilon(t - t_j)

(Masquelier, Guyonneau and Thorpe 2008): a spike sets the potential to 2 T, forgets all inputs up to
it, and begins a negative after-potential.
"""

from __future__ import annotations

import math
from dataclasses import replace

from pydantic import Field, model_validator

from brainsnn.config import Config
from brainsnn.learning.local import PairSTDP
from brainsnn.learning.local.strings import joined
from brainsnn.network.model import Connection, Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel, Uniform

CITATION = "Masquelier, Guyonneau and Thorpe (2008)"


class PatternNetwork(Config):
    """Settings of the neuron and its inputs.

    Parameters
    ----------
    inputs : int, default 2000
    threshold : float, default 500
        In units of the peak of an input of weight 1.
    first_weight : float, default 0.475
        Of all inputs, before learning.
    tau_m, tau_s : float, default 10 and 2.5
        Time constants of membrane and synapses in ms, the first the longer.
    refractory : float, default 2
        Time in ms after a spike without another: its own pulse is above the threshold for 1 ms.
    dt : float, default 0.02
        Length of a step in ms; the longer, the later is the pattern found, and with 1 ms never.
    """

    inputs: int = Field(default=2000, ge=2)
    threshold: float = Field(default=500.0, gt=0)
    first_weight: float = Field(default=0.475, ge=0, le=1)
    tau_m: float = Field(default=10.0, gt=0)
    tau_s: float = Field(default=2.5, gt=0)
    refractory: float = Field(default=2.0, ge=0)
    dt: float = Field(default=0.02, gt=0)

    @model_validator(mode="after")
    def _slower_membrane(self) -> PatternNetwork:
        if not self.tau_m > self.tau_s:
            raise ValueError(f"tau_m must be above tau_s, {self.tau_s}, got {self.tau_m}")
        return self

    def neuron(self) -> Neuron:
        """See the module; ``x`` drives the potential ``v``, and both go on from piece to piece."""
        return Neuron(
            """
            dv/dt = (x - v) / tau_m : 1
            dx/dt = -x / tau_s : 1
            tau_m : second (shared, constant)
            tau_s : second (shared, constant)
            theta : 1 (shared, constant)
            after : 1 (shared, constant)
            """,
            threshold="v >= theta",
            reset="v = 2*theta; x = after",
            parameters={
                "tau_m": f"{self.tau_m}*ms",
                "tau_s": f"{self.tau_s}*ms",
                "theta": self.threshold,
                "after": -4 * self.threshold * (self.tau_m / self.tau_s - 1),
            },
            refractory=f"{self.refractory}*ms",
            plastic=("v", "x"),
            method="exact",
            summary="Spike response model with a peak and a negative after-potential.",
            citation=CITATION,
            name="pattern",
        )

    @property
    def jump(self) -> float:
        """What an input of weight 1 adds to ``x``, so that the potential peaks at 1."""
        ratio = self.tau_m / self.tau_s
        rise = math.log(ratio) / (ratio - 1)
        return (ratio - 1) / (math.exp(-rise) - math.exp(-rise * ratio))

    def model(self, name: str, rule: PairSTDP, every: int | None = None) -> Model:
        """The neuron, with the rule's strings in its synapses.

        Parameters
        ----------
        name : str
        rule : PairSTDP
        every : int, optional
            Steps after which the potential is recorded; by default it is not.
        """
        silent = SynapseModel(
            "pulse",
            on_pre="",
            equations="w : 1\njump : 1 (shared, constant)",
            parameters={"jump": self.jump},
            citation=CITATION,
        )
        plain = Network(dt=self.dt * 1e-3, name=name)
        plain.add("input", self.inputs)
        plain.add("output", 1, self.neuron())
        first = Uniform(self.first_weight, self.first_weight)
        plain.connect("input", "output", synapse=silent, initialiser=first)
        if every is not None:
            plain.record("output", "v", every=every)
        taught = rule.augment(plain)
        return replace(taught, connections=tuple(map(_heard, taught.connections)))


def _heard(connection: Connection) -> Connection:
    """The connection with pulses, whose heights are the weights that depression leaves.

    A spike of the neuron also forgets the inputs of its own step, which arrive after its reset.
    """
    synapse = connection.synapse
    on_pre = joined(synapse.on_pre, "x_post += jump*w")
    on_post = joined(synapse.on_post, "x_post = after_post")
    return replace(connection, synapse=replace(synapse, on_pre=on_pre, on_post=on_post))
