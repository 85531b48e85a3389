r"""Neurons that compete: each has an inhibitory partner, which inhibits all others.

Potentials in mV, conductances without unit; an excitatory neuron has

.. math::
    100\,\mathrm{ms}\;\dot v = (-65 - v) + g_e (0 - v) + g_i (-100 - v), \qquad
    \text{spike where } v > \theta - 72: \; v \leftarrow -65, \; \theta \leftarrow \theta + \theta_+

(Diehl and Cook 2015, section 2.1; the constants are those of the authors' program as
this project remembers them.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from brainsnn.errors import ModelError
from brainsnn.network.connectivity import AllToOthers, OneToOne
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Initialiser, SynapseModel, Uniform

CITATION = "Diehl and Cook (2015)"

onto_ge = SynapseModel(
    "onto_ge",
    on_pre="ge_post += w",
    summary="A spike adds the weight to the excitatory conductance.",
    citation=CITATION,
)
onto_gi = SynapseModel(
    "onto_gi",
    on_pre="gi_post += w",
    summary="A spike adds the weight to the inhibitory conductance.",
    citation=CITATION,
)


def _strong(strength: float) -> SynapseModel:
    return SynapseModel(
        "onto_ge_scaled",
        equations="w : 1\nstrength : 1 (shared, constant)",
        on_pre="ge_post += strength*w",
        parameters={"strength": strength},
        summary="A spike adds the weight, times a strength, to the excitatory conductance.",
        citation=CITATION,
    )


@dataclass(frozen=True)
class Competition:
    """Settings of the network.

    Parameters
    ----------
    dt : float, default 0.5
        Length of a step in ms.
    theta_plus : float, default 0.05
        By how much a spike raises the threshold, in mV.
    tau_theta : float, default 30
        Time constant with which it falls, in s of presentations, for each neuron that learns: of
        more neurons each spikes less. The authors' is 10^4 s at all sizes, with pauses of 150 ms
        after images of 350 ms, in which it falls too: 17.5 s for each of 400.
    excitation, inhibition : float, default 10.4 and 17
        Weights of a spike onto its partner, and of the partner's onto all others.

    Raises
    ------
    ModelError
        If one is negative or not finite, or a time is 0.
    """

    dt: float = 0.5
    theta_plus: float = 0.05
    tau_theta: float = 30.0
    excitation: float = 10.4
    inhibition: float = 17.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value, time = getattr(self, field.name), field.name in ("dt", "tau_theta")
            if not 0 <= value < math.inf or (time and value == 0):
                least = "above 0" if time else "0 or more"
                raise ModelError(f"Competition: {field.name} must be {least}, got {value}.")

    def excitatory(self, size: int, traces: str = "", on_spike: str = "") -> Neuron:
        """One of so many neurons that learn, with a threshold that its spikes raise.

        Parameters
        ----------
        size : int
        traces, on_spike : str
            Further equations, and what a spike does to them.
        """
        return Neuron(
            traces
            + """
            dv/dt = ((-65 - v) + ge*(0 - v) + gi*(-100 - v)) / (100*ms) : 1 (unless refractory)
            dge/dt = -ge / (1*ms) : 1
            dgi/dt = -gi / (2*ms) : 1
            dtheta/dt = -theta / tau_theta : 1
            theta_plus : 1 (shared, constant)
            tau_theta : second (shared, constant)
            """,
            threshold="v > theta - 72",
            reset="; ".join(["v = -65; theta += theta_plus", *([on_spike] if on_spike else [])]),
            parameters={
                "theta_plus": self.theta_plus,
                "tau_theta": f"{self.tau_theta * size}*second",
            },
            refractory="5*ms",
            initial={"v": -65.0, "theta": 20.0},
            plastic=("theta",),
            method="euler",
            summary="Leaky, with conductances and a threshold that rises with its own spikes.",
            citation=CITATION,
            name="excitatory",
        )

    def inhibitory(self) -> Neuron:
        """Partner of an excitatory neuron."""
        return Neuron(
            """
            dv/dt = ((-60 - v) + ge*(0 - v)) / (10*ms) : 1 (unless refractory)
            dge/dt = -ge / (1*ms) : 1
            """,
            threshold="v > -40",
            reset="v = -45",
            refractory="2*ms",
            initial={"v": -60.0},
            method="euler",
            summary="Leaky, with an excitatory conductance.",
            citation=CITATION,
            name="inhibitory",
        )

    def network(
        self,
        name: str,
        n_inputs: int,
        learning: Neuron,
        size: int,
        first: Initialiser,
        strength: float | None = None,
    ) -> Network:
        """The network, in which nothing learns yet: populations input, inhibitory and output.

        Parameters
        ----------
        name : str
        n_inputs, size : int
            Inputs, and neurons that are to learn.
        learning : Neuron
            These neurons; see `excitatory`.
        first : Initialiser
            Of the weights from the inputs.
        strength : float, optional
            Of the inputs: by how much a spike raises the conductance at a weight of 1, if not by 1.
        """
        made = Network(dt=self.dt * 1e-3, name=name)
        made.add("input", n_inputs)
        made.add("inhibitory", size, self.inhibitory())
        made.add("output", size, learning)
        synapse = onto_ge if strength is None else _strong(strength)
        made.connect("input", "output", synapse=synapse, initialiser=first)
        partner = Uniform(self.excitation, self.excitation)
        made.connect("output", "inhibitory", OneToOne(), synapse=onto_ge, initialiser=partner)
        rivals = Uniform(self.inhibition, self.inhibition)
        made.connect("inhibitory", "output", AllToOthers(), synapse=onto_gi, initialiser=rivals)
        return made
