"""The page of ``lsnn-l2l``: the error of a new function against the examples that were told."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_lines
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.experiment import Experiment
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory

UNIT = "thousandths"


def last(n_examples: int) -> slice:
    """The last quarter of so many examples, one at least."""
    return slice(n_examples - max(1, n_examples // 4), None)


def conclude(experiment: Experiment[Any], run: RunDirectory, config: Any) -> pd.DataFrame:
    """Write figure and page; return what of it is shown at the end of a run."""
    data, network = config.data, config.network
    abstract = (
        f"{network.size} recurrent spiking neurons, {network.n_adaptive} of them adaptive, saw "
        f"{data.n_examples} examples of a function of two inputs, {data.n_show} ms each, and "
        "guessed each value before they were told it. Weights were learned by back-propagation "
        f"through time from {data.n_train:,} other functions in {config.training.epochs} epochs, "
        "selected on validation functions, and then left as they were: what falls with the number "
        "of examples is learned by the states of the network alone."
    )
    table = run.table("examples")
    claims = _claims(table, [condition.name for condition in experiment.conditions(config)])
    return write_report(experiment, run, config, abstract, claims, [_section(run, table)])


def _claims(table: pd.DataFrame, networks: list[str]) -> list[Claim]:
    """Errors late in a trial, and four directions, of which two are the paper's."""
    learners = _of_first_network(table)
    n_examples = int(table["example"].max())
    begin = last(n_examples).start + 1
    first = _by_seed(learners[learners["example"] == 1])
    late = _by_seed(learners[learners["example"] >= begin])
    told = f"Error, examples {begin} to {n_examples}"
    found = [
        claim_of(f"{told}, {name}", None, 1000 * late[name], UNIT, higher_is_better=False)
        for name in late
    ]
    own = networks[0]
    found.append(_above(f"{told}: first example minus these, {own}", first[own] - late[own]))
    others = (*networks[1:], "constant", "linear")
    found += [_above(f"{told}: {k} minus {own}", late[k] - late[own]) for k in others]
    return found


def _by_seed(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean error, a row a seed and a column a learner."""
    return rows.pivot_table(index="seed", columns="learner", values="error", sort=False)


def _above(text: str, values: pd.Series) -> Claim:
    """Say that a difference of errors is above 0."""
    return direction_of(text, 1000 * values, UNIT)


def _of_first_network(table: pd.DataFrame) -> pd.DataFrame:
    """Every learner once: regressions, which all networks are beside, with the first alone."""
    own = table["learner"] == table["condition"]
    return table[own | (table["condition"] == table["condition"].iloc[0])]


def _section(run: RunDirectory, table: pd.DataFrame) -> Section:
    """Error against the number of the example, a line a learner."""
    lines = curve(_of_first_network(table), "example", "error", ["learner"])
    drawn = picture(
        run,
        plot_lines(lines, "example", "Example", "Squared error", code="learner"),
        "examples",
        "Mean squared error of new functions, means of seeds with 95 % intervals. Regressions are "
        "fitted in each trial to the exact examples before; the best constant knows those to come.",
        "Lines of the error against the number of the example, by learner.",
    )
    chosen = lines[lines["example"].isin({1, 2, 5, 10, int(lines["example"].max())})]
    shown = Table(chosen, "Means over seeds.", digits=dict.fromkeys(("mean", "low", "high"), 4))
    return Section("Error against examples", "", (drawn, shown))
