"""The page of ``stdp-balance``: weights, rates and irregularity while one neuron learns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_lines, plot_weight_histogram
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.experiment import Experiment
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory

#: Share of an even distribution of weights in its lowest and highest fifths together.
EVEN = 0.4


def write(experiment: Experiment[Any], run: RunDirectory, config: Any) -> pd.DataFrame:
    """Write the figures and the page; return what of it is shown at the end of a run."""
    results, span = run.table("results"), config.trials * config.seconds
    abstract = (
        f"{config.network.excitatory:,} excitatory Poisson inputs of one leaky neuron learned by "
        f"additive STDP for {span:,.0f} s, beside {config.network.inhibitory} inhibitory ones that "
        f"did not, at {len(config.rates)} input rates and with {len(config.all_seeds)} seeds. "
        "Nothing was chosen: the constants are the paper's as this project remembers them."
    )
    sections = [_weights(run), _over_time(run), _table(results)]
    return write_report(experiment, run, config, abstract, _claims(results), sections)


def _claims(results: pd.DataFrame) -> list[Claim]:
    """What the paper shows without a number: two groups of weights, irregular and even output."""
    found = []
    for name, part in results.groupby("condition", sort=False):
        outer = 100 * (part["low"] + part["high"])
        text = f"Weights in the lowest and highest fifth, {name}"
        found.append(direction_of(text, outer, "%", than=100 * EVEN))
        more = part["cv"] - part["cv_before"]
        found.append(direction_of(f"CV after minus before learning, {name}", more, "", digits=2))
    rates = results["input_rate"]
    if rates.min() < rates.max():
        found.append(_regulated(results, float(rates.min()), float(rates.max())))
    found += [
        claim_of(f"CV after learning, {name}", None, part["cv"], "", digits=2)
        for name, part in results.groupby("condition", sort=False)
    ]
    return found


def _regulated(results: pd.DataFrame, least: float, most: float) -> Claim:
    """By how much learning makes the output's rate depend less on the inputs'."""
    ratio = {
        name: results.pivot_table(name, "seed", "input_rate") for name in ("rate_before", "rate")
    }
    before, after = (table[most] / table[least] for table in ratio.values())
    text = f"Output rate at {most:g} over that at {least:g} Hz: before minus after learning"
    return direction_of(text, before - after, "", digits=2)


def _weights(run: RunDirectory) -> Section:
    weights = run.table("weights")
    first = weights[weights["seed"] == weights["seed"].min()]
    width = first["stop"] - first["start"]
    total = first.groupby("condition")["count"].transform("sum")
    drawn = first.assign(
        density=first["count"] / (total * width), connection=first["condition"], stage="learned"
    )
    item = picture(
        run,
        plot_weight_histogram(drawn),
        "weights",
        "Weights after learning by input rate, first seed; all began at 1.",
        "Histograms with a peak at 0 and another at the largest weight.",
    )
    return Section("Weights part in two", "", (item,))


def _over_time(run: RunDirectory) -> Section:
    state = run.table("state")
    items = tuple(
        picture(
            run,
            plot_lines(curve(state, "time", name, ("condition",)), "time", "Time (s)", label),
            f"time_{name}",
            f"{label} while weights change, means of seeds with 95 % intervals.",
            f"Lines of {label.lower()} against time, one an input rate.",
        )
        for name, label in (
            ("rate", "Output rate (1/s)"),
            ("cv", "CV of intervals"),
            ("mean_weight", "Mean weight"),
        )
    )
    return Section("Over time", "", items)


def _table(results: pd.DataFrame) -> Section:
    names = ["rate_before", "cv_before", "rate", "cv", "mean_weight", "low", "high"]
    means = results.groupby("condition", sort=False)[names].mean().reset_index()
    table = Table(
        means,
        "Means over seeds: rate and CV of the output with the first and with the last weights, "
        "without learning; mean weight and shares of weights in the lowest and highest fifth.",
        digits={"cv": 2, "cv_before": 2, "mean_weight": 2},
        percent=("low", "high"),
    )
    return Section("Before and after", "", (table,))
