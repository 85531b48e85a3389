"""How a classifier learns: the trainer's settings, held-out samples, health."""

from __future__ import annotations

import warnings
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from brainsnn.classifier.local.labelling import label
from brainsnn.classifier.runner import Left, Runner
from brainsnn.codes import LabelledResponses
from brainsnn.config import made
from brainsnn.errors import ConfigError, HealthWarning, InputError
from brainsnn.learning.optimisers import OPTIMISERS, OptimiserConfig
from brainsnn.learning.schedules import Constant, Cosine
from brainsnn.spikes.trials import Labelled, LabelledTrials, VariedEpoch, VariedTrials
from brainsnn.training import (
    HealthMonitor,
    HealthReport,
    Interrupted,
    Trainer,
    TrainingConfig,
    reporter,
)
from brainsnn.training.callbacks.remedies import Remedies
from brainsnn.training.flow import look

BATCHES, FEWEST = 2000, 5
"""Batches that training consists of by default, and epochs at least."""


@dataclass(frozen=True)
class Course:
    """How to train once.

    Parameters
    ----------
    config : TrainingConfig
    verbose : bool
    more : bool
        Whether it goes on from the course before, with the state that its optimiser had.
    """

    config: TrainingConfig
    verbose: bool
    more: bool = False

    @classmethod
    def of(
        cls,
        *,
        epochs: int | None,
        batch_size: int,
        optimiser: Any,
        patience: int | None,
        n_trials: int,
        more: bool,
        verbose: bool,
    ) -> Self:
        """Make a course of a classifier's parameters.

        Raises
        ------
        ConfigError
            If one of them is impossible.
        """
        if isinstance(optimiser, str):
            optimiser = OPTIMISERS[optimiser].model_validate({})
        if not isinstance(optimiser, OptimiserConfig):
            raise ConfigError(f"optimiser = {optimiser!r} is not possible.")
        if epochs is None and isinstance(batch_size, int) and batch_size > 0:
            epochs = max(FEWEST, -(-BATCHES // -(-n_trials // batch_size)))
        config = made(
            TrainingConfig,
            epochs=epochs,
            batch_size=batch_size,
            update="simultaneous",
            optimiser=optimiser,
            schedule=Constant() if more else Cosine(),
            patience=patience,
        )
        return cls(config, verbose, more)


@dataclass(frozen=True)
class Learned:
    """What training left, beside the weights, which the runner holds.

    Parameters
    ----------
    history : pandas.DataFrame
    health : HealthReport
        Of the last epoch.
    warned : bool
        Whether silent outputs have been spoken of already.
    """

    history: pd.DataFrame
    health: HealthReport
    warned: bool


class MaybeOneClass(Labelled):
    """Trials that come after others, and may be of one class."""

    def check_trainable(self, n_outputs: int, n_steps: int) -> None:
        """Refuse only labels without an output, and no trials at all."""
        self.check(n_outputs, n_steps)


class Batch(MaybeOneClass, LabelledTrials):
    """Such trials, encoded."""


class VariedBatch(MaybeOneClass, VariedTrials):
    """Such trials, encoded in each epoch."""


def _more(trials: LabelledTrials | VariedTrials) -> Batch | VariedBatch:
    if isinstance(trials, LabelledTrials):
        return Batch(trials.inputs, trials.labels)
    return VariedBatch(trials.labels, trials.encode)


class Watch(HealthMonitor):
    """Keeps the reports, and warns at once when no output spikes."""

    def outputs_silent(self, text: str) -> None:
        """Warn."""
        warnings.warn(text, HealthWarning, stacklevel=2)


def hold_out(
    trials: LabelledTrials | VariedTrials, fraction: float, seed: int, patience: int | None
) -> tuple[LabelledTrials | VariedTrials, LabelledTrials | VariedEpoch | None]:
    """Cut off the share of the trials to validate on, class by class.

    Raises
    ------
    ConfigError
        If the share is not from 0 to less than 1, or `patience` has nothing to wait for.
    InputError
        If a class has too few trials.
    """
    if patience is not None and not fraction:
        raise ConfigError("patience needs validation_fraction: it waits for validation accuracy.")
    if not isinstance(fraction, int | float) or not 0 <= fraction < 1:
        raise ConfigError(f"validation_fraction must be from 0 to less than 1, got {fraction!r}.")
    if not fraction:
        return trials, None
    try:
        parts = train_test_split(
            np.arange(len(trials)), test_size=fraction, stratify=trials.labels, random_state=seed
        )
    except ValueError as error:
        raise InputError(f"validation_fraction = {fraction}: {error}") from None
    train, validation = (trials.take(part) for part in map(np.sort, parts))
    return train, validation.epoch(0)


def learn(
    runner: Runner,
    train: LabelledTrials | VariedTrials,
    validation: LabelledTrials | VariedEpoch | None,
    course: Course,
) -> Learned:
    """Train the runner's network; it holds the new weights afterwards.

    These are the last ones, or, with `validation`, those of the best epoch.
    """
    plan, engine = runner.plan, runner.engine
    monitor = "train_accuracy" if validation is None else "validation_accuracy"
    config = course.config.model_copy(update={"monitor": monitor})
    n_classes, remedies = plan.model.output.size, Remedies.of(plan.model, plan.rule)
    flow = partial(look, engine, plan.bound, train)
    watch = Watch(lambda _: None, plan.n_steps, n_classes, remedies, flow)
    given = (engine, plan.bound, deepcopy(plan.decoder), config, plan.learning_rate, runner.streams)
    trainer = Trainer(*given, callbacks=[watch, reporter(quiet=not course.verbose)])
    optimiser = trainer.state.optimiser
    if course.more and runner.left is not None and runner.left.optimiser == config.optimiser:
        optimiser.restore(runner.left.state)
    try:
        result = trainer.fit(_more(train), validation)
    except Interrupted:
        raise KeyboardInterrupt from None  # As from any other call; a search must not go on.
    runner.left = Left(config.optimiser, optimiser.state())
    engine.set_weights(result.last_weights if validation is None else result.weights)
    if isinstance(plan.decoder, LabelledResponses):
        label(runner, train, more=course.more)
    return Learned(result.metrics, watch.reports[-1], watch.warned)
