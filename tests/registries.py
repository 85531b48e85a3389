"""Every registry that the documentation speaks of."""

from brainsnn.codes import DECODERS, ENCODERS
from brainsnn.datasets import DATASETS
from brainsnn.engine import ENGINES
from brainsnn.export import TARGETS
from brainsnn.learning.glm import ACTIVATIONS, BASES, LIKELIHOODS
from brainsnn.learning.losses import LOSSES, SPIKE_LOSSES
from brainsnn.learning.optimisers import OPTIMISERS
from brainsnn.learning.rules import RULES
from brainsnn.network.connectivity import CONNECTIVITIES
from brainsnn.network.neurons import NEURONS
from brainsnn.network.synapses import SYNAPSES

REGISTRIES = [
    ENGINES,
    NEURONS,
    SYNAPSES,
    CONNECTIVITIES,
    ENCODERS,
    DECODERS,
    RULES,
    LOSSES,
    SPIKE_LOSSES,
    OPTIMISERS,
    DATASETS,
    TARGETS,
    ACTIVATIONS,
    BASES,
    LIKELIHOODS,
]
