"""Input spikes of GLM networks as probabilities without their zeros, and their compiled drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.indices import indices, size
from brainsnn.jit import njit
from brainsnn.spikes.columns import check_offsets, column

FloatArray = NDArray[np.float64]

#: A spike is drawn with this many random bits, of which 64 give so many draws.
BITS, DRAWS = 21, 3
RESOLUTION = 1 << BITS


@dataclass(frozen=True, eq=False)
class SparseProbabilities:
    """Spike probabilities of the input neurons of many trials, zeros left out.

    Parameters
    ----------
    n_inputs : int
    offsets : array of int64, shape (n_trials + 1,)
        Trial ``k`` owns the entries ``offsets[k]:offsets[k + 1]``.
    neuron : array of int32
    probability : array of float64
        Probability of a spike in each sample.

    Raises
    ------
    DataError
        If the columns disagree in length, a neuron is not there or comes twice in a trial, neurons
        do not rise within a trial, or a probability is not in 0..1.
    """

    n_inputs: int
    offsets: NDArray[np.int64]
    neuron: NDArray[np.int32]
    probability: FloatArray

    def __post_init__(self) -> None:
        n_inputs = size("Spike probabilities: n_inputs", self.n_inputs)
        for name, dtype in (("offsets", np.int64), ("neuron", np.int32)):
            values = column(f"Spike probabilities: {name}", getattr(self, name), dtype)
            object.__setattr__(self, name, values)
        object.__setattr__(self, "probability", np.ascontiguousarray(self.probability, np.float64))
        check_offsets("Spike probabilities", self.offsets, self.neuron.size)
        indices("Spike probabilities: neurons", self.neuron, n_inputs, np.int32)
        if self.probability.shape != self.neuron.shape:
            raise DataError(
                f"{self.neuron.size} input neurons need as many probabilities, got shape "
                f"{self.probability.shape}."
            )
        if not ((self.probability >= 0) & (self.probability <= 1)).all():
            raise DataError("Spike probabilities must be in 0..1.")
        trial = np.repeat(np.arange(self.n_trials), np.diff(self.offsets))
        if not ((np.diff(self.neuron) > 0) | (np.diff(trial) > 0)).all():
            raise DataError("Spike probabilities: neurons must rise within a trial, none twice.")

    @classmethod
    def of(cls, probabilities: FloatArray) -> SparseProbabilities:
        """From a table of shape (n_trials, n_inputs).

        Raises
        ------
        DataError
            If it is no table of probabilities.
        """
        if probabilities.ndim != 2 or not ((probabilities >= 0) & (probabilities <= 1)).all():
            raise DataError("Spike probabilities must be in 0..1, of shape (n_trials, n_inputs).")
        rows, columns = np.nonzero(probabilities)
        counts = np.bincount(rows, minlength=len(probabilities))
        offsets = np.concatenate(([0], np.cumsum(counts)))
        values = np.ascontiguousarray(probabilities[rows, columns], np.float64)
        return cls(probabilities.shape[1], offsets, columns.astype(np.int32), values)

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return self.offsets.size - 1


@njit()
def _next(state):  # type: ignore[no-untyped-def]
    """Next 64 random bits of xoshiro256++ (Blackman and Vigna 2019); `state` is 4 of uint64."""
    total = state[0] + state[3]
    result = ((total << np.uint64(23)) | (total >> np.uint64(41))) + state[0]
    shifted = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = (state[3] << np.uint64(45)) | (state[3] >> np.uint64(19))
    return result


@njit()
def draw_spikes(neuron, threshold, state, spikes, counts):  # type: ignore[no-untyped-def]
    """Draw which neurons spike in each sample but the last, which no potential hears.

    Fills `spikes` (n_steps, n + 1) up to `counts`. `threshold` is the probability in units of
    1 / `RESOLUTION`.
    """
    counts[:] = 0
    for m in range(neuron.size):
        bits = np.uint64(0)
        for s in range(counts.size - 1):
            bits = _next(state) if s % DRAWS == 0 else bits >> np.uint64(BITS)
            spikes[s, counts[s]] = neuron[m]
            counts[s] += np.int64(bits & np.uint64(RESOLUTION - 1)) < threshold[m]
