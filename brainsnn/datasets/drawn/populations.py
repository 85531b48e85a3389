"""Input populations that fire at one rate while they are on, and at another while they are not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError
from brainsnn.spikes import SpikeTrains

BLOCK = 1 << 23
"""Draws at once; bounds memory."""


def population_trains(
    rng: np.random.Generator,
    active: NDArray[np.bool_],
    n_each: int,
    on: NDArray[np.float64],
    off: NDArray[np.float64],
) -> SpikeTrains:
    """Draw spikes: in each step with the probability of the neuron's population, independently.

    Parameters
    ----------
    rng : numpy.random.Generator
    active : array of bool, shape (n_trials, n_steps, n_populations)
        Which population is on when.
    n_each : int
        Neurons of each population; neuron ``p * n_each + k`` is one of population p.
    on, off : array of float, shape (n_populations,)
        Spike probability of a step.
    """
    n, n_steps, n_populations = active.shape
    size = max(1, BLOCK // max(n_steps * n_populations * n_each, 1))

    def block(rows: NDArray[np.bool_]) -> SpikeTrains:
        probability = np.where(rows, on, off)
        draws = rng.random((*rows.shape, n_each))
        raster = draws < probability[..., None]
        return SpikeTrains.from_raster(raster.reshape(len(rows), n_steps, -1))

    return SpikeTrains.concatenate(block(active[k : k + size]) for k in range(0, n, size))


def check_numbers(
    name: str, numbers: Mapping[str, float], least: float, most: float = np.inf
) -> None:
    """Refuse settings of a data set that are out of range.

    Raises
    ------
    ConfigError
    """
    for key, value in numbers.items():
        if not least <= value <= most:
            raise ConfigError(f"{name}: {key} must be in {least:g}..{most:g}, got {value}.")
