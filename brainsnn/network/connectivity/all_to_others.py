"""Synapses from every neuron of a population to every other one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from brainsnn.errors import ModelError
from brainsnn.network.connectivity.base import Index, ListedConnectivity


@dataclass(frozen=True)
class AllToOthers(ListedConnectivity):
    """Synapses from every neuron of a population to all others of it: lateral connections."""

    name: ClassVar[str] = "all_to_others"

    def check(self, n_source: int, n_target: int) -> None:
        """Check that it stays within a population of more than one neuron."""
        if n_source != n_target or n_source < 2:
            raise ModelError(
                "AllToOthers: it connects a population of two neurons or more with itself, got "
                f"{n_source} to {n_target} neurons."
            )

    def pairs(self, n_source: int, n_target: int) -> tuple[Index, Index]:
        """Sources and targets of all synapses."""
        source, target = np.nonzero(~np.eye(n_source, n_target, dtype=bool))
        return source.astype(np.int32), target.astype(np.int32)

    def n_synapses(self, n_source: int, n_target: int) -> int:
        """Return the number of pairs of two different neurons."""
        return n_source * (n_target - 1)

    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""
        n = self.n_synapses(n_source, n_target)
        return f"all to all others, {n_source} x {n_target - 1} = {n:,} synapses"
