"""All-to-all connections: three products of matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainsnn.learning.count.connection import CountConnection, Floats, table
from brainsnn.learning.count.products import back, over_trials


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
        out = np.empty((counts.shape[1], error.shape[1]))
        known = table(counts, counts.shape[1])
        over_trials(known, table(error, error.shape[1], len(known)), out)
        return out

    def below(self, error: Floats, weights: Floats | None) -> Floats:
        """See `CountConnection`."""
        assert weights is not None
        out = np.empty((len(error), len(weights)))
        back(table(error, weights.shape[1]), np.ascontiguousarray(weights), out)
        return out
