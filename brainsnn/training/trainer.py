"""The training loop: epochs of shuffled trials, validation, selection, checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.codes.responses.labelled import LabelledResponses
from brainsnn.errors import ConfigError
from brainsnn.interrupts import Interrupted, StopRequest
from brainsnn.learning.base import BoundRule
from brainsnn.learning.local.bound import BoundLocalRule
from brainsnn.learning.rule import Rule
from brainsnn.spikes import Recording
from brainsnn.spikes.targets import Classes, Targets
from brainsnn.spikes.trials import LabelledTrials, TrainingTrials, VariedEpoch
from brainsnn.streams import Streams
from brainsnn.training.callbacks.base import Callback, Progress
from brainsnn.training.checkpoints import TrainingState, load_checkpoint, save_checkpoint
from brainsnn.training.checks import check_finite, check_rates, check_trials
from brainsnn.training.config import TrainingConfig
from brainsnn.training.fingerprint import fingerprint
from brainsnn.training.loop.blocks import make_updater
from brainsnn.training.loop.trial_by_trial import TrialByTrial
from brainsnn.training.loop.updates import Updater
from brainsnn.training.result import TrainingResult
from brainsnn.training.selection import Selection
from brainsnn.training.statistics import EpochStatistics
from brainsnn.training.validation import validate

if TYPE_CHECKING:
    from brainsnn.codes import Decoder
    from brainsnn.engine.base import Engine

BLOCK = 256
"""Trials between two looks at the statistics, the schedule and the average (about)."""


class Trainer:
    """Trains the weights of an engine with a rule.

    Parameters
    ----------
    engine : Engine
        Holds the initial weights.
    rule : Rule or BoundRule
        A `Rule` is bound to the engine's network.
    decoder : Decoder or None
        None where the trials have no classes, so that there is nothing to decide. One that learns
        what neurons stand for (`LabelledResponses`) does so from the training trials, after it has
        decided them.
    config : TrainingConfig
    learning_rate : float
        Initial rate, which the schedule scales.
    streams : Streams
        ``order`` shuffles the trials, ``redraw`` goes to the rule at the end of an epoch.
    checkpoint : Path, optional
        File to keep the newest checkpoint in, and to resume from.
    callbacks : sequence of Callback, optional
    updater : Updater, optional
        Trains on a block; `make_updater` chooses one for the configured optimiser by default. One
        that changes weights by other means must use `Trainer.state.optimiser` for its state.
    output : str, optional
        The population that decides; the model's last by default.

    Attributes
    ----------
    state : TrainingState
    stop : StopRequest
        ``stop.request()`` in a callback ends training as Ctrl-C does.

    Raises
    ------
    ConfigError
        If the learning rate is not a finite number above 0.
    RuleError
        If the rule was not derived for the engine's network.
    """

    def __init__(
        self,
        engine: Engine,
        rule: Rule | BoundRule,
        decoder: Decoder | None,
        config: TrainingConfig,
        learning_rate: float,
        streams: Streams,
        *,
        checkpoint: Path | None = None,
        callbacks: Sequence[Callback] = (),
        updater: Updater | None = None,
        output: str | None = None,
    ) -> None:
        if not 0 < learning_rate < math.inf:
            raise ConfigError(
                f"The learning rate must be a finite number above 0, got {learning_rate}."
            )
        if isinstance(rule, Rule):
            kind = Classes if decoder else rule.learns_from()[0]
            rule = rule.bind(engine.model, decoder, engine.n_steps, kind)
        self.engine, self.rule, self.decoder, self.config = engine, rule, decoder, config
        self.learning_rate, self.checkpoint, self.callbacks = learning_rate, checkpoint, callbacks
        self.output = output or list(engine.populations)[-1]
        self.state = TrainingState(
            config.optimiser.build(),
            config.average.build(),
            Selection(config.monitor, config.patience),
            streams,
            decoder if isinstance(decoder, LabelledResponses) else None,
        )
        self.state.optimiser.confine(engine.model.trainable)
        self.state.optimiser.draw_from(streams)
        sequential = config.update == "sequential"
        size = config.batch_size
        self.updater = updater or (
            TrialByTrial(engine, rule, config)
            if isinstance(rule, BoundLocalRule)
            else make_updater(engine, rule, self.state.optimiser, size, sequential, config.clip)
        )
        self.block = max(1, BLOCK // size) * size
        self.stop = StopRequest()
        self._n_trials, self._decided = 0, True
        self._began = 0.0
        self._saved_at = 0

    def fit(
        self,
        train: TrainingTrials,
        validation: LabelledTrials | VariedEpoch | None = None,
        resume: bool = False,
    ) -> TrainingResult:
        """Train until the configured number of epochs is done or patience runs out.

        Parameters
        ----------
        train : TrainingTrials
            As `LabelledTrials` or `VariedTrials`.
        validation : LabelledTrials or VariedEpoch, optional
            Without it, `monitor` must be a metric of training.
        resume : bool, default False
            Go on from the checkpoint, exactly as if training had not stopped.

        Returns
        -------
        TrainingResult

        Raises
        ------
        Interrupted
            On SIGINT, SIGTERM or SIGHUP, once the batch is finished and the checkpoint written.
        DataError, ConfigError
            If the trials cannot be trained on, or `monitor` is no metric.
        RuleError
            If the rule does not learn from targets of the trials' kind.
        LearningError
            If weights become NaN or infinite.
        RunDirectoryError
            If a checkpoint cannot be read or written, or is of other data or settings.
        """
        self._decided = isinstance(train.targets, Classes)
        checked = self.engine, self.rule, self.decoder, self.config.monitor, self.output
        check_trials(train, validation, *checked)
        self._n_trials = len(train)
        if self.checkpoint is not None:
            of_run = self.config, self.rule, self.decoder, self.engine.model.trainable
            self.state.about = fingerprint(train, validation, *of_run)
        if resume:
            self._resume()
        self.state.optimiser.keep(self.engine.weights)
        self._call("on_start")
        try:
            with self.stop:
                while self.state.epoch < self.config.epochs and not self._exhausted():
                    self._train_epoch(train)
                    self._end_epoch(validation)
        finally:
            self._call("on_end")
        return self._result()

    def _resume(self) -> None:
        if self.checkpoint is None:
            raise ConfigError("There is no checkpoint to resume from: none was configured.")
        shapes = {name: array.shape for name, array in self.engine.weights.items()}
        make = self._new_statistics
        weights = load_checkpoint(self.checkpoint, self.state, shapes, self.block, make)
        check_rates(self.checkpoint, self.state.metrics, self._rate_at)
        self.engine.set_weights(weights)

    def _new_statistics(self) -> EpochStatistics:
        n_blocks = -(-self._n_trials // self.block)
        engine = self.engine
        sizes, names = engine.populations, engine.weights
        return EpochStatistics(self._n_trials, sizes, names, n_blocks, self._decided)

    def _exhausted(self) -> bool:
        return self.state.selection.exhausted(self.state.epoch)

    def _train_epoch(self, train: TrainingTrials) -> None:
        state = self.state
        if state.statistics is None:
            state.order = train.order(state.epoch, state.streams["order"])
            state.statistics, state.seconds = self._new_statistics(), 0.0
        trials = train.epoch(state.epoch)
        self._began, self._saved_at = time.perf_counter(), state.statistics.done
        while state.statistics.done < self._n_trials:
            self._train_block(trials, state.statistics)
            self._call("on_block")
            every = self.config.checkpoint_every
            due = every is not None and state.statistics.done - self._saved_at >= every
            if self.stop.requested:
                self._save()
                raise Interrupted(self.checkpoint)
            if due and state.statistics.done < self._n_trials:
                self._save()

    def _train_block(
        self, train: LabelledTrials | VariedEpoch, statistics: EpochStatistics
    ) -> None:
        """Train to the end of the present block, of which a part may be done already."""
        start, number = statistics.done, statistics.done // self.block
        begin, end = number * self.block, min((number + 1) * self.block, self._n_trials)
        trials, index = train.block(self.state.order[begin:end])
        rate, portion = self._rate(begin), self.updater.portion or self.block
        while statistics.done < end:
            first = statistics.done
            order = index[first - begin : first - begin + portion]
            recording, norms = self.updater.run(trials, order, rate, self.stop)
            done = order[: recording.n_trials]
            self._take_in(recording, trials.targets, done, statistics)
            if first == start == begin:
                for name, norm in norms.items():
                    statistics.norms[name][number] = norm
            if self.stop.requested:
                break
        if statistics.done == end:
            self.state.optimiser.flush(self.engine.weights)
            self.state.average.update(self.engine.weights)

    def _take_in(
        self,
        recording: Recording,
        targets: Targets,
        trials: NDArray[np.int64],
        statistics: EpochStatistics,
    ) -> None:
        wanted = targets.of(trials)
        if not isinstance(targets, Classes) or self.decoder is None:
            statistics.add(recording, None, None, self.rule.loss(recording, wanted))
            return
        decisions = self.decoder.decode(recording, self.output)
        statistics.add(recording, wanted, decisions, self.rule.loss(recording, wanted))
        if self.state.decoder is not None:
            self.state.decoder.learn(recording, wanted, self.output)

    def _rate(self, index: int) -> float:
        return self._rate_at(self.state.epoch + index / self._n_trials)

    def _rate_at(self, epochs: float) -> float:
        return self.config.schedule(self.learning_rate, epochs, self.config.epochs)

    def _end_epoch(self, validation: LabelledTrials | VariedEpoch | None) -> None:
        state = self.state
        assert state.statistics is not None
        check_finite(self.engine.weights, state.epoch + 1)
        state.average.end_epoch()
        weights = state.average.weights() or self.engine.weights
        row: dict[str, Any] = {"epoch": state.epoch + 1, "learning_rate": self._rate(0)}
        row |= state.statistics.metrics()
        if validation is not None:
            by = self.decoder, self.output, weights, self.rule
            row |= validate(self.engine, validation, *by)
        state.selection.update(row, weights)
        fired = state.statistics.fired_fraction()
        row["redrawn"] = self.rule.end_epoch(self.engine.weights, fired, state.streams["redraw"])
        state.optimiser.keep(self.engine.weights)
        row["seconds"] = self._elapsed()
        state.metrics.append(row)
        self._call("on_epoch_end")
        state.epoch, state.statistics, state.order = state.epoch + 1, None, state.order[:0]
        self._save()
        if self.stop.requested:
            raise Interrupted(self.checkpoint)

    def _elapsed(self) -> float:
        return self.state.seconds + time.perf_counter() - self._began

    def _save(self) -> None:
        if self.checkpoint is None:
            return
        if self.state.statistics is not None:
            self.state.seconds, now = self._elapsed(), time.perf_counter()
            self._began, self._saved_at = now, self.state.statistics.done
        save_checkpoint(self.checkpoint, self.state, self.engine.weights, self.block)

    def _call(self, event: str) -> None:
        state = self.state
        done = state.statistics.done if state.statistics else 0
        progress = Progress(
            min(state.epoch + 1, self.config.epochs),
            self.config.epochs,
            done,
            self._n_trials,
            state.statistics,
        )
        for callback in self.callbacks:
            getattr(callback, event)(progress, state.metrics)

    def _result(self) -> TrainingResult:
        last = {name: array.copy() for name, array in self.engine.weights.items()}
        selection = self.state.selection
        weights = selection.weights or last
        self.engine.set_weights(weights)
        metrics = pd.DataFrame(self.state.metrics)
        early = self.state.epoch < self.config.epochs
        return TrainingResult(metrics, dict(weights), last, selection.best_epoch, early)
