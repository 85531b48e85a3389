"""Experiments whose conditions are networks that a `Trainer` trains."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar, Generic

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.codes import DECODERS, Decoder
from brainsnn.engine import Engine, build_engine
from brainsnn.errors import ConfigError
from brainsnn.experiment.experiment import C, Condition, Experiment, Work, tell
from brainsnn.experiment.material import Material
from brainsnn.learning.base import BoundRule
from brainsnn.learning.rule import Rule
from brainsnn.network.memory import check_size
from brainsnn.network.model import Model
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import (
    Callback,
    HealthMonitor,
    MetricsWriter,
    Trainer,
    TrainingConfig,
    TrainingResult,
)
from brainsnn.training.callbacks.remedies import Remedies
from brainsnn.training.evaluation import evaluate, summary
from brainsnn.training.flow import look

#: Test trials whose spikes are kept in the run directory.
SAMPLE = 20


class TrainingExperiment(Experiment[C]):
    """An experiment that trains a network for each condition and seed, and tests it.

    What is asked for a configuration is asked for that of a `Condition`.

    Attributes
    ----------
    decides : bool
        Whether trials have classes; what learns values a step has no decoder.
    """

    decides: ClassVar[bool] = True

    @abstractmethod
    def model(self, config: C) -> Model:
        """Return the network."""

    @abstractmethod
    def n_steps(self, config: C) -> int:
        """Length of a trial."""

    @abstractmethod
    def material(self, config: C, streams: Streams) -> Material:
        """Load and encode the data; what varies in training does so with the seed's streams."""

    @abstractmethod
    def rule(self, config: C) -> Rule:
        """Return the learning rule."""

    def training(self, config: C) -> TrainingConfig:
        """Return how it is trained; by default, by settings among those of the configuration."""
        if not isinstance(config, TrainingConfig):
            raise ConfigError(f"{self.name} does not say how its networks are trained.")
        return config

    def learning_rate(self, config: C) -> float:
        """Return the first learning rate, which the schedule scales; by default, the rule's."""
        return self.rule(config).learning_rate

    def code(self, config: C) -> str:
        """Name the decoder that it learns by: that by which the rule is read, or ``"values"``."""
        return self.rule(config).read_by()[0] if self.decides else "values"

    def codes(self, config: C) -> Sequence[str]:
        """Name the decoders of the test trials; by default, the one that it learns by."""
        return (self.code(config),)

    def decoder(self, config: C, code: str | None = None) -> Decoder:
        """Return the decoder of a name, by default that which it learns by.

        Where it is that of the rule, with the settings that go with those of the rule.
        """
        kind, usual = DECODERS[code or self.code(config)], self.rule(config).usual_decoder()
        return usual if isinstance(usual, kind) else kind()

    def bound(self, config: C) -> tuple[Model, BoundRule]:
        """Return the network, and the rule bound to it.

        Raises
        ------
        ModelError
            If the network is larger than memory.
        RuleError
            If the rule was not derived for it, or does not go with the decoder.
        """
        model, n_steps = self.model(config), self.n_steps(config)
        check_size(model.name, model.shapes, n_steps)
        rule = self.rule(config)
        if self.decides:
            return model, rule.bind(model, self.decoder(config), n_steps)
        return model, rule.bind(model, None, n_steps, rule.learns_from()[0])

    def check(self, config: C) -> None:
        """Refuse networks that are impossible, and rules that were not derived for them."""
        for condition in self.chosen(config):
            self.bound(condition.config)

    def parts(self, config: C) -> Sequence[C]:
        """Return every condition with every seed."""
        found = [config.model_copy(update={"seed": s, "seeds": 1}) for s in config.all_seeds]
        if len(found) == len(self.chosen(config)) == 1:
            return found
        return [part for one in found for part in super(TrainingExperiment, self).parts(one)]

    def prepare(self, condition: Condition[C]) -> Work:
        """Build the network, its engine and its trials."""
        return TrainedNetwork(self, condition).carry_out

    def begin(
        self, network: TrainedNetwork[C], run: RunDirectory, callbacks: Sequence[Callback]
    ) -> None:
        """Change the engine's first weights before training begins; by default, nothing."""

    def decided(
        self, network: TrainedNetwork[C], trials: LabelledTrials, code: str
    ) -> pd.DataFrame:
        """Run trials and tabulate what a decoder, by name, decides of them (`evaluate`)."""
        own = code == self.code(network.config)
        decoder = network.decoder if own else self.decoder(network.config, code)
        return evaluate(network.engine.fixed(), trials, decoder, rule=network.rule)

    def measure(self, network: TrainedNetwork[C], run: RunDirectory) -> None:
        """Measure what is concluded from beyond the test trials; by default, nothing."""

    def judge(self, trials: pd.DataFrame) -> dict[str, float]:
        """Return the numbers that sum up a table of test trials; by default, accuracies."""
        return summary(trials)

    def told(self, results: pd.DataFrame) -> str:
        """Say how well a network does, in a line of progress; by default, by its accuracies."""
        found = zip(results["decoder"], results["accuracy"], strict=True)
        return ", ".join(f"{name} {accuracy:.2%}" for name, accuracy in found)

    def columns(self, network: TrainedNetwork[C], trials: pd.DataFrame) -> dict[str, float]:  # noqa: ARG002
        """Return more columns of ``results``, of test trials by one decoder; by default, none."""
        return {}

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Accuracy columns and means of all test trials; means of `total` where none is decided."""
        return self.judge(run.trials()) if self.decides else super().totals(run)


class TrainedNetwork(Generic[C]):
    """A network of an experiment and all that its training needs, built.

    Parameters
    ----------
    experiment : TrainingExperiment
    condition : Condition
    """

    def __init__(self, experiment: TrainingExperiment[C], condition: Condition[C]) -> None:
        self.experiment, self.condition, self.config = experiment, condition, condition.config
        self.streams = Streams(self.config.seed)
        self.model, self.rule = experiment.bound(self.config)
        self.material: Material = experiment.material(self.config, self.streams)
        n_steps, workers = experiment.n_steps(self.config), self.config.workers
        self.engine: Engine = build_engine(
            self.config.engine, self.model, n_steps, self.streams, workers
        )
        self.initial_weights = self.model.draw_weights(self.streams)
        self.engine.set_weights(self.initial_weights)
        self.weights: dict[str, NDArray[np.float64]] = self.initial_weights

    @cached_property
    def decoder(self) -> Decoder:
        """What decides from its output."""
        return self.experiment.decoder(self.config)

    @property
    def row(self) -> dict[str, str | float]:
        """Columns that its tables begin with, if its condition has a name."""
        named = self.condition.row
        return {**named, "seed": self.config.seed} if named else {}

    def trainer(self, callbacks: Sequence[Callback], checkpoint: Path | None = None) -> Trainer:
        """Trainer of the engine, as configured."""
        return Trainer(
            self.engine,
            self.rule,
            self.decoder if self.experiment.decides else None,
            self.experiment.training(self.config),
            self.experiment.learning_rate(self.config),
            self.streams,
            checkpoint=checkpoint,
            callbacks=callbacks,
        )

    def train(self, run: RunDirectory, callbacks: Sequence[Callback] = ()) -> TrainingResult:
        """Train, or go on with it, keeping checkpoint, metrics and selected weights."""
        resume = run.checkpoint.exists()
        if not resume:
            self.experiment.begin(self, run, callbacks)
        n_classes = list(self.engine.populations.values())[-1]
        remedies = Remedies.of(self.engine.model, self.experiment.rule(self.config))
        flow = partial(look, self.engine, self.rule, self.material.train)
        health = HealthMonitor(run.log, self.engine.n_steps, n_classes, remedies, flow)
        trainer = self.trainer([MetricsWriter(run, self.row), health, *callbacks], run.checkpoint)
        result = trainer.fit(self.material.train, self.material.validation, resume=resume)
        self.weights = result.weights
        run.write_weights(result.weights)
        return result

    def test(self, run: RunDirectory, split: str = "test") -> pd.DataFrame:
        """Run a split with the engine's weights; write its trials, and some of their spikes."""
        chosen = self.material.split(split)
        codes = self.experiment.codes(self.config)
        named = [{"decoder": code} if len(codes) > 1 else {} for code in codes]
        tables = [
            self.experiment.decided(self, chosen, code).assign(**column)
            for code, column in zip(codes, named, strict=True)
        ]
        trials = pd.concat(tables, ignore_index=True).assign(**self.row)
        run.write_trials(trials)
        sample = np.arange(min(SAMPLE, len(chosen)))
        run.write_spikes(self.engine.fixed().run(chosen.inputs, sample).to_frame())
        return trials

    def carry_out(self, run: RunDirectory, callbacks: Sequence[Callback] = ()) -> None:
        """Train, test and measure in an open run directory; frees trials and engine."""
        metrics = self.train(run, callbacks).metrics
        trials = self.test(run)
        self.experiment.measure(self, run)
        results = self._results(metrics, trials)
        run.write_table("results", results)
        if self.condition.name:
            said, seconds = self.experiment.told(results), results["seconds"].iloc[0]
            where = f"{self.condition.name}, seed {self.config.seed}"
            tell(run, callbacks, f"{where}: {said} ({seconds:.0f} s)")
        self.engine.close()
        del self.material, self.engine

    def _results(self, metrics: pd.DataFrame, trials: pd.DataFrame) -> pd.DataFrame:
        """Return a row a decoder: what training took, and what test trials gave."""
        seconds = float(metrics["seconds"].sum())
        common: dict[str, Any] = {
            **self.condition.row,
            "seed": self.config.seed,
            "learning_rate": self.experiment.learning_rate(self.config),
            "epochs": len(metrics),
            "seconds": seconds,
            "trials_per_second": len(self.material.train) * len(metrics) / seconds,
        }
        for name, best in (("validation_accuracy", max), ("validation_loss", min)):
            if name in metrics:
                common[name] = float(best(metrics[name]))
        codes, rows = self.experiment.codes(self.config), []
        for code in codes:
            mine = trials if len(codes) == 1 else trials[trials["decoder"] == code]
            found = {**self.experiment.judge(mine), **self.experiment.columns(self, mine)}
            rows.append({**common, "decoder": code, **found})
        return pd.DataFrame(rows)
