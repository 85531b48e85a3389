"""Networks with gated synapses: XOR after a delay, and signals repeated, by exact gradients."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.figures import plot_lines
from brainsnn.analysis.figures.lines import single
from brainsnn.analysis.figures.style import decades
from brainsnn.analysis.paper import GATED
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.experiment.experiment import (
    Condition,
    Experiment,
    ExperimentConfig,
    Work,
    seed_by_seed,
)
from brainsnn.learning.systems import GatedNetwork
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.protocols.gated.learning import GatedDescent, of_trials, taught
from brainsnn.protocols.gated.tasks import Coding, DelayedXor, GatedTask
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback

NAMES = {"xor": "XOR after a delay", "coding": "signals repeated"}
"""What tasks are called."""

SCORES = {"xor": "Trials that are right (%)", "coding": "Power that is explained (%)"}
"""And what they are judged by."""


class GatedConfig(ExperimentConfig):
    """Settings of the experiment ``gated-xor``.

    Parameters
    ----------
    tasks : tuple of {"xor", "coding"}
        A condition each.
    descent : GatedDescent
        Network, and how it is taught.
    xor : DelayedXor
    coding : Coding
    n_test : int, default 1000
        Trials drawn apart, read once, after learning.
    """

    protocol: Literal["gated-xor"] = "gated-xor"
    seeds: int = Field(default=3, ge=1)
    tasks: tuple[Literal["xor", "coding"], ...] = Field(default=("xor", "coding"), min_length=1)
    descent: GatedDescent = GatedDescent()
    xor: DelayedXor = DelayedXor()
    coding: Coding = Coding()
    n_test: int = Field(default=1000, ge=1)

    @property
    def task(self) -> GatedTask:
        """The first of the tasks."""
        return self.xor if self.tasks[0] == "xor" else self.coding


class GatedXor(Experiment[GatedConfig]):
    """The experiment; see the module's docstring."""

    name = "gated-xor"
    title = "Gated synapses: XOR after a delay, and signals repeated"
    summary = "Exact gradients through all spikes of recurrent networks, by a gate for a threshold."
    citation: ClassVar[str] = GATED
    config = GatedConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "descent.n=40", "descent.updates=120", "n_test=200"),
    }

    def conditions(self, config: GatedConfig) -> list[Condition[GatedConfig]]:
        """Return the tasks."""
        return [
            Condition(NAMES[task], config.model_copy(update={"tasks": (task,)}), {"task": task})
            for task in config.tasks
        ]

    def prepare(self, condition: Condition[GatedConfig]) -> Work:
        """Learn a task, seed by seed."""
        return partial(_carry_out, condition)

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Mean score of each task."""
        results = run.table("results")
        return {
            f"{name}, score": float(part["score"].mean())
            for name, part in results.groupby("condition", sort=False)
        }

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        config, results = run.config(self.config), run.table("results")
        how = config.descent
        abstract = (
            f"{how.n} recurrent neurons, whose synapses take up what passes a gate around the "
            f"spike in the place of a threshold, taught by Adam in {how.updates} updates of "
            f"{how.batch} trials drawn anew, along the exact gradient through all spikes. Nothing "
            f"was selected; {config.n_test} trials drawn apart were read once, after learning."
        )
        sections = [_section(run, config, name) for name in results["condition"].unique()]
        table = Table(results, "A row a task and seed.", percent=("score", "longer", "skipped"))
        sections.append(Section("Seeds", "", (table,)))
        return write_report(self, run, config, abstract, _claims(config, results), sections)


def _carry_out(
    condition: Condition[GatedConfig], run: RunDirectory, callbacks: Sequence[Callback]
) -> None:
    def said(row: pd.Series) -> str:
        return f"score {100 * row['score']:.1f} %"

    seed_by_seed(condition, run, callbacks, partial(_of_seed, condition.config), said)


def _of_seed(config: GatedConfig, seed: int) -> dict[str, pd.DataFrame]:
    """Teach a network, and try it on trials of its own, for XOR with longer delays too."""
    streams, task, how = Streams(seed), config.task, config.descent
    network, history = taught(how, task, streams["weights"], streams["trials"])
    test = task.draw(config.n_test, how.dt, streams["test"])
    phase, current = network.run(test.inputs)
    row = {
        "score": task.score(current @ network.w_out, test),
        "spikes_per_second": _rate(phase, how.dt),
        "skipped": 1 - history["made"].mean(),
    }
    if isinstance(task, DelayedXor):
        span = {"shortest": task.longest, "longest": 2 * task.longest}
        longer = task.model_copy(update=span)
        trials = longer.draw(config.n_test, how.dt, streams["longer"])
        row["longer"] = of_trials(network, longer, trials)
    shown = _shown(network, task, how.dt, streams.fresh("shown"))
    return {"results": pd.DataFrame([row]), "updates": history, "shown": shown}


def _rate(phase: NDArray[np.float64], dt: float) -> float:
    """Spikes a second and neuron: phases are in turns, and a turn is a spike."""
    seconds = dt * phase.shape[1] / 1000
    return float(np.floor(phase[:, -1] + 0.5).mean() / seconds)


def _shown(
    network: GatedNetwork, task: GatedTask, dt: float, rng: np.random.Generator
) -> pd.DataFrame:
    """The first output of one trial beside what is wanted."""
    trial = task.draw(1, dt, rng)
    output = network.run(trial.inputs)[1] @ network.w_out
    ms = dt * np.arange(output.shape[1])
    return pd.DataFrame({"ms": ms, "wanted": trial.wanted[0, :, 0], "output": output[0, :, 0]})


def _claims(config: GatedConfig, results: pd.DataFrame) -> list[Claim]:
    """Scores; the paper shows both tasks learned, and gives no number to put beside them."""
    found = []
    if "xor" in config.tasks:
        part, longest = results[results["task"] == "xor"], config.xor.longest
        text = f"XOR after a delay of up to {longest:g} ms, trials right"
        found.append(claim_of(text, None, 100 * part["score"], "%"))
        text = f"XOR after {longest:g} to {2 * longest:g} ms, which was never taught, trials right"
        found.append(claim_of(text, None, 100 * part["longer"], "%"))
    if "coding" in config.tasks:
        part = results[results["task"] == "coding"]
        text = "Signals repeated, power explained"
        found.append(claim_of(text, None, 100 * part["score"], "%"))
        found.append(claim_of("Spikes of a neuron", None, part["spikes_per_second"], "Hz"))
    return found


def _section(run: RunDirectory, config: GatedConfig, name: str) -> Section:
    """Score and length of the gradient over updates, and a trial of the first seed."""
    updates = run.table("updates")
    part = updates[updates["condition"] == name]
    label = SCORES[part["task"].iloc[0]]
    scored = part.dropna(subset="score").assign(score=lambda t: 100 * t["score"])
    finite = part[np.isfinite(part["norm"])]
    told = f"{name}: what is longer than {config.descent.exploded:g} is not followed"
    pictures = (
        _over_updates(run, scored, "score", label, f"{name}: on the trials of an update"),
        _over_updates(run, finite, "norm", "Length of the gradient", told),
        _trial(run, name),
    )
    return Section(name, "", pictures)


def _over_updates(
    run: RunDirectory, part: pd.DataFrame, measure: str, label: str, caption: str
) -> Picture:
    lines = single(part.assign(line=_seed_of), measure)
    figure = plot_lines(lines, "update", "Update", label, code="line")
    if measure == "norm":
        figure.axes[0].set_yscale("log")
        decades(figure.axes[0].yaxis)
    name = f"{measure}_{part['task'].iloc[0]}"
    return picture(run, figure, name, f"{caption}; a line a seed.", f"{label}, over updates.")


def _seed_of(rows: pd.DataFrame) -> pd.Series:
    return "seed " + rows["seed"].astype(str)


def _trial(run: RunDirectory, name: str) -> Picture:
    shown = run.table("shown")
    part = shown[(shown["condition"] == name) & (shown["seed"] == shown["seed"].min())]
    lines = part.melt(id_vars="ms", value_vars=["wanted", "output"], var_name="line")
    figure = plot_lines(single(lines, "value"), "ms", "Time (ms)", "Output", code="line")
    caption = f"{name}: one trial of the first seed, drawn apart."
    return picture(run, figure, f"trial_{part['task'].iloc[0]}", caption, "Output over time.")


PROTOCOL = GatedXor()
