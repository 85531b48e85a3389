"""Exact spike times and their gradient, from the same strings: EventProp for any neuron."""

from brainsnn.learning.equations.eventprop.build import derive_events
from brainsnn.learning.equations.eventprop.network import EventNetwork
from brainsnn.learning.equations.eventprop.spike_times import SpikeTimes
from brainsnn.learning.equations.eventprop.tape import EventTrace

__all__ = ["EventNetwork", "EventTrace", "SpikeTimes", "derive_events"]
