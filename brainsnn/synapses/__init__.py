"""Synapse models, one a file, as Brian2 strings.

To add one: write a file with a `SynapseModel`, add it to `SYNAPSES`, and import it below.
"""

from brainsnn.synapses.base import SYNAPSES, FanInNormal, Initial, Normal, SynapseModel, Uniform
from brainsnn.synapses.current import current
from brainsnn.synapses.instantaneous import instantaneous

__all__ = [
    "SYNAPSES",
    "FanInNormal",
    "Initial",
    "Normal",
    "SynapseModel",
    "Uniform",
    "current",
    "instantaneous",
]
