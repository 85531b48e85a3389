"""A recording as trials of the paper's steps.

On the engines a population that is d connections from the input lags by d steps
(`brainsnn.network.neurons.current_based`); here every layer's step 0 is the same moment, and a
trial of a network of L connections has L steps fewer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.antlr.potentials import Raster, Steps
from brainsnn.spikes import Recording


class LayerSpikes(NamedTuple):
    """Spikes of one layer, trial by trial, sorted by step within each.

    Parameters
    ----------
    offsets : array of int64, shape (n_trials + 1,)
        Trial k has the spikes ``offsets[k]`` to ``offsets[k + 1] - 1``.
    step, neuron : array of int32, shape (n_spikes,)
    """

    offsets: NDArray[np.int64]
    step: Steps
    neuron: Steps

    @property
    def trial(self) -> NDArray[np.int64]:
        """Trial of each spike."""
        return np.repeat(np.arange(self.offsets.size - 1), np.diff(self.offsets))

    def silent_trials(self, n: int) -> NDArray[np.int64]:
        """Number of trials in which each of the `n` neurons was silent."""
        n_trials = self.offsets.size - 1
        silent = np.ones((n_trials, n), np.bool_)
        silent[self.trial, self.neuron] = False
        return silent.sum(axis=0)


def paper_steps(recording: Recording) -> int:
    """Steps of a trial that every layer takes part in.

    Raises
    ------
    LearningError
        If the trials are too short for the network's depth.
    """
    n_steps = recording.n_steps - (len(recording.populations) - 1)
    if n_steps < 1:
        raise LearningError(
            f"Trials of {recording.n_steps} steps are too short for "
            f"{len(recording.populations)} populations, each a step behind the one before."
        )
    return n_steps


@njit()
def of_layer(  # type: ignore[no-untyped-def]
    offsets, population, neuron, step, code, n_steps, out_offsets, out_step, out_neuron
):
    """Fill in the spikes of a population, with its lag taken off; return how many there are."""
    n_spikes = 0
    for trial in range(offsets.size - 1):
        for k in range(offsets[trial], offsets[trial + 1]):
            t = step[k] - code
            if population[k] == code and 0 <= t < n_steps:
                out_step[n_spikes], out_neuron[n_spikes] = t, neuron[k]
                n_spikes += 1
        out_offsets[trial + 1] = n_spikes
    return n_spikes


def layer_spikes(recording: Recording, code: int) -> LayerSpikes:
    """Spikes of the population of that number, within the paper's steps."""
    offsets = np.zeros_like(recording.offsets)
    step, neuron = np.empty_like(recording.step), np.empty_like(recording.neuron)
    columns = recording.offsets, recording.population, recording.neuron, recording.step
    n = of_layer(*columns, code, paper_steps(recording), offsets, step, neuron)
    return LayerSpikes(offsets, step[:n], neuron[:n])


def output_raster(recording: Recording) -> Raster:
    """Output spikes of all trials, shape (n_trials, paper's steps, n_outputs)."""
    *_, size = recording.populations.values()
    out = np.zeros((recording.n_trials, paper_steps(recording), size), np.bool_)
    spikes = layer_spikes(recording, len(recording.populations) - 1)
    out[spikes.trial, spikes.step, spikes.neuron] = True
    return out
