"""Optimisers, one a file; a new one is added to the registry by the import below."""

from brainsnn.learning.optimisers.adam import Adam, AdamConfig
from brainsnn.learning.optimisers.base import OPTIMISERS, Optimiser, OptimiserConfig
from brainsnn.learning.optimisers.deep_r import DeepR, DeepRConfig
from brainsnn.learning.optimisers.quantised import QuantisedAdam, QuantisedAdamConfig
from brainsnn.learning.optimisers.sgd import SGD, SGDConfig
from brainsnn.learning.optimisers.whole import step_whole

__all__ = [
    "OPTIMISERS",
    "SGD",
    "Adam",
    "AdamConfig",
    "DeepR",
    "DeepRConfig",
    "Optimiser",
    "OptimiserConfig",
    "QuantisedAdam",
    "QuantisedAdamConfig",
    "SGDConfig",
    "step_whole",
]
