"""Validation: how well given weights do on trials that are not trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brainsnn.errors import ConfigError
from brainsnn.learning.base import Weights
from brainsnn.registry import suggest
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.evaluation import evaluate, summary
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
    engine: Engine, trials: LabelledTrials, decoder: Decoder, output: str, weights: Weights
) -> dict[str, float]:
    """Columns of the metrics table for `weights`; the engine's own are put back afterwards.

    Parameters
    ----------
    engine : Engine
    trials : LabelledTrials
    decoder : Decoder
    output : str
        The population that decides.
    weights : mapping of str to array
        The engine's own, or an average.

    Returns
    -------
    dict of str to float
    """
    own = {name: array.copy() for name, array in engine.weights.items()}
    engine.set_weights(weights)
    try:
        numbers = summary(evaluate(engine, trials, decoder, output))
    finally:
        engine.set_weights(own)
    return {f"validation_{name}": numbers[name] for name in COLUMNS}


def check_monitor(monitor: str, engine: Engine, validated: bool) -> None:
    """Refuse to select weights on a metric that there will not be.

    Raises
    ------
    ConfigError
    """
    connections = list(engine.weights)
    names = ["learning_rate", *EpochStatistics(1, engine.populations, connections, 1).metrics()]
    if validated:
        names += [f"validation_{name}" for name in COLUMNS]
    elif monitor.startswith("validation_"):
        raise ConfigError(f"monitor = {monitor!r} needs a validation set; there is none.")
    if monitor not in names:
        raise ConfigError(f"monitor = {monitor!r} is no metric. {suggest(monitor, names)}")
