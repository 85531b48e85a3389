"""What is shown of the atlas: a figure a task, a table, and the codes' best beside each other."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from brainsnn.analysis.figures import plot_atlas
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.page import picture
from brainsnn.records import RunDirectory

SHOWN = {
    "accuracy": "mean",
    "tie_fraction": "mean",
    "silent_fraction": "mean",
    "decision_step": "mean",
    "spikes": "mean",
    "synaptic_operations": "mean",
    "seconds": "mean",
    "factor": "first",
}
"""Columns of the table, and how seeds are brought together."""


def chosen_rates(results: pd.DataFrame) -> pd.DataFrame:
    """Rows of the factor that has the best mean validation accuracy, of each task and method."""
    keys = ["task", "method", "factor"]
    means = results.groupby(keys, sort=False)["validation_accuracy"].mean().reset_index()
    best = means.loc[means.groupby(["task", "method"], sort=False)["validation_accuracy"].idxmax()]
    return results.merge(best[keys], on=keys)


def claims(best: pd.DataFrame) -> list[Claim]:
    """Test accuracy of the best rule of each code, chosen by validation, for each task."""
    found = []
    for (task, code), part in best.groupby(["task", "code"], sort=False):
        by_method = part.groupby("method")["validation_accuracy"].mean()
        mine = part[part["method"] == by_method.idxmax()]
        text = f"{task}, {code}, by {mine['rule'].iloc[0]}"
        found.append(claim_of(f"Test accuracy, {text}", None, 100 * mine["accuracy"], "%"))
    return found


def sections(run: RunDirectory, best: pd.DataFrame) -> Sequence[Section]:
    """A section a task."""
    return [_task(run, str(task), part) for task, part in best.groupby("task", sort=False)]


def _task(run: RunDirectory, task: str, part: pd.DataFrame) -> Section:
    """Accuracy against time to decision and against spikes, and the numbers."""
    figure = plot_atlas(part, {"decision_step": "Decision (step)", "spikes": "Spikes of a trial"})
    caption = (
        f"{task}: test accuracy against the mean step of the decision and against the spikes of "
        "hidden and output neurons in a trial. A point is a rule, mean and range of the seeds; "
        "colours are the codes that it learns by and is read by."
    )
    alt = f"Points of accuracy against decision step and spikes, {task}."
    drawn = picture(run, figure, task.lower().replace(" ", "-"), caption, alt)
    columns = {k: how for k, how in SHOWN.items() if k in part}
    table = part.groupby(["rule", "code"], sort=False).agg(columns).reset_index()
    shares = tuple(name for name in columns if name == "accuracy" or name.endswith("fraction"))
    text = "Means over seeds; factor: of the rule's usual learning rate, chosen by validation."
    return Section(task, "", (drawn, Table(table, text, percent=shares)))
