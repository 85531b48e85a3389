"""The project's own question, asked of every rule at once: what a code costs, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import pandas as pd
from pydantic import Field, field_validator

from brainsnn.analysis.report import Claim
from brainsnn.errors import ConfigError
from brainsnn.experiment import (
    Condition,
    ExperimentConfig,
    Material,
    TrainedNetwork,
    TrainingExperiment,
)
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.rule import Rule
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Model
from brainsnn.protocols.atlas.methods import METHODS, Method
from brainsnn.protocols.atlas.page import chosen_rates, claims, sections
from brainsnn.protocols.atlas.tasks import TASKS, AtlasData, Task
from brainsnn.protocols.common.page import write_report
from brainsnn.records import RunDirectory
from brainsnn.registry import suggest
from brainsnn.streams import Streams
from brainsnn.training import TrainingConfig

BATCH = 16
"""Trials whose gradients are averaged, for every rule."""


class AtlasConfig(ExperimentConfig):
    """Settings of the experiment ``code-atlas``.

    Parameters
    ----------
    tasks, methods : tuple of str
        Names in `TASKS` and `METHODS`, all by default; pairs that make no sense are left out.
    factors : tuple of float, default (0.3, 1, 3)
        Of each rule's usual learning rate; that of the best mean validation accuracy is shown.
    budget : int, default 20000
        Training trials that each network is shown.
    data : AtlasData
    """

    protocol: Literal["code-atlas"] = "code-atlas"
    seeds: int = Field(default=3, ge=1)
    tasks: tuple[str, ...] = Field(default=tuple(TASKS), min_length=1)
    methods: tuple[str, ...] = Field(default=tuple(METHODS), min_length=1)
    factors: tuple[float, ...] = Field(default=(0.3, 1.0, 3.0), min_length=1)
    budget: int = Field(default=20_000, ge=1)
    data: AtlasData = AtlasData()

    @field_validator("tasks")
    @classmethod
    def _known_tasks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _known(names, TASKS, "task")

    @field_validator("methods")
    @classmethod
    def _known_methods(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _known(names, METHODS, "method")

    @property
    def task(self) -> Task:
        """The first task, which is that of a condition."""
        return TASKS[self.tasks[0]]

    @property
    def method(self) -> Method:
        """The first method, which is that of a condition."""
        return METHODS[self.methods[0]]


def _known(names: tuple[str, ...], known: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"no {kind} {unknown[0]!r}. {suggest(unknown[0], known)}")
    return tuple(dict.fromkeys(names))


class CodeAtlas(TrainingExperiment[AtlasConfig]):
    """The experiment; see the module's docstring."""

    name = "code-atlas"
    title = "An atlas of codes: every rule that goes with a code and a task, with one budget"
    summary = "Accuracy, time to decision and spikes of every rule, code and task that go together."
    citation: ClassVar[str] = "This project's own question; each rule's source is in its docstring."
    config = AtlasConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": (
            "seeds=1",
            'tasks=["table", "yin-yang"]',
            "factors=[1.0]",
            "budget=4000",
            "data.n_train=1000",
            "data.n_validation=200",
            "data.n_test=500",
        ),
    }

    def conditions(self, config: AtlasConfig) -> list[Condition[AtlasConfig]]:
        """Return every pair of task and method that goes together, with every factor."""
        return [
            _condition(config, task, method, factor)
            for task in config.tasks
            for method in config.methods
            if METHODS[method].goes_with(TASKS[task])
            for factor in config.factors
        ]

    def check(self, config: AtlasConfig) -> None:
        """Refuse settings of which nothing is left, and networks that cannot be built."""
        if min(config.factors) <= 0 or len(set(config.factors)) < len(config.factors):
            raise ConfigError(f"{self.name}: factors are above 0, each once: {config.factors}.")
        super().check(config)

    def model(self, config: AtlasConfig) -> Model:
        """Return the network, whose first weights follow from how many input spikes there are."""
        task, data = config.task, config.data
        return config.method.model(task, task.steps(data), task.active(data))

    def n_steps(self, config: AtlasConfig) -> int:
        """Length of a trial."""
        return config.method.length(config.task.steps(config.data))

    def sources(self, config: AtlasConfig) -> tuple[type, ...]:
        """Return the task's data set and encoder."""
        return config.task.sources

    def material(self, config: AtlasConfig, streams: Streams) -> Material:
        """Return the trials of the task."""
        return config.task.material(config.data, streams)

    def rule(self, config: AtlasConfig) -> Rule:
        """Return the method's rule."""
        return config.method.rule

    def code(self, config: AtlasConfig) -> str:
        """Return the method's code."""
        return config.method.code

    def learning_rate(self, config: AtlasConfig) -> float:
        """Return the rule's usual rate times the factor."""
        return config.factors[0] * config.method.learning_rate()

    def training(self, config: AtlasConfig) -> TrainingConfig:
        """Return as many passes as the budget allows, one at least."""
        n_train = config.task.n_train(config.data)
        return TrainingConfig(
            epochs=max(1, round(config.budget / n_train)),
            batch_size=BATCH,
            update="simultaneous",
            optimiser=AdamConfig(),
            schedule=Cosine(),
        )

    def columns(
        self,
        network: TrainedNetwork[AtlasConfig],
        trials: pd.DataFrame,
    ) -> dict[str, float]:
        """Return the mean number of spikes of a trial beyond the input's."""
        inputs = {population.name for population in network.model.inputs}
        inner = [f"spikes_{name}" for name in network.model.sizes if name not in inputs]
        return {"spikes": float(trials[inner].sum(axis=1).mean())}

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Return the mean accuracy of each task and method, at the rate chosen by validation."""
        best = chosen_rates(run.table("results"))
        means = best.groupby(["task", "method"], sort=False)["accuracy"].mean()
        return {f"accuracy_{' '.join(name)}": float(value) for name, value in means.items()}  # type: ignore[arg-type]

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figures and the report; return claims."""
        config, results = run.config(self.config), run.table("results")
        best = chosen_rates(results)
        found: list[Claim] = claims(best)
        abstract = (
            f"Every rule was shown about {config.budget} training trials in batches of {BATCH}, by "
            "Adam with a rate that falls to 0; of the factors "
            f"{', '.join(f'{k:g}' for k in config.factors)} of its usual rate the one with the "
            "best mean validation accuracy is shown. Within a task all have the same input spikes."
        )
        return write_report(self, run, config, abstract, found, sections(run, best))


def _condition(
    config: AtlasConfig, task: str, method: str, factor: float
) -> Condition[AtlasConfig]:
    """Return one of them."""
    found = METHODS[method]
    update = {"tasks": (task,), "methods": (method,), "factors": (factor,)}
    columns: dict[str, str | float] = {
        "task": TASKS[task].title,
        "method": method,
        "rule": found.title,
        "code": found.code.replace("_", " "),
        "factor": factor,
    }
    several = f", rate x {factor:g}" if len(config.factors) > 1 else ""
    return Condition(f"{task}, {method}{several}", config.model_copy(update=update), columns)


PROTOCOL = CodeAtlas()
