"""Exact spike times and their gradients as compiled code: what `EventNetwork` does in NumPy."""

from __future__ import annotations

from brainsnn.engine.compiled_network import CompiledNetwork
from brainsnn.learning.equations.cpp.event_network import EventSource
from brainsnn.learning.equations.eventprop import EventNetwork


class CompiledEvents(CompiledNetwork):
    """A network in continuous time, compiled, that learns from the input spikes of recordings.

    Parameters
    ----------
    network : EventNetwork

    Raises
    ------
    DerivationError
        If the network has what only the NumPy form runs; it says what.
    EngineError
        If there is no compiler.
    """

    def __init__(self, network: EventNetwork) -> None:
        super().__init__(network, EventSource(network), "float64")
