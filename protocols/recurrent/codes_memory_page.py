"""The page of ``codes-memory``: codes side by side, under noise, and what is told over time."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves, plot_lines
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.experiment import Experiment
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory

KINDS = {
    "jitter": "Largest shift of input spikes (steps)",
    "deletion": "Share of input spikes left out",
    "noise": "Deviation of the weights' factors",
}

SHOWN = ("accuracy", "tie_fraction", "silent_fraction", "decision_step", "hidden_spikes")


def conclude(experiment: Experiment[Any], run: RunDirectory, config: Any) -> pd.DataFrame:
    """Write figures and page; return what of it is shown at the end of a run."""
    abstract = (
        f"Networks of {config.network.size} recurrent neurons, {config.network.n_adaptive} of them "
        f"adaptive, said whether a cue was the one shown {config.delay} ms before, each by one "
        f"code of its outputs, all else the same. They learned by {config.bptt.name} for "
        f"{config.training.epochs} epochs; weights were selected on validation trials."
    )
    results = run.table("results")
    sections = [_codes(results), *_noise(run), _told(run)]
    return write_report(experiment, run, config, abstract, _claims(run, results), sections)


def _claims(run: RunDirectory, results: pd.DataFrame) -> list[Claim]:
    """Accuracy, time and spikes of each code, and what the most noise costs it."""
    found = []
    for name, part in results.groupby("condition", sort=False):
        found.append(claim_of(f"Test accuracy, {name}", None, 100 * part["accuracy"], "%"))
        steps = part["decision_step"]
        found.append(claim_of(f"Step of the decision, {name}", None, steps, "", digits=0))
        spikes = part["hidden_spikes"]
        found.append(claim_of(f"Hidden spikes of a trial, {name}", None, spikes, "", digits=0))
    table = run.table("robustness")
    for keys, part in table.groupby(["condition", "kind"], sort=False):
        condition, kind = keys
        by_seed = part.pivot_table(index="seed", columns="level", values="accuracy")
        if by_seed.shape[1] > 1:
            loss = 100 * (by_seed.iloc[:, 0] - by_seed.iloc[:, -1])
            text = f"Accuracy lost by a {kind} of {by_seed.columns[-1]:g}, {condition}"
            found.append(claim_of(text, None, loss, "points", higher_is_better=False))
    return found


def _codes(results: pd.DataFrame) -> Section:
    """Codes side by side."""
    columns = [name for name in SHOWN if name in results]
    table = results.groupby("code", sort=False)[columns].mean().reset_index()
    shares = tuple(name for name in columns if name == "accuracy" or name.endswith("fraction"))
    return Section("Codes", "", (Table(table, "Means over seeds.", percent=shares),))


def _noise(run: RunDirectory) -> list[Section]:
    """Accuracy against each kind of noise."""
    table, found = run.table("robustness"), []
    for kind, part in table.groupby("kind", sort=False):
        label = KINDS[str(kind)]
        line = curve(part, "level", "accuracy", ("code",))
        figure = plot_curves(line, "level", "test accuracy", label, code="code")
        caption = f"{label}: test accuracy, means of seeds with 95 % intervals."
        alt = f"Lines of test accuracy against {kind}, by code."
        drawn = picture(run, figure, str(kind), caption, alt)
        found.append(Section(str(kind).capitalize(), "", (drawn,)))
    return found


def _told(run: RunDirectory) -> Section:
    """What populations tell in each window."""
    table = run.table("told").dropna()
    items = []
    for (code, asked), part in table.groupby(["code", "asked"], sort=False):
        line = curve(part, "start", "accuracy", ("population",))
        figure = plot_lines(line, "start", "Window from step", "Decoded", code="population")
        caption = (
            f"Network of the code {code}: share of test trials whose {asked} is told by a linear "
            "decoder of spike counts in a window, cross-validated; chance is a half."
        )
        name = f"told-{code}-{asked}".replace(" ", "-")
        items.append(picture(run, figure, name, caption, "Lines of decoded share against time."))
    return Section("What is told over time", "", tuple(items))
