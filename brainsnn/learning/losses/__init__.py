"""Losses, one a file.

To add one: write a file with a subclass of `FirstSpikeLoss`, or of `SpikeLoss` if it looks at all
output spikes, and import it below.
"""

from brainsnn.learning.losses.base import CompiledLoss, FirstSpikeLoss
from brainsnn.learning.losses.first_spike_softmax import FirstSpikeSoftmax
from brainsnn.learning.losses.relative_targets import RelativeTargets
from brainsnn.learning.losses.spike_count import SpikeCountLoss
from brainsnn.learning.losses.spike_latency import SpikeLatencyLoss
from brainsnn.learning.losses.spike_loss import SpikeLoss
from brainsnn.learning.losses.spike_train import SpikeTrainLoss

__all__ = [
    "CompiledLoss",
    "FirstSpikeLoss",
    "FirstSpikeSoftmax",
    "RelativeTargets",
    "SpikeCountLoss",
    "SpikeLatencyLoss",
    "SpikeLoss",
    "SpikeTrainLoss",
]
