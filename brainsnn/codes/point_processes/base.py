"""What codes by point processes have in common: a value is a rate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.base import NeuronAValue
from brainsnn.codes.images import check_lengths, fractions
from brainsnn.errors import ConfigError
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

FloatArray = NDArray[np.float64]
Columns = tuple[NDArray[np.integer], NDArray[np.integer]]
"""Steps and neurons of spikes, by step, then neuron."""


@dataclass(frozen=True)
class RateEncoder(NeuronAValue, ABC):
    """Each value is the mean rate of a train drawn for it.

    Parameters
    ----------
    n_steps : int, default 100
        Length of a trial in steps.
    intensity_max : int, default 255
        What integers are divided by.
    rate_max : float, default 100.0
        Rate in 1/s that the largest value stands for.
    dt : float, default 0.001
        Length of a step in seconds.

    Raises
    ------
    ConfigError
        If a setting is impossible.
    """

    n_steps: int = 100
    intensity_max: int = 255
    rate_max: float = 100.0
    dt: float = 1e-3

    def __post_init__(self) -> None:
        check_lengths(self._name, self.n_steps, self.intensity_max)
        self._within("rate_max", 0, np.inf)
        self._within("dt", 0, np.inf)

    @property
    def _name(self) -> str:
        return f"{type(self).__name__.removesuffix('Encoder')} code"

    def _within(self, key: str, above: float, below: float, *, low: bool = False) -> None:
        """Refuse a setting that is not between two bounds; `low` is allowed itself."""
        value = getattr(self, key)
        if not (above < value < below or (low and value == above)):
            raise ConfigError(
                f"{self._name}: {key} must be {'at least' if low else 'above'} {above:g}"
                f"{f' and below {below:g}' if np.isfinite(below) else ''}, got {value}."
            )

    def encode(
        self,
        images: NDArray[np.integer] | NDArray[np.floating],
        rng: np.random.Generator | None = None,
    ) -> SpikeTrains:
        """Input spikes of a trial an image; a neuron has one spike in a step at most.

        Parameters
        ----------
        images : array of int or float, shape (n_trials, ...)
            Integers in ``0..intensity_max`` or fractions in 0..1; the axes after the first are the
            neurons, in C order.
        rng : numpy.random.Generator, optional
            Draws the spikes, trial by trial. By default the stream ``encoding`` of seed 0, from its
            beginning.

        Returns
        -------
        SpikeTrains

        Raises
        ------
        DataError
            If the images have no axis of neurons, or a value is out of range.
        """
        rng = Streams(0).fresh("encoding") if rng is None else rng
        rates = fractions(self._name, images, self.intensity_max) * self.rate_max
        columns = [self.columns(row, rng) for row in rates]
        sizes = np.array([0, *(step.size for step, _ in columns)], np.int64)
        none: list[NDArray[Any]] = [np.empty(0, np.int32)]
        step = np.concatenate(none + [s for s, _ in columns]).astype(np.int32)
        neuron = np.concatenate(none + [i for _, i in columns]).astype(np.int32)
        return SpikeTrains(rates.shape[1], self.n_steps, np.cumsum(sizes), neuron, step)

    def columns(self, rates: FloatArray, rng: np.random.Generator) -> Columns:
        """Spikes of one trial as columns; by default, of `draw`."""
        step, neuron = np.nonzero(self.draw(rates, rng))
        return step, neuron

    @abstractmethod
    def draw(self, rates: FloatArray, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Spikes of one trial, shape (n_steps, n_neurons), for neurons of the given rates (1/s)."""

    def on_steps(self, neuron: NDArray[np.int64], time: FloatArray, n: int) -> NDArray[np.bool_]:
        """Spikes at times in seconds, on the steps that they lie in; those outside are left out."""
        spikes = np.zeros((self.n_steps, n), np.bool_)
        step = np.floor(time / self.dt).astype(np.int64)
        inside = (time >= 0) & (step < self.n_steps)
        spikes[step[inside], neuron[inside]] = True
        return spikes
