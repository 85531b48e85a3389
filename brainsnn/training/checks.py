"""What training refuses: trials that it cannot learn from, other rates, weights that ran away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from brainsnn.errors import ConfigError, LearningError, RunDirectoryError
from brainsnn.learning.base import BoundRule, Weights, check_targets
from brainsnn.learning.local.bound import BoundLocalRule
from brainsnn.spikes.targets import Classes
from brainsnn.spikes.trials import LabelledTrials, TrainingTrials, VariedEpoch
from brainsnn.training.validation import check_monitor

if TYPE_CHECKING:
    from brainsnn.codes import Decoder
    from brainsnn.engine.base import Engine


def check_trials(
    train: TrainingTrials,
    validation: LabelledTrials | VariedEpoch | None,
    engine: Engine,
    rule: BoundRule,
    decoder: Decoder | None,
    monitor: str,
    output: str,
) -> None:
    """Refuse trials that cannot be trained on, or decided as asked.

    Parameters
    ----------
    train : TrainingTrials
    validation : LabelledTrials or VariedEpoch or None
    engine : Engine
    rule : BoundRule
    decoder : Decoder or None
    monitor : str
        The metric that selects.
    output : str
        The population that decides.

    Raises
    ------
    DataError
        If labels, inputs or steps do not fit the network.
    RuleError
        If the rule does not learn from targets of the trials' kind.
    ConfigError
        If trials with classes have no decoder, or `monitor` is no metric.
    """
    ends = engine.populations[output], engine.n_steps
    check_targets(rule, train.targets)
    (train.check if isinstance(rule, BoundLocalRule) else train.check_trainable)(*ends)
    if validation is not None:
        check_targets(rule, validation.targets)
        validation.check(*ends)
    decided = isinstance(train.targets, Classes)
    if decided and decoder is None:
        raise ConfigError("Trials with classes need a decoder: what decides.")
    check_monitor(monitor, engine, validation is not None, decided)


def check_rates(
    checkpoint: Path, rows: Sequence[Mapping[str, float]], rate: Callable[[float], float]
) -> None:
    """Refuse to go on with other learning rates than those of the epochs that are done.

    Parameters
    ----------
    checkpoint : Path
        Where the rows stood.
    rows : sequence of mapping
        Rows of metrics, an epoch a row.
    rate : callable
        The rate after a number of epochs, as it is set now.

    Raises
    ------
    RunDirectoryError
        If a row had another.
    """
    for row in rows:
        now = rate(row["epoch"] - 1)
        if now != row["learning_rate"]:
            raise RunDirectoryError(
                f"{checkpoint}: epoch {row['epoch']} had a learning rate of "
                f"{row['learning_rate']:g}, and would have had {now:g} with the rate, schedule "
                "and number of epochs that are set now. Resume with those of the run."
            )


def check_finite(weights: Weights, epoch: int) -> None:
    """Refuse weights that became NaN or infinite.

    Parameters
    ----------
    weights : mapping of str to array
    epoch : int
        The epoch that ends, from 1.

    Raises
    ------
    LearningError
        If any did.
    """
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise LearningError(
                f"Weights of {name!r} became NaN or infinite in epoch {epoch}. "
                "Lower the learning rate first."
            )
