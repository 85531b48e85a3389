"""Derived networks that have no compiled form, with the interface of `CompiledGradient`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.learning.equations.network import DerivedNetwork, Key, Trace

Array = NDArray[Any]


@dataclass
class Ran:
    """What a block of trials left.

    Parameters
    ----------
    trace : Trace
    states : dict of (population, state) to array, shape (n_steps, n_trials, neurons)
    """

    trace: Trace
    states: dict[Key, Array]

    def raster(self, population: str) -> Array:
        """Spikes as 0 and 1, shape (n_steps, n_trials, neurons)."""
        return self.trace.spikes[population]


class NumpyGradient:
    """A derived network in NumPy: any equations that were derived, slowly.

    Parameters
    ----------
    network : DerivedNetwork
    readout : sequence of (population, state)
        States that are recorded, at the threshold.
    """

    def __init__(self, network: DerivedNetwork, readout: Sequence[Key] = ()) -> None:
        self.network, self._readout = network, tuple(readout)
        self._trace: Trace | None = None

    def run(self, inputs: Mapping[str, Array], n_steps: int, *, keep_every: int = 0) -> Ran:
        """Run a block of trials; all states are kept, whatever `keep_every` says."""
        del keep_every
        trace = self._trace = self.network.run(inputs, n_steps)
        states = {(k, n): np.stack([x[k][n] for x in trace.threshold]) for k, n in self._readout}
        return Ran(trace, states)

    def gradient(
        self, by_spike: Mapping[str, Array], by_state: Mapping[Key, Array]
    ) -> dict[Key, Array]:
        """Gradient of a loss of the block that was run last; see `DerivedNetwork.gradient`.

        Raises
        ------
        DataError
            If no block was run.
        """
        if self._trace is None:
            raise DataError("There is no gradient before a block has been run.")
        return self.network.gradient(self._trace, by_spike, by_state)
