"""What a decoder says of a block of trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Decisions:
    """Class, decision step and flags of every trial, as columns.

    Parameters
    ----------
    decision : array of int64, shape (n,)
        Class; -1 is no class (a tie that nothing broke).
    step : array of int64, shape (n,)
        Decision step; `n_steps` where the outputs were silent.
    tie : array of bool, shape (n,)
        Several outputs had the same best spikes, whether or not their potentials broke the tie.
    silent : array of bool, shape (n,)
        No output spiked.
    candidates : array of bool, shape (n, n_classes)
        The outputs that tied for first; in silence, those with the largest final potential.
    """

    decision: NDArray[np.int64]
    step: NDArray[np.int64]
    tie: NDArray[np.bool_]
    silent: NDArray[np.bool_]
    candidates: NDArray[np.bool_]

    def __len__(self) -> int:
        return self.decision.size
