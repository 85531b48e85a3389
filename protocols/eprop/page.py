"""Figures and sections that pages of e-prop's experiments share."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_lines, plot_raster
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture
from brainsnn.protocols.eprop.base import NAMES
from brainsnn.records import RunDirectory


def learning(run: RunDirectory, n_train: int) -> Section:
    """Loss of the training trials against how many were seen, a line a rule."""
    metrics = run.table("metrics")
    table = curve(
        metrics.assign(trials=metrics["epoch"] * n_train), "trials", "loss", ["condition"]
    )
    drawn = picture(
        run,
        plot_lines(table, "trials", "Trials", "Training loss"),
        "loss",
        "Mean loss of the training trials of each epoch as they were learned from; means of seeds "
        "with 95 % intervals.",
        "Lines of the loss against trials, by rule.",
    )
    return Section("Learning", "", (drawn,))


def costs(run: RunDirectory) -> Section:
    """What the gradient of a trial costs under each rule."""
    means = run.table("costs").groupby("condition", sort=False)[["gradient_seconds", "kept_bytes"]]
    table = (means.mean() * [1000, 1 / 1024]).reset_index()
    table.columns = pd.Index(["condition", "gradient_ms", "kept_kib"])
    text = (
        "Time of one gradient, states replayed from spikes included, without the trial itself, the "
        "best of three on one thread; and what the gradient of one trial keeps of states, traces "
        "and signals, spikes not counted. Means over seeds."
    )
    digits = {"gradient_ms": 2, "kept_kib": 0}
    return Section("Cost of a trial", "", (Table(table, text, digits=digits),))


def raster(run: RunDirectory, sizes: Mapping[str, int], n_steps: int) -> Section:
    """Spikes of the first test trial of the first seed, a column a rule; outputs have none."""
    sizes = {name: size for name, size in sizes.items() if name != "output"}
    spikes = run.table("sample")
    spikes = spikes[spikes["seed"] == spikes["seed"].min()]
    names = list(spikes["condition"].unique())
    mine = spikes.assign(trial=spikes["condition"].map({n: k for k, n in enumerate(names)}))
    shown = pd.DataFrame({"trial": range(len(names)), "title": names})
    figure = plot_raster(mine, sizes, n_steps, shown)
    drawn = picture(
        run,
        figure,
        "raster",
        "Spikes of the first test trial after learning, of the first seed.",
        "Rasters of input and hidden spikes, a column for each rule.",
    )
    return Section("A trial", "", (drawn,))


def judged(results: pd.DataFrame, measure: str, text: str, unit: str, digits: int) -> list[Claim]:
    """An error of each rule, smaller is better, and the paper's two comparisons, without numbers.

    Parameters
    ----------
    results : pandas.DataFrame
        A row a rule and seed.
    measure : str
        Column of the error, in `unit`.
    text, unit : str
    digits : int
        Decimals.
    """
    found = [
        claim_of(f"{text}, {name}", None, part[measure], unit, "", digits, higher_is_better=False)
        for name, part in results.groupby("condition", sort=False)
    ]
    by_seed = results.pivot_table(index="seed", columns="condition", values=measure)
    bptt, symmetric, random = (NAMES[m] for m in ("bptt", "symmetric", "random"))
    for worse, better in ((symmetric, bptt), (random, symmetric)):
        if {worse, better} <= set(by_seed):
            apart = by_seed[worse] - by_seed[better]
            told = f"{text}: {worse} minus {better}"
            found.append(direction_of(told, apart, unit, digits=digits))
    return found
