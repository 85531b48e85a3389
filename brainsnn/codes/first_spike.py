"""First-to-spike decision: the class of the output that spikes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.decisions import Decisions
from brainsnn.codes.potentials import final_potentials, largest, n_classes
from brainsnn.jit import njit
from brainsnn.spikes import FloatArray, IntArray, OffsetArray, Recording


@dataclass(frozen=True)
class FirstSpikeDecoder:
    """The output neuron with the earliest first spike gives the class.

    A tie goes to the larger membrane potential at that step (before the reset); a tie that
    remains, to no class. If no output spikes, the largest final potential decides, the decision
    step is `n_steps` and the trial is flagged silent; equal largest potentials give no class.

    References
    ----------
    S. Thorpe, A. Delorme and R. Van Rullen, Spike-based strategies for rapid processing, Neural
    Networks 14(6-7), 715-725 (2001), for the decision by the first spike. The program of the
    S4NN paper counts a tie as right whenever the label is among those that tied;
    `Decisions.candidates` is kept to score so.
    """

    citation: ClassVar[str] = (
        "S. Thorpe, A. Delorme and R. Van Rullen, Spike-based strategies for rapid processing, "
        "Neural Networks 14(6-7), 715-725 (2001)"
    )

    def decode(self, recording: Recording, population: str = "output") -> Decisions:
        """Class and decision step of every trial.

        Parameters
        ----------
        recording : Recording
            What an engine recorded. Potentials that are NaN break no tie.
        population : str
            The output population, with one neuron a class.

        Returns
        -------
        Decisions

        Raises
        ------
        DataError
            If there is no such population, it is empty, or it was silent in a trial and the
            recording lacks its final potentials or they are not of shape (n_trials, n_classes).
        """
        size, n_trials = n_classes(recording, population), recording.n_trials
        code = recording.code(population)
        decision = np.full(n_trials, -1, np.int64)
        step = np.full(n_trials, recording.n_steps, np.int64)
        candidates = np.zeros((n_trials, size), np.bool_)
        columns = (recording.population, recording.neuron, recording.step, recording.potential)
        _first_to_spike(recording.offsets, *columns, code, decision, step, candidates)
        silent = step == recording.n_steps
        tie = candidates.sum(axis=1) > 1
        if silent.any():
            final = final_potentials(recording, population)[silent]
            decision[silent], candidates[silent] = largest(final)
        return Decisions(decision, step, tie, silent, candidates)


@njit()
def _first_to_spike(
    offsets: OffsetArray,
    population: IntArray,
    neuron: IntArray,
    step: IntArray,
    potential: FloatArray,
    code: int,
    decision: NDArray[np.int64],
    decision_step: NDArray[np.int64],
    candidates: NDArray[np.bool_],
) -> None:
    """Fill in the trials in which the population spikes; rows are sorted by step."""
    for trial in range(offsets.size - 1):
        best, n_first, n_best, known = -np.inf, 0, 0, True
        for k in range(offsets[trial], offsets[trial + 1]):
            if n_first and step[k] > decision_step[trial]:
                break
            if population[k] != code:
                continue
            decision_step[trial] = step[k]
            candidates[trial, neuron[k]] = True
            n_first += 1
            known = known and not np.isnan(potential[k])
            if n_first == 1 or potential[k] > best:
                best, n_best = potential[k], 1
                decision[trial] = neuron[k]
            elif potential[k] == best:
                n_best += 1
        if n_first > 1 and (n_best > 1 or not known):
            decision[trial] = -1
