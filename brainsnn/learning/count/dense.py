"""All-to-all connections: three products of matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainsnn.learning.count.connection import CountConnection, Floats


@dataclass(frozen=True)
class DenseConnection(CountConnection):
    """Every neuron to every neuron; weights have shape (pre, post)."""

    def ends(self, weights: Floats | None) -> tuple[int, int]:
        """See `CountConnection`."""
        assert weights is not None
        return weights.shape[0], weights.shape[1]

    def shape(self, pre: int, post: int) -> tuple[int, int]:
        """See `CountConnection`."""
        return pre, post

    def forward(self, counts: Floats, weights: Floats | None) -> Floats:
        """See `CountConnection`."""
        assert weights is not None
        return np.asarray(counts @ weights)

    def gradient(self, counts: Floats, error: Floats) -> Floats:
        """See `CountConnection`."""
        return np.asarray(counts.T @ error)

    def below(self, error: Floats, weights: Floats | None) -> Floats:
        """See `CountConnection`."""
        assert weights is not None
        return np.asarray(error @ weights.T)
