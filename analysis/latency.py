"""When neurons fire, when the network decides, and how many spikes a decision takes.

Decision steps and first-spike steps are integers from 0; a neuron that stays silent, and a trial in
which every output does, counts with `n_steps`, as in the trials table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.summary import COSTS
from brainsnn.analysis.tables import (
    TableError,
    class_names,
    first_step_columns,
    flags,
    named,
    populations_of,
    require,
    whole_numbers,
)


def decisions_by_class(trials: pd.DataFrame, classes: Sequence[str] | None = None) -> pd.DataFrame:
    """Mean decision step and spikes to decision for each class and overall (S4NN, Table 4).

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials table; needs label, decision_step, spikes_to_decision. Synaptic operations and the
        spikes of single populations are averaged too where they are recorded.
    classes : sequence of str, optional
        Names of the classes in the order of the labels.

    Returns
    -------
    pandas.DataFrame
        Columns class, trials, label_step (where first steps are recorded: `label_steps`),
        decision_step, spikes_to_decision, ...: means over the trials of a class; the last row,
        class ``"all"``, is the mean over all trials.
    """
    require(trials, ("label", "decision_step", "spikes_to_decision"), "trials")
    trials = trials.assign(label=whole_numbers(trials, "label", 0, "trials"))
    spikes = [f"spikes_to_decision_{name}" for name in populations_of(trials)]
    if "first_step_0" in trials.columns:
        trials = trials.assign(label_step=label_steps(trials))
    columns = [name for name in ("label_step", *COSTS, *spikes) if name in trials.columns]
    grouped = trials.groupby("label")
    table = grouped[columns].mean(skipna=False)
    table.insert(0, "trials", grouped.size())
    names = class_names(int(table.index.max()) + 1, classes)
    table.insert(0, "class", [names[int(label)] for label in table.index])
    means = trials[columns].mean(skipna=False).to_dict()
    whole = pd.DataFrame([{"class": "all", "trials": len(trials), **means}])
    return pd.concat([table, whole], ignore_index=True)


def output_firing_times(trials: pd.DataFrame, classes: Sequence[str] | None = None) -> pd.DataFrame:
    """Mean first-spike step of every output neuron, by class of the image (S4NN, Figure 9).

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials table; needs label and first_step_0, first_step_1, ...
    classes : sequence of str, optional
        Names of the classes in the order of the labels, which is also that of the neurons.

    Returns
    -------
    pandas.DataFrame
        Columns class, neuron, step (mean), sd, trials; a row a class and neuron.
    """
    columns = first_step_columns(trials)
    require(trials, ("label",), "trials")
    trials = trials.assign(
        **{name: whole_numbers(trials, name, 0, "trials") for name in ("label", *columns)}
    )
    names = class_names(max(len(columns), int(trials["label"].max()) + 1), classes)
    long = trials.melt("label", columns, var_name="column", value_name="step")
    long["neuron"] = long["column"].str.removeprefix("first_step_").astype(int)
    table = long.groupby(["label", "neuron"])["step"].agg(["mean", "std", "size"]).reset_index()
    table["class"] = [names[label] for label in table["label"]]
    table["neuron"] = [names[neuron] for neuron in table["neuron"]]
    table = table.rename(columns={"mean": "step", "std": "sd", "size": "trials"})
    return table[["class", "neuron", "step", "sd", "trials"]]


def label_steps(trials: pd.DataFrame) -> NDArray[np.float64]:
    """Step of the first spike of the label's output in each trial; `n_steps` where it is silent.

    What the network decided plays no part: this is not the step of the winner, the decision step
    (S4NN, Table 4, gives this one).

    Raises
    ------
    TableError
        If a label is none of the outputs.
    """
    require(trials, ("label",), "trials")
    steps = trials[first_step_columns(trials)].to_numpy(np.float64)
    labels = whole_numbers(trials, "label", 0, "trials")
    if (labels >= steps.shape[1]).any():
        raise TableError(f"A label is none of the {steps.shape[1]} outputs of the trials table.")
    return steps[np.arange(labels.size), labels]


def firing_time_matrix(table: pd.DataFrame) -> pd.DataFrame:
    """Mean first-spike steps as a matrix: rows classes, columns output neurons.

    Parameters
    ----------
    table : pandas.DataFrame
        What `output_firing_times` returns.
    """
    require(table, ("class", "neuron", "step"), "firing-time")
    rows, columns = table["class"].unique(), table["neuron"].unique()
    matrix = table.pivot_table(index="class", columns="neuron", values="step")
    return matrix.loc[rows, columns]


def step_histogram(
    frame: pd.DataFrame,
    n_steps: int,
    column: str = "step",
    by: Sequence[str] = ("population",),
    bin_width: int = 8,
) -> pd.DataFrame:
    """Histogram of a column of steps, for each group of rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a spike or a trial.
    n_steps : int
        Length of a trial; values of `n_steps` (silence) are left out of the bins.
    column : str
        Column of steps to count.
    by : sequence of str
        Columns that define the groups, for example ``("stage", "population")``.
    bin_width : int, default 8
        Width of a bin in steps; the last bin ends at or past `n_steps`.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, then start and stop (steps; stop excluded), count, fraction (of the
        group's rows, silent ones included); groups in order of appearance, every bin present.

    Raises
    ------
    TableError
        If `n_steps` or `bin_width` is not positive, or a step is outside 0..n_steps.
    """
    if n_steps < 1 or bin_width < 1:
        raise TableError(f"n_steps ({n_steps}) and bin_width ({bin_width}) must be positive.")
    require(frame, [column, *by], "histogram")
    frame = frame.assign(**{column: whole_numbers(frame, column, 0, "histogram")})
    if frame[column].max() > n_steps:
        raise TableError(f"Steps in the column {column} must be in 0..{n_steps}.")
    named(frame, by, "histogram")
    edges = np.arange(0, n_steps + bin_width, bin_width)
    parts = []
    for key, group in frame.groupby(list(by), sort=False, observed=True):
        steps = group[column].to_numpy()
        counts = np.histogram(steps[steps < n_steps], edges)[0]
        bins = {"start": edges[:-1], "stop": edges[1:], "count": counts}
        part = pd.DataFrame({**dict(zip(by, key, strict=True)), **bins})
        parts.append(part.assign(fraction=part["count"] / len(group)))
    return pd.concat(parts, ignore_index=True)


def firing_time_histogram(
    spikes: pd.DataFrame, n_steps: int, bin_width: int = 8, by: Sequence[str] = ("population",)
) -> pd.DataFrame:
    """Distribution of the firing times of each population.

    Parameters
    ----------
    spikes : pandas.DataFrame
        Spikes table; needs population and step. To compare stages, put the tables one below the
        other with a column ``stage`` and pass ``by=("stage", "population")``.
    n_steps, bin_width, by
        As in `step_histogram`.
    """
    return step_histogram(spikes, n_steps, "step", by, bin_width)


def winner_histogram(
    trials: pd.DataFrame,
    n_steps: int,
    bin_width: int = 8,
    classes: Sequence[str] | None = None,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Distribution of the winner's firing time (the decision step), for each winning class.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials table; needs decision, decision_step, silent. Trials that were decided without a
        spike, or not at all, are left out.
    n_steps, bin_width
        As in `step_histogram`.
    classes : sequence of str, optional
        Names of the classes in the order of the labels.
    by : sequence of str
        Further columns to group by, for example ``("stage",)``.

    Returns
    -------
    pandas.DataFrame
        As `step_histogram`, with the column `winner`.
    """
    require(trials, ("decision", "decision_step", "silent", *by), "trials")
    decision = whole_numbers(trials, "decision", -1, "trials")
    fired = trials[(decision >= 0) & ~flags(trials, "silent", "trials")]
    if fired.empty:
        raise TableError("No trial was decided by a spike, so there is no winner to count.")
    names = class_names(int(fired["decision"].max()) + 1, classes)
    fired = fired.sort_values("decision", kind="stable")
    fired = fired.assign(winner=[names[int(winner)] for winner in fired["decision"]])
    return step_histogram(fired, n_steps, "decision_step", (*by, "winner"), bin_width)
