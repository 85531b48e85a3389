r"""Rectified units run as integrate-and-fire neurons.

In a step, stage by stage: :math:`V \mathrel{+}= w x + b`, a spike where :math:`V \ge 1`, and then a
reset of the neurons that spiked; a spike passes through all stages in its step. The input is a
constant current. With a reset by subtraction, :math:`n / T` tends to the activation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.conversion.layers import Layer, MaxPool
from brainsnn.conversion.normalisation import Method, normalise
from brainsnn.conversion.stages import Stage
from brainsnn.errors import DataError, ModelError
from brainsnn.indices import indices, size

FloatArray = NDArray[np.float64]
Reset = Literal["subtract", "zero"]


def convert(
    layers: Sequence[Layer],
    method: Method = "percentile",
    data: FloatArray | None = None,
    *,
    percentile: float = 99.9,
    reset: Reset = "subtract",
    initial: float = 0.0,
) -> Converted:
    """A spiking network of a trained one; see `normalise` and `Converted` for the settings."""
    return Converted(tuple(normalise(layers, method, data, percentile)), reset, initial)


@dataclass(frozen=True, eq=False)
class ConvertedRun:
    """What a converted network did.

    Parameters
    ----------
    counts : list of array of int64
        Spikes of each stage's neurons, all steps together, shape (trials, ...).
    membranes : list of array of float
        Membrane potentials at the end.
    output : array of int64, shape (steps, trials, outputs)
        Spikes of the outputs up to each step.
    potential : array of float, shape (steps, trials, outputs)
        Membrane potential of the outputs after each step.
    """

    counts: list[NDArray[np.int64]]
    membranes: list[FloatArray]
    output: NDArray[np.int64]
    potential: FloatArray

    def accuracy(self, labels: NDArray[np.int64]) -> pd.DataFrame:
        """Accuracy if the trial ended after each step.

        The class with most spikes is decided for; of those with equally many, the one of largest
        potential; where that is equal too, the trial counts as wrong.

        Returns
        -------
        pandas.DataFrame
            Columns ``steps``, ``accuracy``, ``spikes`` (of the outputs, a trial).

        Raises
        ------
        DataError
            If the labels do not fit the trials and outputs.
        """
        n_steps, n_trials, _ = self.output.shape
        wanted = checked_labels(labels, self.output.shape[1:])
        rank = np.where(
            self.output == self.output.max(axis=2, keepdims=True), self.potential, -np.inf
        )
        best = rank == rank.max(axis=2, keepdims=True)
        right = best[:, np.arange(n_trials), wanted] & (best.sum(axis=2) == 1)
        columns = {
            "steps": np.arange(1, n_steps + 1),
            "accuracy": right.mean(axis=1),
            "spikes": self.output.sum(axis=2).mean(axis=1),
        }
        return pd.DataFrame(columns)


@dataclass(frozen=True, eq=False)
class Converted:
    """A converted network, with threshold 1.

    Parameters
    ----------
    stages : sequence of Stage
        What `normalise` gives.
    reset : {"subtract", "zero"}, default "subtract"
        What a spike does to the potential: minus 1, or to 0.
    initial : float, default 0.0
        Potential at the start, below 1; 0.5 makes of the count's floor a rounding.

    Raises
    ------
    ModelError
        If a setting is impossible.
    """

    stages: Sequence[Stage]
    reset: Reset = "subtract"
    initial: float = 0.0

    def __post_init__(self) -> None:
        if self.reset not in ("subtract", "zero"):
            raise ModelError(f"A reset is subtract or zero, not {self.reset!r}.")
        if not -np.inf < self.initial < 1 or not self.stages:
            raise ModelError(f"The initial potential must be below 1, got {self.initial}.")

    def run(self, x: FloatArray, n_steps: int) -> ConvertedRun:
        """Run trials.

        Parameters
        ----------
        x : array of float, shape (trials, ...)
            Constant input currents, of the shape that the first layer takes.
        n_steps : int
            Length of a trial.

        Raises
        ------
        ModelError
            If the input does not fit the first layer.
        DataError
            If the input is not finite, or there is no step.
        """
        steps, current = checked_run(x, n_steps)
        first = self.stages[0].weighted(self.stages[0].prepared(current))
        states = [_State(stage, self) for stage in self.stages]
        output, potential = [], []
        for _ in range(steps):
            spikes = states[0].step(first)
            for state in states[1:]:
                spikes = state.step(state.stage.weighted(state.gathered(spikes)))
            output.append(states[-1].counts.copy())
            potential.append(states[-1].membrane.copy())
        return ConvertedRun(
            [s.counts for s in states],
            [s.membrane for s in states],
            np.array(output),
            np.array(potential),
        )


def checked_run(x: FloatArray, n_steps: int) -> tuple[int, FloatArray]:
    """Steps and input currents of a run.

    Raises
    ------
    DataError
        If there is no step, or the input is no array of finite numbers, trials first.
    """
    current = np.asarray(x, np.float64)
    if current.ndim < 2 or not np.isfinite(current).all():
        raise DataError(f"Inputs are finite numbers (trials, ...), got shape {current.shape}.")
    return size("Steps", n_steps, 1), current


def checked_labels(labels: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Labels of a run of `shape` (trials, outputs).

    Raises
    ------
    DataError
        If they do not fit.
    """
    wanted = indices("Labels", labels, shape[1])
    if wanted.size != shape[0]:
        raise DataError(f"{wanted.size} labels for {shape[0]} trials.")
    return wanted


class _State:
    """Membranes and counts of a stage's neurons, and what its max-pooling has seen."""

    def __init__(self, stage: Stage, settings: Converted) -> None:
        self.stage, self.settings = stage, settings
        self.membrane = np.empty(0)
        self.counts = np.empty(0, np.int64)
        self._seen: dict[int, FloatArray] = {}

    def step(self, current: FloatArray) -> FloatArray:
        """Spikes of a step, 0 or 1."""
        if not self.membrane.size:
            self.membrane = np.full(current.shape, float(self.settings.initial))
            self.counts = np.zeros(current.shape, np.int64)
        self.membrane += current
        spikes = self.membrane >= 1
        if self.settings.reset == "subtract":
            self.membrane -= spikes
        else:
            self.membrane[spikes] = 0.0
        self.counts += spikes
        return spikes.astype(np.float64)

    def gathered(self, spikes: FloatArray) -> FloatArray:
        """What reaches the weights; of a maximum, the spikes of who spiked most so far."""
        for place, layer in enumerate(self.stage.before):
            if isinstance(layer, MaxPool):
                seen = self._seen[place] = self._seen.get(place, np.zeros(spikes.shape)) + spikes
                windows, so_far = (layer.windows(a) for a in (spikes, seen))
                flat = so_far.reshape(*so_far.shape[:4], -1)
                winner = flat.argmax(axis=4)[..., None]
                spikes = np.take_along_axis(windows.reshape(flat.shape), winner, 4)[..., 0]
            else:
                spikes = layer(spikes)
        return spikes
