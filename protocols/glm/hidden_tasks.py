"""Two tasks that a GLM network cannot learn without hidden neurons, drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import Classes, TargetTrains
from brainsnn.spikes.trials import LabelledTrials

Draw = Callable[[np.random.Generator, int, int], LabelledTrials]


@dataclass(frozen=True)
class Task:
    """What is to be learned.

    Parameters
    ----------
    inputs, outputs : int
        Neurons.
    kernel : tuple of float
        Of all synapses; element l is lag l + 1.
    feedback : tuple of float
        The same of all neurons' own spikes. Where what is wanted stays as it is for a trial, it is
        0: an output that is clamped would learn to do as in the step before, which tells it nothing
        once it runs by itself, and no signal would be left for hidden neurons.
    draw : callable
        Gives so many trials of so many steps.
    classes : bool
        Whether trials have classes; else trains are to be generated.
    """

    inputs: int
    outputs: int
    kernel: tuple[float, ...]
    feedback: tuple[float, ...]
    draw: Draw
    classes: bool


def _parity(rng: np.random.Generator, n: int, n_steps: int) -> LabelledTrials:
    """Do two sources, which spike often or seldom, beside their opposites, do so alike."""
    often = rng.integers(0, 2, (n, 2))
    chance = np.where(np.concatenate([often, 1 - often], axis=1) > 0, 0.9, 0.1)
    spikes = rng.random((n, n_steps, 4)) < chance[:, None]
    return LabelledTrials(SpikeTrains.from_raster(spikes), Classes(often[:, 0] ^ often[:, 1]))


def _repeat(rng: np.random.Generator, n: int, n_steps: int) -> LabelledTrials:
    """Outputs repeat inputs two steps later; kernels reach back one step."""
    spikes = rng.random((n, n_steps, 2)) < 0.3
    wanted = np.zeros_like(spikes)
    wanted[:, 2:] = spikes[:, :-2]
    trains = SpikeTrains.from_raster(wanted)
    return LabelledTrials(SpikeTrains.from_raster(spikes), TargetTrains(trains))


TASKS: Mapping[str, Task] = {
    "parity": Task(4, 2, (1.0, 0.7, 0.5), (0.0,), _parity, classes=True),
    "repeat": Task(2, 2, (1.0,), (1.0,), _repeat, classes=False),
}
"""By the names that configurations know them by."""
