"""A study of classifiers learned by activations, by times of spikes, or by both.

Every condition is a method and a restriction: neurons that spike any number of times, or once a
trial at most. Each method has the loss and the decoder that go with it; every test trial is decided
by the earliest spike and by most spikes, from the same spikes.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

import pandas as pd
from pydantic import Field

from brainsnn.antlr import current_based_chain
from brainsnn.codes import DECODERS
from brainsnn.engine import Engine, build_engine
from brainsnn.errors import ConfigError
from brainsnn.evaluation import evaluate, summary
from brainsnn.learning.antlr.rule import CITATION
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.rules import AntlrConfig
from brainsnn.learning.schedules import Cosine
from brainsnn.model import Model
from brainsnn.records import RunDirectory, save_weights
from brainsnn.streams import Streams
from brainsnn.study import Study, StudyConfig
from brainsnn.synapses import Uniform
from brainsnn.training import HealthMonitor, Trainer, TrainingConfig
from brainsnn.trials import LabelledTrials
from protocols.antlr_page import abstract, claims, sections
from protocols.glm_study import append
from protocols.page import claims_with_notes, write_report

Method = Literal["activation", "timing", "antlr"]

#: Which decoder goes with what each method's loss asks for.
OWN_DECODER: Mapping[str, str] = {
    "activation": "rate",
    "timing": "first_spike",
    "antlr": "first_spike",
}


class AntlrStudyConfig(StudyConfig):
    """Settings that these studies have in common.

    Parameters
    ----------
    methods : tuple of {"activation", "timing", "antlr"}
        What is compared.
    restricted : tuple of bool, default (False, True)
        Whether neurons spike once a trial at most.
    hidden : int, default 800
        Neurons of the hidden layer.
    n_steps : int, default 100
        Steps of a trial as the paper counts them; the engine's has one more for each connection.
    initial : tuple of float, default (2, 3)
        First weights of the two connections are even between ± this / sqrt(fan-in).
    activation, timing, antlr : AntlrConfig
        The methods. What they say of the single spike, kernel steps and classes is set here.
    training : TrainingConfig
        Of every network; `monitor` is judged by the method's own decoder.
    """

    methods: tuple[Method, ...] = ("activation", "timing", "antlr")
    restricted: tuple[bool, ...] = (False, True)
    hidden: int = Field(default=800, ge=1)
    n_steps: int = Field(default=100, ge=2)
    initial: tuple[float, float] = (2.0, 3.0)
    activation: AntlrConfig = AntlrConfig(loss="count", lambda_tim=0)
    timing: AntlrConfig = AntlrConfig(lambda_act=0, silence_penalty=100, negligible=0.001)
    antlr: AntlrConfig = AntlrConfig(negligible=0.001)
    training: TrainingConfig = TrainingConfig(
        epochs=8,
        batch_size=16,
        update="simultaneous",
        optimiser=AdamConfig(),
        schedule=Cosine(),
        clip=1.0,
    )


@dataclass(frozen=True)
class Condition:
    """A method and whether neurons spike at most once.

    Parameters
    ----------
    method : {"activation", "timing", "antlr"}
    once : bool
    """

    method: Method
    once: bool

    @property
    def name(self) -> str:
        """Say it in words."""
        return f"{self.method}, {'one spike at most' if self.once else 'any number of spikes'}"

    def columns(self) -> dict[str, str]:
        """Return it as columns of a table."""
        spikes = "one at most" if self.once else "any number"
        return {"condition": self.name, "method": self.method, "spikes_a_neuron": spikes}


@dataclass(frozen=True)
class Splits:
    """Encoded trials of each split."""

    train: LabelledTrials
    validation: LabelledTrials
    test: LabelledTrials


S = TypeVar("S", bound=AntlrStudyConfig)


class AntlrStudy(Study[S]):
    """A study whose conditions are the methods, each with and without the restriction."""

    citation: ClassVar[str] = CITATION
    n_inputs: ClassVar[int]
    n_classes: ClassVar[int] = 10

    @abstractmethod
    def splits(self, config: S) -> Splits:
        """Load and encode the data."""

    def network(self, config: S, once: bool) -> Model:
        """Return the network, its biases 0."""
        sizes = {"input": self.n_inputs, "hidden": config.hidden, "output": self.n_classes}
        fan_ins = zip(config.initial, (self.n_inputs, config.hidden), strict=True)
        bounds = [scale * fan_in**-0.5 for scale, fan_in in fan_ins]
        coefficients = self._rule(config, Condition("antlr", once)).coefficients()
        initial = [Uniform(-bound, bound) for bound in bounds]
        return current_based_chain(self.name, sizes, coefficients, initial, once)

    def model(self, config: S) -> Model:
        """Return the network whose neurons spike any number of times."""
        return self.network(config, once=False)

    def _rule(self, config: S, condition: Condition) -> AntlrConfig:
        settings: AntlrConfig = getattr(config, condition.method)
        common = {"once": condition.once, "kernel_steps": config.n_steps}
        return settings.model_copy(update={**common, "n_classes": self.n_classes})

    def check(self, config: S) -> None:
        """Refuse methods whose neurons differ, rules that are impossible, and missing data."""
        rules = [getattr(config, method) for method in OWN_DECODER]
        if len({(rule.alpha_i, rule.alpha_v) for rule in rules}) > 1:
            raise ConfigError(
                "The methods learn the same network: alpha_i and alpha_v of activation, timing and "
                "antlr must be equal."
            )
        for method in config.methods:
            self._rule(config, Condition(method, False)).build({})

    def carry_out(self, config: S, run: RunDirectory, say: Callable[[str], None]) -> None:
        """Train and test every condition with every seed that the tables do not hold."""
        splits = self.splits(config)
        for once in config.restricted:
            model = self.network(config, once)
            with build_engine(config.engine, model, config.n_steps + 2) as engine:
                for seed in range(config.seed, config.seed + config.seeds):
                    for method in config.methods:
                        condition = Condition(method, once)
                        if not _has(run, condition, seed):
                            self._measure(config, condition, seed, engine, splits, run, say)

    def _measure(
        self,
        config: S,
        condition: Condition,
        seed: int,
        engine: Engine,
        splits: Splits,
        run: RunDirectory,
        say: Callable[[str], None],
    ) -> None:
        """Train with one seed, test, and add to the tables."""
        settings, streams = self._rule(config, condition), Streams(seed)
        engine.set_weights(engine.model.draw_weights(streams))
        stem = f"{condition.method}-{'once' if condition.once else 'free'}-{seed}"
        checkpoint = run.checkpoints / f"{stem}.npz"
        trainer = Trainer(
            engine,
            settings.build({}),
            DECODERS[OWN_DECODER[condition.method]](),
            config.training,
            settings.learning_rate,
            streams,
            checkpoint=checkpoint,
            callbacks=[HealthMonitor(run.log, engine.n_steps, self.n_classes)],
        )
        result = trainer.fit(splits.train, splits.validation, resume=checkpoint.exists())
        columns: dict[str, Any] = {**condition.columns(), "seed": seed}
        common = {**columns, **_training(result.metrics, settings, len(splits.train))}
        save_weights(run.path / f"weights-{stem}.npz", result.weights)
        trials = _decide(engine, splits.test)
        append(run, "learning", result.metrics.assign(**columns))
        append(run, "trials", trials.assign(**columns))
        rows = [{**common, "decoder": name, **_costs(part)} for name, part in _by_decoder(trials)]
        append(run, "results", pd.DataFrame(rows))
        checkpoint.unlink(missing_ok=True)
        found = ", ".join(f"{row['decoder']} {row['accuracy']:.2%}" for row in rows)
        spikes, seconds = rows[0]["spikes"], common["seconds"]
        say(f"{condition.name}, seed {seed}: {found}, {spikes:.0f} spikes ({seconds:.0f} s)")

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Means over all conditions, seeds and decoders."""
        return summary(run.trials())

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return the paper's claims beside our numbers."""
        found = claims(run.table("results"))
        run.write_table("claims", claims_with_notes(found))
        config = run.config(self.config)
        page = abstract(run.table("results"), config.training.epochs), found, sections(run)
        return write_report(self, run, config, *page)


