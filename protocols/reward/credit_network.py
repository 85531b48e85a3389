r"""Izhikevich's network of spiking neurons, whose excitatory synapses learn from dopamine.

.. math::
    \dot v = 0.04 v^2 + 5 v + 140 - u + I, \qquad \dot u = a (0.2 v - u), \qquad
    v \ge 30: \; v \leftarrow -65, \; u \leftarrow u + d

in mV and ms, with a = 0.02 and d = 8 in excitatory, 0.1 and 2 in inhibitory neurons (Izhikevich
2007; the constants are those of the author's program ``daspnet``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.learning.local import RewardSTDP
from brainsnn.learning.local.reward import reward
from brainsnn.network.connectivity import AllToAll, FixedProbability, OneToOne
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel, Uniform

CITATION = "Izhikevich (2007)"

#: Time in ms after which eligibility and dopamine are recorded.
RECORDED = 10
#: Connections that learn: from excitatory neurons, which are the output, to all.
TAUGHT = ("output_output", "output_inhibitory")

onto_v = SynapseModel(
    "onto_v",
    on_pre="v_post += w",
    summary="A spike adds the weight to the potential, in mV.",
    citation=CITATION,
)


class CreditNetwork(Config):
    """Settings of the network; potentials in mV.

    Parameters
    ----------
    excitatory, inhibitory : int, default 80 and 20
        Neurons; the paper's are 800 and 200, with a `probability` of 0.1.
    probability : float, default 0.5
        Of a synapse between two neurons, none being between inhibitory ones.
    weight, inhibition : float, default 1 and 1
        First weight of excitatory synapses, and what a spike of an inhibitory one takes.
    noise : float, default 3.75
        Standard deviation of what each ms adds to a potential: half of the time that much, else
        that much less than nothing. The author's program draws it evenly, with the same deviation.
    dt : float, default 1
        Length of a step in ms.
    """

    excitatory: int = Field(default=80, ge=2)
    inhibitory: int = Field(default=20, ge=1)
    probability: float = Field(default=0.5, gt=0, le=1)
    weight: float = Field(default=1.0, ge=0)
    inhibition: float = Field(default=1.0, ge=0)
    noise: float = Field(default=3.75, ge=0)
    dt: float = Field(default=1.0, gt=0, le=1)

    def neuron(self, name: str, a: float, d: float) -> Neuron:
        """A neuron of either kind; potential, recovery and dopamine go on from piece to piece."""
        return Neuron(
            """
            dv/dt = (0.04*v**2 + 5*v + 140 - u - noise) / ms : 1
            du/dt = a*(0.2*v - u) / ms : 1
            a : 1 (shared, constant)
            d : 1 (shared, constant)
            noise : 1 (shared, constant)
            """,
            threshold="v >= 30",
            reset="v = -65; u += d",
            parameters={"a": a, "d": d, "noise": self.noise / self.dt},
            initial={"v": -65.0, "u": -13.0},
            method="euler",
            summary="Izhikevich's, with noise of mean 0.",
            citation=CITATION,
            name=name,
        )

    def model(self, name: str, rule: RewardSTDP, reward_size: float, tonic: float) -> Model:
        """The network, with the rule's strings in its excitatory synapses.

        Parameters
        ----------
        name : str
        rule : RewardSTDP
        reward_size, tonic : float
            What a reward, and what a spike of the input ``tonic``, adds to dopamine.
        """
        plain = Network(dt=self.dt * 1e-3, name=name)
        plain.add("noise", self.excitatory)
        plain.add("noise_inhibitory", self.inhibitory)
        plain.add("inhibitory", self.inhibitory, self.neuron("inhibitory", 0.1, 2.0))
        plain.add("output", self.excitatory, self.neuron("excitatory", 0.02, 8.0))
        first = Uniform(self.weight, self.weight)
        some = FixedProbability(self.probability)
        others = FixedProbability(self.probability, self_connections=False)
        for target, to in (("output", others), ("inhibitory", some)):
            plain.connect("output", target, to, synapse=onto_v, initialiser=first)
        taken = Uniform(-self.inhibition, -self.inhibition)
        plain.connect("inhibitory", "output", some, synapse=onto_v, initialiser=taken)
        added = Uniform(2 * self.noise, 2 * self.noise)
        plain.connect("noise", "output", OneToOne(), synapse=onto_v, initialiser=added)
        plain.connect(
            "noise_inhibitory", "inhibitory", OneToOne(), synapse=onto_v, initialiser=added
        )
        taught = rule.augment(plain)
        whole = Network(
            populations=tuple(map(_going_on, taught.populations)),
            connections=tuple(map(_remembering, taught.connections)),
            dt=taught.dt,
            name=name,
        )
        for source, size in (("reward", reward_size), ("tonic", tonic)):
            whole.add(source, 1)
            for target in ("output", "inhibitory"):
                whole.connect(
                    source, target, AllToAll(), synapse=reward, initialiser=Uniform(size, size)
                )
        ms = round(RECORDED / self.dt)
        whole.record("output_output", "eligibility", firsts(whole), every=ms)
        whole.record("output", "dopamine", neurons=[0], every=ms)
        return whole


def pairs(network: Model) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Source and target of each synapse between excitatory neurons, in their order."""
    connection = next(c for c in network.connections if c.name == "output_output")
    found = connection.connectivity.synapses(*network.ends(connection))
    return found.source.astype(np.int64), found.target.astype(np.int64)


def firsts(network: Model) -> tuple[int, ...]:
    """The first synapse of each excitatory neuron that has one to another."""
    return tuple(np.unique(pairs(network)[0], return_index=True)[1].tolist())


def _going_on(population: Population) -> Population:
    """A population whose state goes on from piece to piece."""
    if population.neuron is None:
        return population
    kept = replace(population.neuron, plastic=("v", "u", "dopamine"))
    return replace(population, neuron=kept)


def _remembering(connection: Connection) -> Connection:
    """A connection whose eligibility goes on from piece to piece, if it learns."""
    if connection.name not in TAUGHT:
        return connection
    synapse = replace(connection.synapse, plastic=("w", "eligibility"))
    return replace(connection, synapse=synapse)
