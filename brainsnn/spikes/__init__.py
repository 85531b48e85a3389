"""Spikes as columns: the input spikes of many trials, and what an engine recorded of them.

Both tables are sorted by trial, then step; ``offsets`` says where each trial begins. A step is an
integer from 0; ``time = step * dt``. A neuron that never spikes in a trial has, as its first-spike
step, ``n_steps``.
"""

from brainsnn.spikes.columns import FloatArray, IntArray, OffsetArray
from brainsnn.spikes.recording import Recording
from brainsnn.spikes.trains import SpikeTrains

__all__ = [
    "FloatArray",
    "IntArray",
    "OffsetArray",
    "Recording",
    "SpikeTrains",
]
