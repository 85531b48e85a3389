"""Synapses from every neuron to every neuron, each with a weight of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.network.connectivity.base import Connectivity, SynapseList


@dataclass(frozen=True)
class AllToAll(Connectivity):
    """Synapses from every neuron to every neuron; weights of shape (source, target)."""

    name: ClassVar[str] = "all_to_all"

    def check(self, n_source: int, n_target: int) -> None:
        """Fits between any two populations."""

    def shape(self, n_source: int, n_target: int) -> tuple[int, int]:
        """Return (source, target): a weight a synapse."""
        return n_source, n_target

    def n_synapses(self, n_source: int, n_target: int) -> int:
        """Return the product of the sizes."""
        return n_source * n_target

    def synapses(self, n_source: int, n_target: int) -> SynapseList:
        """List every synapse."""
        entry = np.arange(n_source * n_target, dtype=np.int32)
        source, target = np.divmod(entry, np.int32(n_target))
        return SynapseList(source, target, entry)

    def fan_out(self, n_source: int, n_target: int) -> NDArray[np.int64]:
        """Number of synapses of each source neuron, without listing them."""
        return np.full(n_source, n_target, np.int64)

    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""
        return f"all-to-all, {n_source} x {n_target} = {n_source * n_target:,} synapses"
