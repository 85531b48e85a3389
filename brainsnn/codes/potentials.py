"""What decoders share: who decides, and deciding by final potentials where spikes do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.spikes import FloatArray, Recording


def n_classes(recording: Recording, population: str) -> int:
    """Size of the population that decides, one neuron a class.

    Raises
    ------
    DataError
        If there is no such population, or it is empty.
    """
    recording.code(population)
    size = recording.populations[population]
    if size < 1:
        raise DataError(f"Population {population!r} has no neurons to decide by.")
    return size


def final_potentials(recording: Recording, population: str) -> FloatArray:
    """Final potentials of a population, checked.

    Raises
    ------
    DataError
        If the recording has none, or they are not of shape (n_trials, size).
    """
    if population not in recording.final:
        raise DataError(
            f"Population {population!r} was silent or tied in a trial and the recording has no "
            f"final potentials of it to decide by; it has those of {sorted(recording.final)}."
        )
    final = np.asarray(recording.final[population], np.float64)
    shape = (recording.n_trials, recording.populations[population])
    if final.shape != shape:
        raise DataError(
            f"Final potentials of {population!r} are of shape {final.shape}, not {shape}."
        )
    return final


def largest(final: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Neuron with the largest potential of each row, -1 if there are several or none; and which."""
    known = np.where(np.isnan(final), -np.inf, final)
    candidates = (known == known.max(axis=1, keepdims=True)) & ~np.isnan(final)
    decision = np.where(candidates.sum(axis=1) == 1, candidates.argmax(axis=1), -1)
    return decision, candidates
