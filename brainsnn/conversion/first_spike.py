r"""Converted networks that decide by their first spike: each neuron spikes once, if at all.

In a step, stage by stage, :math:`V \mathrel{+}= w s + b`, where :math:`s` is 1 of the neurons that
have spiked by now: a spike starts a current that stays, so that a neuron under a constant drive
:math:`x` spikes after :math:`1/x`, and that time stands for the activation. A neuron that spikes
before what would have held it back arrives is wrong for good, which is what this code costs.

References
----------
B. Rueckauer and S.-C. Liu, Conversion of analog to spiking neural networks using sparse temporal
coding, ISCAS (2018), doi:10.1109/ISCAS.2018.8351295, section II.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.conversion.converted import Converted, checked_labels, checked_run
from brainsnn.conversion.stages import Stage

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FirstSpikeRun:
    """What a network did that decides by its first spike.

    Parameters
    ----------
    first : list of array of int64
        Step of each stage's neurons' spikes, from 0; the number of steps where silent.
    scores : array of float, shape (steps, trials, outputs)
        By which the trial is decided if it ends after each step: potentials until an output
        spikes; from then on, those that they had in that step, of the outputs that spiked.
    decision : array of int64, shape (trials,)
        Step of the first spike of an output; the number of steps where all are silent.
    """

    first: list[NDArray[np.int64]]
    scores: FloatArray
    decision: NDArray[np.int64]

    def accuracy(self, labels: NDArray[np.int64]) -> pd.DataFrame:
        """Accuracy if the trial ended after each step; what ties with another is wrong.

        Returns
        -------
        pandas.DataFrame
            Columns ``steps``, ``accuracy``, ``decided`` (share of trials with an output's spike),
            ``spikes`` (of all neurons, up to that step or the decision, a trial).

        Raises
        ------
        DataError
            If the labels do not fit the trials and outputs.
        """
        n_steps, n_trials, _ = self.scores.shape
        wanted = checked_labels(labels, self.scores.shape[1:])
        best = self.scores == self.scores.max(axis=2, keepdims=True)
        right = best[:, np.arange(n_trials), wanted] & (best.sum(axis=2) == 1)
        ends = np.minimum(np.arange(n_steps)[:, None], self.decision)
        spikes = np.zeros((n_steps, n_trials))
        for first in self.first:
            flat = np.sort(first.reshape(n_trials, -1), axis=1)
            for trial in range(n_trials):
                spikes[:, trial] += np.searchsorted(flat[trial], ends[:, trial], side="right")
        columns = {
            "steps": np.arange(1, n_steps + 1),
            "accuracy": right.mean(axis=1),
            "decided": (np.arange(n_steps)[:, None] >= self.decision).mean(axis=1),
            "spikes": spikes.mean(axis=1),
        }
        return pd.DataFrame(columns)


def run_first_spike(network: Converted, x: FloatArray, n_steps: int) -> FirstSpikeRun:
    """Run trials of a converted network whose neurons spike once (module docstring).

    Parameters
    ----------
    network : Converted
        Its reset does not count. Of a maximum, the first to spike passes.
    x, n_steps
        As of `Converted.run`.

    Raises
    ------
    ModelError, DataError
        As of `Converted.run`.
    """
    steps, current = checked_run(x, n_steps)
    stages = list(network.stages)
    drive = stages[0].weighted(stages[0].prepared(current))
    states = [_Once(stage, network.initial, steps) for stage in stages]
    scores: list[FloatArray] = []
    decision = np.full(len(current), steps)
    for t in range(steps):
        spiked = states[0].step(drive, t)
        for state in states[1:]:
            spiked = state.step(state.stage.weighted(state.stage.prepared(spiked)), t)
        last = states[-1]
        fires = last.first == t
        now = np.where(fires.any(axis=1, keepdims=True) & ~fires, -np.inf, last.membrane)
        scores.append(np.where((decision < t)[:, None], scores[-1] if scores else now, now))
        decision[(decision == steps) & fires.any(axis=1)] = t
    return FirstSpikeRun([s.first for s in states], np.array(scores), decision)


class _Once:
    """Membranes and spikes of a stage's neurons."""

    def __init__(self, stage: Stage, initial: float, n_steps: int) -> None:
        self.stage, self._initial, self._silent = stage, initial, n_steps
        self.membrane, self.first = np.empty(0), np.empty(0, np.int64)

    def step(self, current: FloatArray, t: int) -> FloatArray:
        """Whether each neuron has spiked by now, 0 or 1."""
        if not self.membrane.size:
            self.membrane = np.full(current.shape, float(self._initial))
            self.first = np.full(current.shape, self._silent)
        self.membrane += current
        self.first[(self.membrane >= 1) & (self.first == self._silent)] = t
        return (self.first <= t).astype(np.float64)
