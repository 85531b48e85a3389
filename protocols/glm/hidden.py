"""GLM networks with hidden neurons learn, by three factors, what they cannot learn without.

(Jang, Simeone, Gardner and Gruening 2019.)
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.paper import GLM_HIDDEN
from brainsnn.codes import RateDecoder
from brainsnn.engine import Engine
from brainsnn.experiment.experiment import (
    Condition,
    Experiment,
    ExperimentConfig,
    Work,
)
from brainsnn.experiment.in_engine import seeds_in_engine
from brainsnn.learning.glm.hidden.model import hidden_model
from brainsnn.learning.glm.hidden.rule import BoundHidden, HiddenLikelihood
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.network.model import Model
from brainsnn.protocols.glm import hidden_page
from brainsnn.protocols.glm.hidden_tasks import TASKS, Task
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig
from brainsnn.training.evaluation import evaluate

TaskName = Literal["parity", "repeat"]


class HiddenConfig(ExperimentConfig):
    """Settings of the experiment ``glm-hidden``.

    Parameters
    ----------
    tasks : tuple of {"parity", "repeat"}
        A class to be told, and trains to be generated.
    hidden : tuple of int, default (0, 8)
        Hidden neurons; 0 is the plain GLM network, taught by the same rule.
    n_steps : int, default 20
    n_train, n_test : int, default 300 and 1000
        Trials, drawn.
    bound : float, default 1
        Of first weights.
    rule : HiddenLikelihood
    training : TrainingConfig
        The weights at the end are kept.
    """

    protocol: Literal["glm-hidden"] = "glm-hidden"
    seeds: int = Field(default=3, ge=1)
    tasks: tuple[TaskName, ...] = Field(default=("parity", "repeat"), min_length=1)
    hidden: tuple[int, ...] = Field(default=(0, 8), min_length=1)
    n_steps: int = Field(default=20, ge=4)
    n_train: int = Field(default=300, ge=4)
    n_test: int = Field(default=1000, ge=1)
    bound: float = Field(default=1.0, ge=0)
    rule: HiddenLikelihood = HiddenLikelihood(learning_rate=0.1, gap=0, kappa=0.3)
    training: TrainingConfig = TrainingConfig(
        epochs=25,
        batch_size=10,
        update="simultaneous",
        optimiser=AdamConfig(),
        monitor="epoch",
    )

    @property
    def task(self) -> Task:
        """The first task: that of a condition."""
        return TASKS[self.tasks[0]]


class Hidden(Experiment[HiddenConfig]):
    """The experiment; see the module's docstring."""

    name = "glm-hidden"
    title = "Hidden neurons of GLM networks"
    summary = "A class told and trains generated with hidden neurons, and without."
    citation: ClassVar[str] = GLM_HIDDEN
    config = HiddenConfig
    total: ClassVar[tuple[str, str]] = ("right", "right, ")
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "tasks=['repeat']", "training.epochs=15", "hidden=[0, 8]"),
    }

    def model(self, config: HiddenConfig) -> Model:
        """Return the network of a condition."""
        task = config.task
        sizes = task.inputs, config.hidden[-1], task.outputs
        return hidden_model(sizes, task.kernel, task.feedback, self.name, config.bound)

    def sources(self, config: HiddenConfig) -> tuple[HiddenLikelihood]:
        """Return the rule."""
        return (config.rule,)

    def conditions(self, config: HiddenConfig) -> list[Condition[HiddenConfig]]:
        """Return every task with every number of hidden neurons."""
        return [
            Condition(
                f"{task}, {n} hidden",
                config.model_copy(update={"tasks": (task,), "hidden": (n,)}),
                {"task": task, "hidden": n},
            )
            for task in config.tasks
            for n in config.hidden
        ]

    def prepare(self, condition: Condition[HiddenConfig]) -> Work:
        """Build the network; each seed draws trials and learns."""
        return partial(seeds_in_engine, condition, self.model(condition.config), _learn, _said)

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        return hidden_page.write(self, run, run.config(self.config))


def _said(found: Any) -> str:
    return f"{found['right']:.1%} right"


def _learn(config: HiddenConfig, engine: Engine, streams: Streams) -> Mapping[str, pd.DataFrame]:
    """Let a network learn; tables ``results`` (a row) and ``learning``, loss by epochs."""
    task, engine.streams = config.task, streams
    engine.set_weights(engine.model.draw_weights(streams))
    train, test = (task.draw(streams[name], n, config.n_steps) for name, n in _parts(config))
    decoder = RateDecoder() if task.classes else None
    settings = config.rule.model_copy(update={"wanted": "classes" if task.classes else "trains"})
    rule = settings.bind(engine.model, decoder, config.n_steps, type(train.targets))
    assert isinstance(rule, BoundHidden)
    given = engine, rule, decoder, config.training, settings.learning_rate, streams
    metrics = Trainer(*given).fit(train).metrics
    right, loss = _tried(engine, rule, decoder, test)
    row = {"epochs": len(metrics), "right": right, "loss": loss / config.n_steps}
    row["accuracy"] = right if task.classes else np.nan
    return {
        "results": pd.DataFrame([row]),
        "learning": metrics[["epoch", "loss"]].assign(loss=metrics["loss"] / config.n_steps),
    }


def _parts(config: HiddenConfig) -> tuple[tuple[str, int], ...]:
    return ("train", config.n_train), ("test", config.n_test)


def _tried(
    engine: Engine, rule: BoundHidden, decoder: RateDecoder | None, test: LabelledTrials
) -> tuple[float, float]:
    """Share of test trials decided, or of bins generated, rightly; mean loss of a trial.

    All neurons spike as they do. Ties and silence are wrong; by the loss, outputs are clamped.
    """
    everything = np.arange(len(test))
    recording = rule.observe(engine.run(test.inputs, everything), engine.weights)
    wanted = test.targets.of(everything)
    loss = float(rule.loss(recording, wanted).mean())
    if decoder is None:
        alike = rule.spikes(recording) == rule.wanted(recording, wanted)
        return float(alike.mean()), loss
    decided = evaluate(engine, test, decoder, rule=rule)
    sure = ~decided["tie"] & ~decided["silent"]
    return float(((decided["decision"] == decided["label"]) & sure).mean()), loss


PROTOCOL = Hidden()