def _decide(engine: Engine, trials: LabelledTrials) -> pd.DataFrame:
    """Trials table of each decoder, one below the other; the spikes are the same."""
    names = ("first_spike", "rate")
    tables = [evaluate(engine, trials, DECODERS[name]()).assign(decoder=name) for name in names]
    table = pd.concat(tables, ignore_index=True)
    return table.assign(
        spikes=table["spikes_hidden"] + table["spikes_output"],
        spikes_until=table["spikes_to_decision_hidden"] + table["spikes_to_decision_output"],
    )


def _by_decoder(trials: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(name), part) for name, part in trials.groupby("decoder", sort=True)]


def _training(metrics: pd.DataFrame, settings: AntlrConfig, n_trials: int) -> dict[str, float]:
    """What training took, and the best validation accuracy, on which weights were selected."""
    seconds = float(metrics["seconds"].sum())
    return {
        "learning_rate": settings.learning_rate,
        "epochs": len(metrics),
        "seconds": seconds,
        "images_per_second": n_trials * len(metrics) / seconds,
        "validation_accuracy": float(metrics["validation_accuracy"].max()),
    }


def _costs(trials: pd.DataFrame) -> dict[str, float]:
    """Accuracy columns and mean costs of the trials of one decoder."""
    spikes = {name: float(trials[name].mean()) for name in ("spikes", "spikes_until")}
    return {**summary(trials), **spikes}


def _has(run: RunDirectory, condition: Condition, seed: int) -> bool:
    """Whether the results hold a condition and seed already."""
    if not run.has_table("results"):
        return False
    table = run.table("results")
    return bool(((table["condition"] == condition.name) & (table["seed"] == seed)).any())
