"""The page of ``glm-hidden``: what is right, and the likelihood while networks learn."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_lines
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.experiment import Experiment
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory

RIGHT = {"parity": "Trials decided rightly", "repeat": "Bins generated rightly"}


def write(experiment: Experiment[Any], run: RunDirectory, config: Any) -> pd.DataFrame:
    """Write the figures and the page; return what of it is shown at the end of a run."""
    results = run.table("results")
    numbers = " and ".join(map(str, config.hidden))
    abstract = (
        f"Probabilistic networks with {numbers} hidden neurons learned {config.n_train:,} drawn "
        f"trials of {config.n_steps} steps in {config.training.epochs} epochs by the three-factor "
        f"rule, with {len(config.all_seeds)} seeds. Parity: whether two sources spike alike, each "
        "often or seldom. Repeat: outputs spike two steps after inputs, with kernels that reach "
        "back one step. Neither can be done without hidden neurons. Tasks and settings are ours; "
        "settings were chosen on other trials of one seed."
    )
    sections = [_learning(run), _table(results)]
    return write_report(experiment, run, config, abstract, _claims(results), sections)


def _claims(results: pd.DataFrame) -> list[Claim]:
    """More is right with most hidden neurons than with fewest, and what is, by condition."""
    found = []
    for task, part in results.groupby("task", sort=False):
        by = part.pivot_table("right", "seed", "hidden")
        if by.shape[1] > 1:
            more = 100 * (by[by.columns.max()] - by[by.columns.min()])
            text = f"{RIGHT[str(task)]}, {by.columns.max()} minus {by.columns.min()} hidden"
            found.append(direction_of(text, more, "%"))
    for name, part in results.groupby("condition", sort=False):
        task = str(part["task"].iloc[0])
        found.append(claim_of(f"{RIGHT[task]}, {name}", None, 100 * part["right"], "%"))
        loss = part["loss"]
        text = f"Negative log-likelihood a step, {name}"
        found.append(claim_of(text, None, loss, "nat", digits=3, higher_is_better=False))
    return found


def _learning(run: RunDirectory) -> Section:
    items: list[Picture] = []
    for task, part in run.table("learning").groupby("task", sort=False):
        drawn = curve(part, "epoch", "loss", ("condition",))
        items.append(
            picture(
                run,
                plot_lines(drawn, "epoch", "Epoch", "Negative log-likelihood a step (nat)"),
                f"learning_{task}",
                f"Negative log-likelihood of what is wanted, training trials, {task}; means of "
                "seeds with 95 % intervals.",
                "Lines against epochs, one a number of hidden neurons.",
            )
        )
    return Section("Learning", "", tuple(items))


def _table(results: pd.DataFrame) -> Section:
    shown = results[["condition", "seed", "right", "loss"]]
    table = Table(
        shown,
        "A row a network: what of the test trials is right, and the negative log-likelihood of "
        "what is wanted, given what hidden neurons did, in nat a step.",
        percent=("right",),
        digits={"loss": 3},
    )
    return Section("Networks", "", (table,))
