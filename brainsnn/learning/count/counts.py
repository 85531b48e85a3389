"""Spike counts and what neurons received, read off a recording: one pass over its spikes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.spikes import Recording

Floats = NDArray[np.float64]


@njit()
def count(  # type: ignore[no-untyped-def]
    offsets, population, neuron, begin, size, out
):
    """Count spikes into `out`: a table (trial, neuron) a population, one after the other."""
    for trial in range(offsets.size - 1):
        for k in range(offsets[trial], offsets[trial + 1]):
            p = population[k]
            out[np.uint64(begin[p] + trial * size[p] + neuron[k])] += 1.0


def recorded_counts(recording: Recording) -> dict[str, Floats]:
    """Spike counts of every population, shape (n_trials, size), as numbers that BLAS takes."""
    size = np.array(list(recording.populations.values()), np.int64)
    begin = recording.n_trials * np.concatenate(([0], np.cumsum(size)))
    flat = np.zeros(begin[-1])
    columns = recording.offsets, recording.population, recording.neuron
    count(*columns, begin, size, flat)
    parts = np.split(flat, begin[1:-1])
    return {
        name: part.reshape(recording.n_trials, -1)
        for name, part in zip(recording.populations, parts, strict=True)
    }


def free_potential(
    recording: Recording, population: str, counts: Floats, threshold: float
) -> Floats:
    r"""What each neuron received in a trial, its initial potential included (eq. 6).

    :math:`V^f_j = b_j + \sum_i w_{ij} c_i`, which is the final potential plus :math:`\vartheta`
    for each spike, whatever brought it: no product with weights is needed.

    Parameters
    ----------
    recording : Recording
    population : str
    counts : array of float64, shape (n_trials, size)
        Its recorded counts.
    threshold : float
        :math:`\vartheta`.

    Returns
    -------
    array of float64, shape (n_trials, size)

    Raises
    ------
    LearningError
        If the recording has no final potentials of the population.
    """
    final = recording.final.get(population)
    if final is None or final.shape != counts.shape:
        raise LearningError(
            f"The count rule needs the final potentials of {population!r}, shape {counts.shape}; "
            "the recording has none."
        )
    potential: Floats = threshold * counts
    potential += final
    return potential
