"""Losses, one a file.

To add one: write a file with a subclass of `FirstSpikeLoss`, register it in `LOSSES`, import it.
"""

from brainsnn.learning.losses.base import LOSSES, CompiledLoss, FirstSpikeLoss
from brainsnn.learning.losses.first_spike_softmax import FirstSpikeSoftmax
from brainsnn.learning.losses.relative_targets import RelativeTargets

__all__ = ["LOSSES", "CompiledLoss", "FirstSpikeLoss", "FirstSpikeSoftmax", "RelativeTargets"]
