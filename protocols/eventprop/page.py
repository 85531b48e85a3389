"""Sections of the reports: networks, learning, and the plane of decisions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves, plot_plane_classes, plot_plane_values
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.protocols.common.claims import direction_of
from brainsnn.protocols.common.page import picture
from brainsnn.records import RunDirectory

SHARES = (
    "accuracy",
    "accuracy_ties_wrong",
    "accuracy_ties_right",
    "silent_fraction",
    "validation_accuracy",
)
COSTS = ("decision_ms", "hidden_spikes", "spikes_to_decision", "seconds")


def networks(run: RunDirectory, decided: str) -> Section:
    """A row a network: accuracies under each rule for ties, time, spikes and what it took.

    Parameters
    ----------
    run : RunDirectory
    decided : str
        How decisions are made.
    """
    results = run.table("results")
    digits = {**dict.fromkeys(SHARES, 2), **dict.fromkeys(COSTS, 1)}
    rows = results[["condition", "seed", *SHARES, *COSTS]]
    items = [Table(rows, "A row a network.", percent=SHARES, digits=digits)]
    if run.has_table("speed"):
        taken = run.table("speed").groupby("condition", sort=False).mean(numeric_only=True)
        shown = taken[["running_microseconds", "learning_microseconds"]].reset_index()
        text = (
            "Microseconds of processor time a trial, one thread, means of seeds: of running it, "
            "and of running it and learning from it."
        )
        items.append(Table(shown, text, digits=dict.fromkeys(shown.columns[1:], 0)))
    return Section("Networks", decided, tuple(items))


def difference(results: pd.DataFrame) -> list[Claim]:
    """By how much exact gradients are more accurate, where both rules were tried."""
    by_seed = 100 * results.pivot_table(index="seed", columns="condition", values="accuracy")
    if not {"eventprop", "bptt"} <= set(by_seed):
        return []
    gain = by_seed["eventprop"] - by_seed["bptt"]
    return [direction_of("Accuracy of exact minus surrogate", gain, "points", digits=2)]


def learned(run: RunDirectory) -> Section:
    """Validation accuracy over epochs, a line a rule."""
    table = curve(run.metrics(), "epoch", "validation_accuracy", ("condition",))
    figure = plot_curves(table, "epoch", "validation accuracy", "Epoch", code="condition")
    caption = (
        "Accuracy on validation trials after each epoch, ties broken as in the decisions; means of "
        "seeds with 95 % intervals."
    )
    alt = "Lines of validation accuracy against the epoch, one a rule."
    return Section("Learning", "", (picture(run, figure, "learning", caption, alt),))


def plane(run: RunDirectory, classes: Sequence[str], step: float, n_steps: int) -> Section:
    """Decisions and first spikes over the plane, of the first seed."""
    table = run.table("plane")
    mine = table[table["seed"] == table["seed"].min()]
    rules = list(mine["condition"].unique())
    wide = mine.pivot_table(index=["x", "y", "label"], columns="condition", values="decision")
    figure = plot_plane_classes(wide.reset_index(), rules, classes, "label")
    caption = (
        "Class of the output that spikes first, over the disc; one network a rule. Dark dots: "
        "decided for another class than the true one."
    )
    alt = "Discs coloured by decision, one a rule: the sign of yin and yang."
    items = [picture(run, figure, "decisions", caption, alt)]
    for rule, part in mine.groupby("condition", sort=False):
        items.append(_first_spikes(run, part, str(rule), classes, step, n_steps))
    return Section("The plane", "", tuple(items))


def _first_spikes(
    run: RunDirectory,
    mine: pd.DataFrame,
    rule: str,
    classes: Sequence[str],
    step: float,
    n_steps: int,
) -> Picture:
    """When each output first spikes; silent ones are left out."""
    steps = {name: mine[f"first_step_{k}"] for k, name in enumerate(classes)}
    times = {name: step * (first + 1).where(first < n_steps) for name, first in steps.items()}
    figure = plot_plane_values(mine[["x", "y"]].assign(**times), classes, "First spike (ms)")
    caption = f"Time of each output's first spike, taught by {rule}; empty where it is silent."
    alt = f"Discs coloured by the time of the first spike of each output, {rule}."
    return picture(run, figure, f"first_spikes_{rule}", caption, alt)
