"""The smallest network with a hidden layer of the kind that a rule was derived for."""

from __future__ import annotations

from typing import Any

from brainsnn.learning.rule import LayeredRule
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.synapses import Uniform

SIZES = {"input": 4, "hidden": 5, "output": 3}

#: Steps in which neurons may spike, where they have a say in it.
DURATION = 10


def network_for(rule: LayeredRule, neuron: int = 0, **parameters: Any) -> Model:
    """Network for a rule, of that one of its neurons, with these parameters of neurons."""
    known = rule.derivation.neurons[neuron]
    neurons = []
    for depth in (1, 2):
        own = {"onset": float(depth), "duration": float(DURATION), **parameters}
        given = {name: value for name, value in own.items() if name in known.parameters}
        neurons.append(known.with_parameters(**given))
    firsts = [Uniform(), Uniform()]
    return Network(
        SIZES, neurons, synapse=rule.derivation.synapse, initialiser=firsts, name="known"
    )
