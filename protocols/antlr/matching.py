"""Random spike-train matching by three methods, and their landscapes (ANTLR, Figures 5 and 6)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.landscape import grid_of, resemblance
from brainsnn.analysis.report import Claim
from brainsnn.config import Config
from brainsnn.engine import Engine, build_engine
from brainsnn.errors import ConfigError
from brainsnn.experiment.experiment import Condition, Experiment, ExperimentConfig, Work, tell
from brainsnn.learning.antlr import Antlr
from brainsnn.learning.optimisers import AdamConfig, OptimiserConfig
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Coefficients
from brainsnn.network.synapses import Uniform, current
from brainsnn.protocols.antlr import matching_page as page
from brainsnn.protocols.antlr.tasks import RULES, SURVEYED, Descent, Sizes, draw_task, landscape
from brainsnn.protocols.common.page import write_report
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback


class LandscapeConfig(Config):
    """Which landscapes are surveyed.

    Parameters
    ----------
    tasks : int, default 10
        The first so many, of the networks with the fewest outputs.
    points : int, default 21
        Of the grid along each direction.
    every : int, default 10
        Updates between the points of ANTLR's way whose gradients give the directions.
    """

    tasks: int = Field(default=10, ge=0)
    points: int = Field(default=21, ge=2)
    every: int = Field(default=10, ge=1)


class AntlrMatchingConfig(ExperimentConfig):
    """Settings of the experiment ``antlr-matching``.

    Parameters
    ----------
    seeds : int, default 100
        Random tasks.
    outputs, target_spikes : tuple of int
        Sizes of the output, and spikes wanted of each; every pair is a condition.
    inputs, input_spikes : int
        Input neurons, and spikes of each.
    hidden : tuple of int
        Neurons of each hidden layer.
    n_steps : int, default 100
        Length of a trial.
    alpha_i, alpha_v : float
        Decays of the neuron; its scales are normalised.
    shift : float, default 0
        First weights are drawn evenly between -1 and 1, over the root of the number of inputs of
        a neuron, as the authors' program draws them; this, over that number, is added.
    updates : int, default 500
    learning_rate : float, default 1e-3
    optimiser : OptimiserConfig, default Adam
    clip : float, default 1
        Each entry of a gradient is cut to plus or minus this.
    landscape : LandscapeConfig
    """

    protocol: Literal["antlr-matching"] = "antlr-matching"
    seeds: int = Field(default=100, ge=1)
    outputs: tuple[int, ...] = Field(default=(1, 5), min_length=1)
    target_spikes: tuple[int, ...] = Field(default=(1, 3), min_length=1)
    inputs: int = Field(default=10, ge=1)
    input_spikes: int = Field(default=10, ge=1)
    hidden: tuple[int, ...] = (50, 50)
    n_steps: int = Field(default=100, ge=2)
    alpha_i: float = Field(default=0.95, ge=0, le=1)
    alpha_v: float = Field(default=0.95, ge=0, le=1)
    shift: float = 0.0
    updates: int = Field(default=500, ge=2)
    learning_rate: float = Field(default=1e-3, gt=0)
    optimiser: OptimiserConfig = AdamConfig()
    clip: float = Field(default=1.0, gt=0)
    landscape: LandscapeConfig = LandscapeConfig()

    def network(self, outputs: int) -> Model:
        """Return the network with so many outputs."""
        hidden = {f"hidden{k}": n for k, n in enumerate(self.hidden, start=1)}
        sizes = {"input": self.inputs, **hidden, "output": outputs}
        first = [
            Uniform(self.shift / n - n**-0.5, self.shift / n + n**-0.5)
            for n in list(sizes.values())[:-1]
        ]
        return Network(
            sizes,
            self.coefficients.layers(len(sizes) - 1),
            synapse=current,
            initialiser=first,
            name=self.protocol,
        ).frozen()

    @property
    def coefficients(self) -> Coefficients:
        """Those of every neuron."""
        return Coefficients(self.alpha_i, self.alpha_v).normalised(self.n_steps)

    @property
    def descent(self) -> Descent:
        """How weights go down."""
        steps = (self.learning_rate, self.clip, self.updates)
        return Descent(self.coefficients, self.optimiser, *steps)

    @property
    def task_sizes(self) -> Sizes:
        """What the tasks of a condition are like."""
        outputs, spikes = self.outputs[0], self.target_spikes[0]
        return Sizes(self.inputs, outputs, self.input_spikes, spikes, self.n_steps)


class AntlrMatching(Experiment[AntlrMatchingConfig]):
    """The experiment; see the module's docstring."""

    name = "antlr-matching"
    title = "Spike-train matching by activations, by times, and by both"
    summary = "Three methods learn random target trains; the true and the estimated landscapes."
    citation = Antlr.citation
    config = AntlrMatchingConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=5", "updates=200", "landscape.tasks=1", "landscape.points=11"),
    }

    def model(self, config: AntlrMatchingConfig) -> Model:
        """Return the network with the most outputs."""
        return config.network(max(config.outputs))

    def sources(self, config: AntlrMatchingConfig) -> tuple[Antlr]:  # noqa: ARG002
        """Return the rule."""
        return (Antlr(),)

    def check(self, config: AntlrMatchingConfig) -> None:
        """Refuse trains with more spikes than a trial has steps."""
        most = max(config.input_spikes, *config.target_spikes)
        if min(config.target_spikes) < 1 or most > config.n_steps:
            raise ConfigError(
                f"input_spikes = {config.input_spikes} and target_spikes = {config.target_spikes} "
                f"are not possible: each must be in 1..{config.n_steps}, the steps of a trial."
            )
        if min(config.outputs) < 1:
            raise ConfigError(f"outputs = {config.outputs}: each must be 1 or more.")

    def conditions(self, config: AntlrMatchingConfig) -> list[Condition[AntlrMatchingConfig]]:
        """Return every network with every number of target spikes."""
        pairs = [(n, spikes) for n in config.outputs for spikes in config.target_spikes]
        return [_condition(config, n, spikes) for n, spikes in pairs]

    def prepare(self, condition: Condition[AntlrMatchingConfig]) -> Work:
        """Let every method learn every task, then survey landscapes."""
        return partial(_carry_out, condition)

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Mean last loss of each method, over conditions."""
        means = run.table("results").groupby("method")["loss"].mean()
        return {f"loss_{method}": float(value) for method, value in means.items()}

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return the paper's claims beside our numbers."""
        config = run.config(self.config)
        claims: list[Claim] = page.claims(run)
        parts = page.abstract(run, config.seeds), claims, page.sections(run)
        return write_report(self, run, config, *parts)


