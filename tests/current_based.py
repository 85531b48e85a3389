"""Networks of current-based neurons without a simulator, recorded as the engines record them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.antlr import bias_name
from brainsnn.learning.antlr.potentials import arrivals, fire, pack
from brainsnn.network.names import ParameterName
from brainsnn.network.neurons import Coefficients
from brainsnn.spikes import Recording, SpikeTrains

Array = NDArray[np.float64]


def rasters(
    inputs: NDArray[np.bool_],
    weights: Mapping[str, Array],
    coefficients: Coefficients,
    sizes: Mapping[str, int],
    once: bool = False,
) -> list[NDArray[np.bool_]]:
    """Spikes of every population of a chain in one trial, shape (n_steps, n), at paper steps."""
    layers = [inputs]
    for (target, size), w in zip(
        list(sizes.items())[1:],
        [w for k, w in weights.items() if not ParameterName.read(k)],
        strict=True,
    ):
        arrived, spikes = np.empty((len(inputs), size)), np.empty((len(inputs), size), np.bool_)
        step, neuron = (x.astype(np.int32) for x in np.nonzero(layers[-1]))
        arrivals(step, neuron, np.ascontiguousarray(w), arrived)
        bias = weights.get(bias_name(target), np.zeros(size)).ravel()
        fire(arrived, bias, pack(coefficients), once, spikes)
        layers.append(spikes)
    return layers


def recording(trials: list[list[NDArray[np.bool_]]], sizes: Mapping[str, int]) -> Recording:
    """Recording of trials given as rasters, each population a step behind the one before."""
    rows = [
        np.stack([np.full(s.size, k), s + code, np.full(s.size, code), i])
        for k, layers in enumerate(trials)
        for code, raster in enumerate(layers)
        for s, i in [np.nonzero(raster)]
    ]
    trial, step, code, neuron = (column.astype(np.int32) for column in np.concatenate(rows, axis=1))
    order = np.lexsort((neuron, code, step, trial))
    n_steps = len(trials[0][0]) + len(sizes) - 1
    offsets = np.searchsorted(trial[order], np.arange(len(trials) + 1))
    columns = (code[order], neuron[order], step[order])
    return Recording(sizes, n_steps, 1e-3, offsets, *columns, np.full(step.size, np.nan))


def trains(raster: NDArray[np.bool_]) -> SpikeTrains:
    """Spike trains of a raster of shape (n_trials, n_steps, n)."""
    trial, step, neuron = np.nonzero(raster)
    offsets = np.searchsorted(trial, np.arange(len(raster) + 1))
    return SpikeTrains(raster.shape[2], raster.shape[1], offsets, neuron, step)
