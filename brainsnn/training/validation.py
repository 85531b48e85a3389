"""Validation: how well given weights do on trials that are not trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from brainsnn.errors import ConfigError
from brainsnn.learning.base import BoundRule, Weights
from brainsnn.registry import suggest
from brainsnn.spikes.targets import Classes
from brainsnn.spikes.trials import LabelledTrials, VariedEpoch
from brainsnn.training.evaluation import BLOCK, evaluate, summary
from brainsnn.training.statistics import EpochStatistics

if TYPE_CHECKING:
    from brainsnn.codes import Decoder
    from brainsnn.engine.base import Engine

COLUMNS = (
    "accuracy",
    "accuracy_ties_wrong",
    "accuracy_ties_right",
    "silent_fraction",
    "decision_step",
)
"""What is kept of the summary, each with ``validation_`` before its name."""


def validate(
    engine: Engine,
    trials: LabelledTrials | VariedEpoch,
    decoder: Decoder | None,
    output: str,
    weights: Weights,
    rule: BoundRule,
) -> dict[str, float]:
    """Columns of the metrics table for `weights`; the engine's own are put back afterwards.

    What is plastic stays as it is meanwhile (`Engine.fixed`).

    Parameters
    ----------
    engine : Engine
    trials : LabelledTrials or VariedEpoch
    decoder : Decoder or None
        None where trials have no classes: their mean loss is the only column then.
    output : str
        The population that decides.
    weights : mapping of str to array
        The engine's own, or an average.
    rule : BoundRule
        Gives the loss, and adds to recordings what the decoder reads.

    Returns
    -------
    dict of str to float
    """
    own = {name: array.copy() for name, array in engine.weights.items()}
    engine.set_weights(weights)
    try:
        tried = engine.fixed()
        if decoder is None or not isinstance(trials.targets, Classes):
            return {"validation_loss": mean_loss(tried, trials, rule)}
        numbers = summary(evaluate(tried, trials, decoder, output, rule=rule))
    finally:
        engine.set_weights(own)
    return {f"validation_{name}": numbers[name] for name in COLUMNS}


def mean_loss(engine: Engine, trials: LabelledTrials | VariedEpoch, rule: BoundRule) -> float:
    """Mean loss of all trials with the engine's present weights."""
    losses = []
    for start in range(0, len(trials), BLOCK):
        index = np.arange(start, min(start + BLOCK, len(trials)))
        some, places = trials.block(index)
        recording = rule.observe(engine.run(some.inputs, places), engine.weights)
        losses.append(rule.loss(recording, trials.targets.of(index)))
    return float(np.concatenate(losses).mean())


def check_monitor(monitor: str, engine: Engine, validated: bool, decided: bool = True) -> None:
    """Refuse to select weights on a metric that there will not be.

    Raises
    ------
    ConfigError
    """
    connections = list(engine.weights)
    statistics = EpochStatistics(1, engine.populations, connections, 1, decided)
    names = ["epoch", "learning_rate", *statistics.metrics()]
    if validated:
        names += [f"validation_{name}" for name in (COLUMNS if decided else ("loss",))]
    elif monitor.startswith("validation_"):
        raise ConfigError(f"monitor = {monitor!r} needs a validation set; there is none.")
    if monitor not in names:
        raise ConfigError(f"monitor = {monitor!r} is no metric. {suggest(monitor, names)}")
