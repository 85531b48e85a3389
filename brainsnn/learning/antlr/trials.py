"""A recording as trials of the paper's steps.

On the engines a population that is d connections from the input lags by d steps
(`brainsnn.neurons.current_based`); here every layer's step 0 is the same moment, and a trial of a
network of L connections has L steps fewer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from brainsnn.errors import LearningError
from brainsnn.learning.antlr.potentials import Raster, Steps
from brainsnn.spikes import Recording


@dataclass(frozen=True)
class LayerSpikes:
    """Spikes of one layer in one trial, sorted by step.

    Parameters
    ----------
    step, neuron : array of int32, shape (n_spikes,)
    """

    step: Steps
    neuron: Steps

    def raster(self, out: Raster) -> Raster:
        """Mark the spikes in `out` (n_steps, n); return it."""
        out[:] = False
        out[self.step, self.neuron] = True
        return out

    def before(self, end: int) -> LayerSpikes:
        """The spikes before step `end`."""
        n = int(self.step.searchsorted(end))
        return LayerSpikes(self.step[:n], self.neuron[:n])


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


def trials(recording: Recording) -> Iterator[list[LayerSpikes]]:
    """Yield, trial by trial, the spikes of each population, from the input to the output."""
    n_steps = paper_steps(recording)
    step = recording.step - recording.population
    inside = (step >= 0) & (step < n_steps)
    for begin, end in itertools.pairwise(recording.offsets.tolist()):
        layers = []
        for code in range(len(recording.populations)):
            mine = (recording.population[begin:end] == code) & inside[begin:end]
            layers.append(LayerSpikes(step[begin:end][mine], recording.neuron[begin:end][mine]))
        yield layers


def output_raster(recording: Recording) -> Raster:
    """Output spikes of all trials, shape (n_trials, paper's steps, n_outputs)."""
    *_, size = recording.populations.values()
    out = np.zeros((recording.n_trials, paper_steps(recording), size), np.bool_)
    for k, layers in enumerate(trials(recording)):
        layers[-1].raster(out[k])
    return out
