"""What an output that does not spike did in trials, beside what was wanted of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.experiment import TrainedNetwork
from brainsnn.spikes.trials import LabelledTrials

BLOCK = 50
"""Trials at once; bounds memory."""


@dataclass(frozen=True)
class Courses:
    """Trials that were run.

    Parameters
    ----------
    found, wanted : array of float64, shape (n, n_steps, n_outputs)
        Potentials of the output, and targets.
    spikes : array of int64, shape (n,)
        Of the hidden population.
    """

    found: NDArray[np.float64]
    wanted: NDArray[np.float64]
    spikes: NDArray[np.int64]


def courses(
    network: TrainedNetwork[Any], trials: LabelledTrials, index: NDArray[np.int64]
) -> Courses:
    """Run some trials whose targets are values a step, with the weights that were kept."""
    engine, output = network.engine.fixed(), network.model.output
    assert output.neuron is not None
    parts = []
    for start in range(0, len(index), BLOCK):
        recording = engine.run(trials.inputs, index[start : start + BLOCK])
        observed = network.rule.observe(recording, network.weights)
        course = observed.states[output.name, output.neuron.potential]
        parts.append((course, recording.counts("hidden").sum(axis=1)))
    found, spikes = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Courses(found, trials.targets.of(index), spikes)
