"""Iris by reward: the class whose neuron spikes first is rewarded or punished (Sboev et al. 2018).

Features are spike times of receptive fields; a neuron a class adds up what arrives, and the first
to spike holds the others back. Its synapses have then seen which inputs came before and which
after, and the reward says whether to move towards that (`TrialRewardSTDP`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.figures import plot_lines
from brainsnn.analysis.figures.lines import single
from brainsnn.analysis.paper import SBOEV
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.analysis.summary import summarise
from brainsnn.codes import FirstSpikeDecoder
from brainsnn.config import Config
from brainsnn.datasets import Iris, TableSet
from brainsnn.engine import Engine, build_engine
from brainsnn.experiment.experiment import (
    Condition,
    Experiment,
    ExperimentConfig,
    Work,
    seed_by_seed,
)
from brainsnn.learning.local import TrialRewardSTDP
from brainsnn.learning.schedules import Cosine
from brainsnn.network.connectivity import AllToOthers
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import SynapseModel, Uniform
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.protocols.common.receptive_fields import WITHIN, field_times
from brainsnn.records import RunDirectory
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Callback, Trainer, TrainingConfig
from brainsnn.training.evaluation import evaluate

DECIDER = FirstSpikeDecoder()

rivals = SynapseModel(
    "rivals", on_pre="v_post -= w", summary="A spike holds the target back by the weight."
)

_HELD_BACK = 1000.0
"""By how much, which no weights of inputs can make up for."""

_AFTER = 4.0
"""How much longer than the last input a trial is, in ms."""


class RewardNetwork(Config):
    """The network, and how features become spikes.

    Parameters
    ----------
    fields : int, default 16
        Receptive fields a feature.
    width : float, default 1.5
        Their deviation, in distances of two centres.
    threshold : float, default 7.2
        In weights, which are drawn from 0.4..0.6.
    dt : float, default 0.1
        In ms; two neurons that spike in one step are both rewarded.
    """

    fields: int = Field(default=16, ge=3)
    width: float = Field(default=1.5, gt=0)
    threshold: float = Field(default=7.2, gt=0)
    dt: float = Field(default=0.1, gt=0)

    @property
    def n_steps(self) -> int:
        """Length of a trial."""
        return round((WITHIN + _AFTER) / self.dt)

    def model(self, n_features: int, n_classes: int) -> Model:
        """The network, in which nothing learns yet."""
        neuron = integrate_and_fire_once.with_parameters(theta=self.threshold)
        made = Network(dt=self.dt * 1e-3, name="rstdp-iris")
        made.add("input", n_features * self.fields)
        made.add("output", n_classes, neuron)
        made.connect("input", "output", initialiser=Uniform(0.4, 0.6))
        held = Uniform(_HELD_BACK, _HELD_BACK)
        made.connect("output", "output", AllToOthers(), synapse=rivals, initialiser=held)
        return made

    def trials(self, part: TableSet) -> LabelledTrials:
        """Rows as spikes."""
        steps = np.rint(field_times(part.rows, self.fields, self.width) / self.dt)
        spikes = SpikeTrains.from_first_steps(steps.astype(np.int64), self.n_steps)
        return LabelledTrials(spikes, part.labels)


class RewardIrisConfig(ExperimentConfig):
    """Settings of the experiment ``rstdp-iris``.

    Parameters
    ----------
    punishments : tuple of float
        For wrong decisions, beside a reward of 1 for right ones; a condition each.
    network : RewardNetwork
    rule : TrialRewardSTDP
        Its `punishment` is one of `punishments`.
    epochs : int, default 20
        The learning rate falls to 0 along half a cosine.
    """

    protocol: Literal["rstdp-iris"] = "rstdp-iris"
    seeds: int = Field(default=10, ge=1)
    punishments: tuple[float, ...] = Field(default=(0.6, 0.0), min_length=1)
    network: RewardNetwork = RewardNetwork()
    rule: TrialRewardSTDP = TrialRewardSTDP(
        A_plus=0.05, A_minus=0.0125, tau_plus="8*ms", tau_minus="8*ms"
    )
    epochs: int = Field(default=20, ge=1)


class RewardIris(Experiment[RewardIrisConfig]):
    """The experiment; see the module's docstring."""

    name = "rstdp-iris"
    title = "Iris by reward: spike times, and STDP that rewards sign"
    summary = "Three neurons learn the species of flowers from being told right or wrong."
    citation: ClassVar[str] = SBOEV
    config = RewardIrisConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=2", "epochs=10", "punishments=[0.6]"),
    }

    def conditions(self, config: RewardIrisConfig) -> list[Condition[RewardIrisConfig]]:
        """Return the punishments."""
        return [
            Condition(
                f"punishment {value:g}" if value else "reward alone",
                config.model_copy(
                    update={
                        "punishments": (value,),
                        "rule": config.rule.model_copy(update={"punishment": value}),
                    }
                ),
                {"punishment": value},
            )
            for value in config.punishments
        ]

    def model(self, config: RewardIrisConfig) -> Model:
        """Return the network, with the rule's strings."""
        return config.rule.augment(config.network.model(len(Iris.features), len(Iris.classes)))

    def sources(self, config: RewardIrisConfig) -> tuple[Any, ...]:
        """Return the data set and the rule."""
        return (Iris, config.rule)

    def check(self, config: RewardIrisConfig) -> None:
        """Refuse missing data, and networks that cannot be."""
        Iris().load()
        self.model(config)

    def prepare(self, condition: Condition[RewardIrisConfig]) -> Work:
        """Teach the network, seed by seed."""
        return partial(_carry_out, self.model(condition.config), condition)

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Mean accuracy of each condition."""
        results = run.table("results")
        return {
            f"{name}, accuracy": float(part["accuracy"].mean())
            for name, part in results.groupby("condition", sort=False)
        }

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        config, results = run.config(self.config), run.table("results")
        abstract = (
            f"Three neurons, {config.network.fields} receptive fields a feature, taught for "
            f"{config.epochs} epochs of 90 rows by being told after each whether the first to "
            "spike was the right one. Nothing was selected: the last weights were kept, and 60 "
            "test rows read once. Settings were found on splits of other seeds."
        )
        table = Table(
            results, "A row a seed.", percent=("accuracy", "accuracy_ties_wrong", "train_accuracy")
        )
        sections = [_learning(run), Section("Seeds", "", (table,))]
        return write_report(self, run, config, abstract, _claims(results), sections)


def _carry_out(
    model: Model,
    condition: Condition[RewardIrisConfig],
    run: RunDirectory,
    callbacks: Sequence[Callback],
) -> None:
    config = condition.config

    def said(row: pd.Series) -> str:
        return f"{100 * row['accuracy']:.1f} % of test rows"

    with build_engine(config.engine, model, config.network.n_steps) as engine:
        seed_by_seed(condition, run, callbacks, partial(_of_seed, config, engine), said)


def _of_seed(config: RewardIrisConfig, engine: Engine, seed: int) -> dict[str, pd.DataFrame]:
    """Teach the network the rows of a seed's split; test rows are read when it is over."""
    streams = Streams(seed)
    splits = Iris().load(streams.fresh("split"))
    learned = config.network.trials(splits.train.joined(splits.validation))
    training = TrainingConfig(
        epochs=config.epochs, batch_size=1, schedule=Cosine(), monitor="train_accuracy"
    )
    rule = config.rule.bind(engine.model, DECIDER, engine.n_steps)
    trainer = Trainer(engine, rule, DECIDER, training, config.rule.learning_rate, streams)
    engine.set_weights(engine.model.draw_weights(streams))
    result = trainer.fit(learned)
    engine.set_weights(result.last_weights)
    row = {
        **summarise(evaluate(engine, config.network.trials(splits.test), DECIDER)),
        "epochs": config.epochs,
        "train_accuracy": summarise(evaluate(engine, learned, DECIDER))["accuracy"],
    }
    return {"results": pd.DataFrame([row]), "course": result.metrics[["epoch", "train_accuracy"]]}


def _claims(results: pd.DataFrame) -> list[Claim]:
    """Test accuracies; the paper's number is not known to this project."""
    return [
        claim_of(f"Test accuracy, {name}", None, 100 * part["accuracy"], "%")
        for name, part in results.groupby("condition", sort=False)
    ]


def _learning(run: RunDirectory) -> Section:
    """Accuracy over epochs, of the first seed."""
    course = run.table("course")
    part = course[course["seed"] == course["seed"].min()]
    lines = single(part.assign(right=100 * part["train_accuracy"]), "right")
    figure = plot_lines(lines, "epoch", "Epoch", "Decided rightly (%)")
    caption = "Training rows decided rightly while weights change, the first seed."
    drawn = picture(run, figure, "course", caption, "Accuracy over epochs.")
    return Section("Learning", "", (drawn,))


PROTOCOL = RewardIris()