def _condition(
    config: AntlrMatchingConfig, outputs: int, spikes: int
) -> Condition[AntlrMatchingConfig]:
    """A network and its target spikes; landscapes are of those with the fewest outputs."""
    sizes = "-".join(map(str, config.network(outputs).sizes.values()))
    each = "1 target spike" if spikes == 1 else f"{spikes} target spikes"
    update: dict[str, Any] = {"outputs": (outputs,), "target_spikes": (spikes,)}
    if outputs > min(config.outputs):
        update["landscape"] = config.landscape.model_copy(update={"tasks": 0})
    return Condition(f"{sizes}, {each}", config.model_copy(update=update))


def _carry_out(
    condition: Condition[AntlrMatchingConfig], run: RunDirectory, callbacks: Sequence[Callback]
) -> None:
    config = condition.config
    model = config.network(config.outputs[0])
    with build_engine(config.engine, model, config.n_steps + len(model.connections)) as engine:
        for seed in config.all_seeds:
            if not run.holds("tasks", seed=seed):
                losses, learned = _learn(config, engine, seed)
                added = {"losses": losses, "tasks": pd.DataFrame(learned)}
                _append(run, condition, added)
        _sum_up(condition, run, callbacks)
        for seed in list(config.all_seeds)[: config.landscape.tasks]:
            if not run.holds("resemblance", seed=seed):
                _append(run, condition, _survey(config, engine, seed))
                tell(run, callbacks, f"{condition.name}: landscape of task {seed}")


def _append(
    run: RunDirectory, condition: Condition[Any], tables: Mapping[str, pd.DataFrame]
) -> None:
    run.append_tables({k: part.assign(network=condition.name) for k, part in tables.items()})


def _sum_up(
    condition: Condition[AntlrMatchingConfig], run: RunDirectory, callbacks: Sequence[Callback]
) -> None:
    """Write the table ``results``, a row a method."""
    config, name = condition.config, condition.name
    by = run.table("tasks").groupby("method", sort=False)
    means = by[["first", "last", "seconds"]].mean()
    rows = [
        {
            "condition": f"{name}, {method}",
            "network": name,
            "method": method,
            "seed": config.seed,
            "epochs": config.updates,
            "seconds": config.seeds * row["seconds"],
            "loss": row["last"],
        }
        for method, row in means.iterrows()
    ]
    run.write_table("results", pd.DataFrame(rows))
    fell = ", ".join(f"{m} {r['first']:.3f} to {r['last']:.4f}" for m, r in means.iterrows())
    tell(run, callbacks, f"{name}: {fell}")


def _survey(config: AntlrMatchingConfig, engine: Engine, seed: int) -> dict[str, pd.DataFrame]:
    """Tables of the landscape of a task."""
    settings, streams = config.landscape, Streams(seed)
    task = draw_task(config.task_sizes, streams)
    first = engine.model.draw_weights(streams)
    grid = (settings.points, settings.every)
    table, way = landscape(engine, config.descent, task, first, *grid)
    true = grid_of(table, "true")[2]
    rows = [
        {"seed": seed, "method": m, **resemblance(true, grid_of(table, m)[2])} for m in SURVEYED
    ]
    drawn = {"landscape": table, "way": way} if seed == config.seed else {}
    return {"resemblance": pd.DataFrame(rows), **drawn}


def _learn(
    config: AntlrMatchingConfig, engine: Engine, seed: int
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Let every method learn a task; losses at some updates, and a row a method."""
    kept, streams = _kept(config.updates), Streams(seed)
    task = draw_task(config.task_sizes, streams)
    first = engine.model.draw_weights(streams)
    curves, rows = [], []
    for method in RULES:
        begin = time.perf_counter()
        losses, _ = config.descent.run(engine, task, method, first)
        row: dict[str, object] = {"seed": seed, "method": method, "silence": task.silence}
        row |= {"first": losses[0], "last": losses[-page.LAST :].mean(), "mean": losses.mean()}
        row |= {"solved": bool(losses[-1] == 0), "seconds": time.perf_counter() - begin}
        rows.append(row)
        values = {"method": method, "seed": seed, "update": kept, "loss": losses[kept]}
        curves.append(pd.DataFrame(values))
    return pd.concat(curves, ignore_index=True), rows


def _kept(updates: int) -> np.ndarray:
    """Return the updates whose losses are kept: dense at first, then a hundred a decade."""
    return np.unique(np.geomspace(1, updates + 1, 120).round().astype(int)) - 1


PROTOCOL = AntlrMatching()
