"""Looks at a gradient on its way back through time, on a few trials of what is being trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from brainsnn.learning.base import BoundRule
from brainsnn.learning.equations.flow import GradientFlow
from brainsnn.spikes.trials import TrainingTrials
from brainsnn.training.bptt.bound import BoundBPTT

if TYPE_CHECKING:
    from brainsnn.engine.base import Engine

TRIALS = 2
"""Trials that are looked at: in NumPy, one costs as much as hundreds in training."""

LARGEST = 1e8
"""Weights times steps from which looking would take minutes."""


def look(engine: Engine, rule: BoundRule, train: TrainingTrials) -> GradientFlow | None:
    """Flow of the gradient of the first training trials, with the weights as they are.

    Neither the engine nor what it draws from is touched.

    Parameters
    ----------
    engine : Engine
        Has the weights.
    rule : BoundRule
    train : TrainingTrials

    Returns
    -------
    GradientFlow or None
        None if the rule does not go back through time step by step, or the network is too large.
    """
    size = sum(values.size for values in engine.weights.values())
    if type(rule) is not BoundBPTT or size * engine.n_steps > LARGEST:
        return None
    trials, index = train.epoch(0).block(np.arange(min(TRIALS, len(train))))
    inputs, wanted = trials.inputs.take(index), trials.targets.of(index)
    return rule.flow(inputs, engine.n_steps, engine.weights, wanted)
