"""Training by rules that act inside the trial: run it, then what happens between trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError
from brainsnn.interrupts import StopRequest
from brainsnn.learning.local.bound import BoundLocalRule
from brainsnn.spikes import Recording
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.config import TrainingConfig

if TYPE_CHECKING:
    from brainsnn.engine.base import Engine

PORTION = 32
"""Trials between two looks at a request to stop, where nothing happens between trials."""


class TrialByTrial:
    """Runs a network that learns inside its trials (see `Updater`).

    There is no gradient: the norms are those of what the first trials changed.

    Parameters
    ----------
    engine : Engine
    rule : BoundLocalRule
    config : TrainingConfig

    Raises
    ------
    ConfigError
        If settings ask for a gradient: batches, clipping, another optimiser than the plain one.
    """

    portion: int | None = None

    def __init__(self, engine: Engine, rule: BoundLocalRule, config: TrainingConfig) -> None:
        if config.batch_size > 1 or config.clip is not None or config.optimiser.name != "sgd":
            raise ConfigError(
                "A rule that acts inside the trial has no gradient: batch_size = 1, no clip and "
                f"optimiser sgd, got {config.batch_size}, {config.clip}, {config.optimiser.name}."
            )
        self.engine, self.rule = engine, rule

    def run(
        self,
        trials: LabelledTrials,
        order: NDArray[np.int64],
        learning_rate: float,
        stop: StopRequest,
    ) -> tuple[Recording, dict[str, float]]:
        """See `Updater`."""
        weights, wanted = self.engine.weights, trials.targets.of
        size, recordings, norms = PORTION if self.rule.idle else 1, list[Recording](), {}
        before = {name: weights[name].copy() for name in self.engine.model.plastic}
        for start in range(0, order.size, size):
            index = order[start : start + size]
            recording = self.engine.run(trials.inputs, index)
            if not self.rule.idle:
                self.rule.after_trial(weights, recording, wanted(index), learning_rate)
            recordings.append(recording)
            if start == 0:
                norms = {k: float(np.linalg.norm(weights[k] - w)) for k, w in before.items()}
            if stop.requested:
                break
        return Recording.concatenate(recordings), norms
