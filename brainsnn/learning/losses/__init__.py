"""Losses, one a file.

To add one: write a file with a subclass of `FirstSpikeLoss`, register it in `LOSSES`, import it; or
of `SpikeLoss` in `SPIKE_LOSSES`, if it looks at all output spikes.
"""

from brainsnn.learning.losses.base import LOSSES, CompiledLoss, FirstSpikeLoss
from brainsnn.learning.losses.first_spike_softmax import FirstSpikeSoftmax
from brainsnn.learning.losses.relative_targets import RelativeTargets
from brainsnn.learning.losses.spike_count import SpikeCountLoss
from brainsnn.learning.losses.spike_latency import SpikeLatencyLoss
from brainsnn.learning.losses.spike_loss import SPIKE_LOSSES, SpikeLoss
from brainsnn.learning.losses.spike_train import SpikeTrainLoss

__all__ = [
    "LOSSES",
    "SPIKE_LOSSES",
    "CompiledLoss",
    "FirstSpikeLoss",
    "FirstSpikeSoftmax",
    "RelativeTargets",
    "SpikeCountLoss",
    "SpikeLatencyLoss",
    "SpikeLoss",
    "SpikeTrainLoss",
]
