"""Every registry that the documentation speaks of, and what is offered by import alone."""

from inspect import isabstract
from types import ModuleType
from typing import TypeVar

import brainsnn.training  # noqa: F401 - registers the rule of derived gradients
from brainsnn.codes import DECODERS, ENCODERS
from brainsnn.datasets import DATASETS
from brainsnn.engine import ENGINES
from brainsnn.export import TARGETS
from brainsnn.learning import losses
from brainsnn.learning.glm import ACTIVATIONS, BASES, LIKELIHOODS
from brainsnn.learning.losses import FirstSpikeLoss, SpikeLoss
from brainsnn.learning.optimisers import OPTIMISERS
from brainsnn.learning.rules import RULES
from brainsnn.network import connectivity, synapses
from brainsnn.network.connectivity import Connectivity
from brainsnn.network.neurons import NEURONS
from brainsnn.network.synapses import SynapseModel

T = TypeVar("T")

REGISTRIES = [
    ENGINES,
    NEURONS,
    ENCODERS,
    DECODERS,
    RULES,
    OPTIMISERS,
    DATASETS,
    TARGETS,
    ACTIVATIONS,
    BASES,
    LIKELIHOODS,
]


def exported(package: ModuleType, kind: type[T]) -> dict[str, type[T]]:
    """Classes of a kind that a package offers and that are whole, by name."""
    found = {name: getattr(package, name) for name in package.__all__}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, type) and issubclass(value, kind) and not isabstract(value)
    }


#: What is offered by import alone, by the name that descriptions and messages give it.
SYNAPSES = {
    value.name: value for value in vars(synapses).values() if isinstance(value, SynapseModel)
}
CONNECTIVITIES = {c.name: c for c in exported(connectivity, Connectivity).values()}
LOSSES = exported(losses, FirstSpikeLoss)
SPIKE_LOSSES = exported(losses, SpikeLoss)
