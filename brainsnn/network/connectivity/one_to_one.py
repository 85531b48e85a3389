"""A synapse from each neuron to the one of the same number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from brainsnn.errors import ModelError
from brainsnn.network.connectivity.base import Index, ListedConnectivity


@dataclass(frozen=True)
class OneToOne(ListedConnectivity):
    """A synapse from neuron i of the source to neuron i of the target, for all i."""

    name: ClassVar[str] = "one_to_one"

    def check(self, n_source: int, n_target: int) -> None:
        """Check that the populations are of one size."""
        if n_source != n_target:
            raise ModelError(
                f"OneToOne: source and target need the same size, got {n_source} and {n_target}."
            )

    def pairs(self, n_source: int, n_target: int) -> tuple[Index, Index]:  # noqa: ARG002
        """Sources and targets of all synapses: every number, twice."""
        every = np.arange(n_source, dtype=np.int32)
        return every, every

    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""
        return f"one-to-one, {self.n_synapses(n_source, n_target):,} synapses"
