"""The page of ``stdp-pattern``: latencies, potentials and weights as a neuron finds a pattern."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import (
    plot_discharges,
    plot_lines,
    plot_potentials,
    plot_weight_histogram,
)
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.experiment import Experiment
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory

#: What the paper reports, as this project remembers it: success in %, time in s, latency in ms.
SUCCESS, FOUND, LATENCY = 96.0, 13.5, 4.0
#: Inputs in the paper; with others its numbers are not set beside ours.
INPUTS = 2000
REMEMBERED = "the paper's number as this project remembers it"


def write(experiment: Experiment[Any], run: RunDirectory, config: Any) -> pd.DataFrame:
    """Write the figures and the page; return what of it is shown at the end of a run."""
    results, net = run.table("results"), config.network
    seconds = 1e-3 * config.trials * config.duration
    abstract = (
        f"One neuron with {net.inputs:,} inputs, of which {config.inputs.part:.0%} repeat a piece "
        f"of {config.inputs.length} ms in {config.inputs.presented:.0%} of the time, learned by "
        f"additive STDP for {seconds:,.0f} s, with {len(config.all_seeds)} seeds; a step is "
        f"{net.dt:g} ms. A simulation succeeds if, in its last third, the neuron answers more than "
        "98 % of the patterns, never spikes outside of them, and answers within 10 ms on average. "
        "Every piece has spikes of its own, where the paper repeats one stretch of them."
    )
    sections = [_latency(run), _potential(run), _weights(run), _table(results)]
    return write_report(experiment, run, config, abstract, _claims(results, net.inputs), sections)


def _claims(results: pd.DataFrame, inputs: int) -> list[Claim]:
    """What the paper reports, where the network is its own, beside ours."""
    papers = (SUCCESS, FOUND, LATENCY) if inputs == INPUTS else (None, None, None)
    note = REMEMBERED if inputs == INPUTS else ""
    found = []
    for name, part in results.groupby("condition", sort=False):
        good = part[part["success"] == 1]
        found += [
            claim_of(
                f"Simulations that succeed, {name}", papers[0], 100 * part["success"], "%", note
            ),
            claim_of(
                f"Last spike outside of a pattern, where it succeeds, {name}",
                papers[1],
                good["found"],
                "s",
                note,
                higher_is_better=False,
            ),
            claim_of(
                f"Mean latency, where it succeeds, {name}",
                papers[2],
                good["latency"],
                "ms",
                note,
                2,
                higher_is_better=False,
            ),
            claim_of(f"Patterns answered, {name}", None, 100 * part["hits"], "%", digits=2),
            claim_of(f"False alarms, {name}", None, part["false_alarms"], ""),
            claim_of(f"Rate in the first piece, {name}", None, part["rate_first"], "1/s"),
            claim_of(f"Rate in the last third, {name}", None, part["rate"], "1/s", digits=2),
            claim_of(
                f"Weights above 0.5 that are of the pattern's inputs, {name}",
                None,
                100 * part["in_pattern"],
                "%",
            ),
        ]
    return found


def _first(run: RunDirectory, table: str) -> pd.DataFrame:
    rows = run.table(table)
    return rows[rows["seed"] == rows["seed"].min()]


def _latency(run: RunDirectory) -> Section:
    drawn = picture(
        run,
        plot_discharges(_first(run, "spikes")),
        "latency",
        "Latency of each spike since the begin of the pattern, first seed; spikes outside of "
        "patterns are drawn at 0.",
        "Dots that fill the length of the pattern at first, then form a falling line.",
    )
    return Section("From chance to the pattern's start", "", (drawn,))


def _potential(run: RunDirectory) -> Section:
    drawn = picture(
        run,
        plot_potentials(_first(run, "potential"), panel="piece"),
        "potential",
        "Potential over threshold in the first piece, at the end of the second and of the last, "
        "first seed; patterns are shaded. Once a ms, so peaks of spikes are missed.",
        "Three panels: spikes everywhere, then only in shaded windows, at last at their left edge.",
    )
    return Section("Membrane potential", "", (drawn,))


def _weights(run: RunDirectory) -> Section:
    over_time = curve(run.table("parts"), "time", "weight", ("part",))
    lines = picture(
        run,
        plot_lines(over_time, "time", "Time (s)", "Mean weight", code="part"),
        "weights_time",
        "Mean weight of inputs by when they first spike in the pattern, means of seeds with 95 % "
        "intervals.",
        "Lines against time; that of the earliest inputs rises to the top, others fall.",
    )
    bars = picture(
        run,
        plot_weight_histogram(_first(run, "weights").assign(connection="input_output")),
        "weights",
        "Weights while the neuron learns, first seed; all began alike.",
        "Histograms that part in two groups.",
    )
    return Section("Weights", "", (lines, bars))


def _table(results: pd.DataFrame) -> Section:
    shown = results.drop(columns=["epochs", "seconds"])
    digits = {"false_alarms": 0, "latency": 2, "found": 1, "discharges": 0, "success": 0}
    rates = {"rate_first": 1, "rate": 2}
    table = Table(
        shown,
        "A row a simulation; the time found is that of the last spike outside of a pattern.",
        percent=("hits", "in_pattern"),
        digits={**digits, **rates},
    )
    return Section("Simulations", "", (table,))
