"""Synapse models, one a file, as Brian2 strings.

To add one: write a file with a `SynapseModel`, and import it below.
"""

from brainsnn.network.synapses.base import (
    SIGNS,
    FanInNormal,
    Initialiser,
    Normal,
    Sign,
    SynapseModel,
    Uniform,
    signed,
)
from brainsnn.network.synapses.current import current
from brainsnn.network.synapses.filtered import filtered
from brainsnn.network.synapses.instantaneous import instantaneous
from brainsnn.network.synapses.preferring import Preferring

__all__ = [
    "SIGNS",
    "FanInNormal",
    "Initialiser",
    "Normal",
    "Preferring",
    "Sign",
    "SynapseModel",
    "Uniform",
    "current",
    "filtered",
    "instantaneous",
    "signed",
]
