"""What the ANTLR experiments conclude: claims, figures and tables from a run's tables alone."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from brainsnn.analysis.codes.agreement import agreement
from brainsnn.analysis.codes.decisions import accuracy_against_time, decision_times
from brainsnn.analysis.codes.paired import DIGITS, corrected, paired_tests
from brainsnn.analysis.figures import plot_curves, plot_pareto
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.analysis.seeds import across, over_seeds
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture
from brainsnn.records import RunDirectory

#: The methods, ANTLR last.
METHODS = ("activation", "timing", "antlr")

MEASURES = (
    "accuracy",
    "accuracy_ties_wrong",
    "silent_fraction",
    "spikes",
    "spikes_until",
    "decision_step",
)

#: What spikes are counted in, by column.
COUNTED = {"spikes": "in the whole trial", "spikes_until": "up to the decision"}


def own(results: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in which each method is decided by the decoder that its loss asks for."""
    rate = results["method"] == "activation"
    return results[results["decoder"].eq("rate") == rate]


@dataclass(frozen=True)
class Aims:
    """What this project asks of ANTLR, if anything; the paper prints no such numbers.

    Parameters
    ----------
    accuracy : float, optional
        In per cent, at least.
    spikes : float, optional
        Hidden and output spikes a sample, at most.
    """

    accuracy: float | None = None
    spikes: float | None = None


def claims(results: pd.DataFrame, aims: Aims) -> list[Claim]:
    """Return the paper's order of methods, and each one's numbers, for each restriction."""
    groups = own(results).groupby("spikes_a_neuron")
    return [claim for spikes, part in groups for claim in _order(part, spikes, aims)]


def _order(results: pd.DataFrame, restriction: object, aims: Aims) -> list[Claim]:
    """Claims on one restriction: each method's numbers, the order, what is aimed at."""
    table = results.pivot_table(index="seed", columns="method", values=[*MEASURES])
    where, out = f"spikes a neuron: {restriction}", []
    methods = [method for method in METHODS if method in set(results["method"])]
    for method in methods:
        accuracy = 100 * table["accuracy"][method]
        aim = aims.accuracy if method == "antlr" else None
        text = f"Accuracy of {method}, {where}"
        out.append(claim_of(text, None, accuracy, "%", "", 2, aim=aim))
    for column, words in COUNTED.items():
        text = f"Hidden and output spikes {words}"
        for method in methods:
            spikes = table[column][method]
            aim = aims.spikes if method == "antlr" else None
            out.append(claim_of(f"{text}, {method}, {where}", None, spikes, "spikes", aim=aim))
    if "antlr" in methods:
        for method in methods[:-1]:
            out += _above(table, method, where)
    return out


def _above(table: pd.DataFrame, method: str, where: str) -> list[Claim]:
    """Claims that ANTLR is more accurate than a method, with fewer spikes."""
    gain = 100 * (table["accuracy"]["antlr"] - table["accuracy"][method])
    out = [direction_of(f"Accuracy of ANTLR minus {method}, {where}", gain, "points", "", 2)]
    for column, words in COUNTED.items():
        saved = table[column][method] - table[column]["antlr"]
        text = f"Hidden and output spikes {words}, {method} minus ANTLR, {where}"
        out.append(direction_of(text, saved, "spikes"))
    return out


def abstract(results: pd.DataFrame, epochs: int) -> str:
    """Return one paragraph: what was run, with what result."""
    lines = []
    for (condition, _), part in own(results).groupby(["condition", "method"], sort=False):
        accuracy, spikes = 100 * part["accuracy"].mean(), part["spikes"].mean()
        lines.append(f"{condition}: {accuracy:.2f} % with {spikes:.0f} hidden and output spikes")
    speed = results["trials_per_second"]
    return (
        f"Current-based networks with one hidden layer learned to classify in at most {epochs} "
        f"epochs of batches, {results['seed'].nunique()} seeds a condition, weights selected on "
        "validation alone, each method with its own loss and decoder. On test data: "
        f"{'; '.join(lines)}. Training went at {speed.min():,.0f} to {speed.max():,.0f} images a "
        "second, validation aside."
    )


def sections(run: RunDirectory, figure: str) -> list[Section]:
    """Draw the figures and return the sections of the page; `figure` is the paper's."""
    results, trials = run.table("results"), run.trials()
    return [
        _accuracy(results, run, figure),
        _learning(run),
        _codes(trials, run),
    ]


def _accuracy(results: pd.DataFrame, run: RunDirectory, number: str) -> Section:
    """Accuracy and spikes of every condition under each decoder."""
    statistics = over_seeds(results, list(MEASURES), ["condition", "decoder"])
    mine = own(results)
    items: list[Picture | Table] = []
    for column, words in COUNTED.items():
        figure = plot_pareto(
            mine, column, "accuracy", f"Hidden and output spikes {words}", code="condition"
        )
        caption = f"Accuracy against spikes {words}."
        items.append(picture(run, figure, f"accuracy_{column}", caption, "A point a network."))
    caption = "Mean over n seeds ± half its 95 % interval; spikes are hidden and output ones."
    items.append(Table(across(statistics, MEASURES[:3]), caption))
    text = "In the figures each method is decided by the decoder that its loss asks for."
    return Section(f"Accuracy and spikes ({number})", text, tuple(items))


def _learning(run: RunDirectory) -> Section:
    """Validation accuracy over epochs."""
    by = ["condition", "epoch"]
    table = over_seeds(run.metrics(), ["validation_accuracy"], by)
    figure = plot_curves(table, "epoch", "validation_accuracy", "Epoch", code="condition")
    caption = "Validation accuracy, each method with its own decoder; bands are 95 % intervals."
    shown = picture(run, figure, "learning", caption, "A line a condition.")
    return Section("Learning", "", (shown,))


def _codes(trials: pd.DataFrame, run: RunDirectory) -> Section:
    """The same test spikes decided by the earliest spike and by most spikes."""
    keys = ("condition", "seed", "trial")
    items: list[Picture | Table] = [
        Table(
            agreement(trials, "decoder", keys),
            "Fraction of trials on which the decoders agree, or are both right; all conditions.",
            digits=dict.fromkeys(("same_decision", "both_right", "both_wrong", "kappa"), 3),
        )
    ]
    groups = trials.groupby("condition", sort=False)
    tests = [
        paired_tests(part, "decoder", ("seed", "trial")).assign(condition=condition)
        for condition, part in groups
    ]
    together = corrected(pd.concat(tests)).drop(columns=["first", "second"])
    told = (
        "First spike minus rate, McNemar's test seed by seed, combined, Wilcoxon's over seeds; "
        "corrected by Holm for all conditions."
    )
    columns = ["condition", *together.columns.drop("condition")]
    items.append(Table(together[columns], told, digits=DIGITS))
    n_steps = int(trials["decision_step"].max())
    earliest = trials[trials["decoder"] == "first_spike"]
    steps = accuracy_against_time(earliest, n_steps, "condition")
    figure = plot_curves(steps, "step", "accuracy", "Step", code="condition")
    caption = "Fraction of all trials that the earliest spike has decided, and rightly, by a step."
    alt = "A line a condition, rising as decisions fall."
    items.append(picture(run, figure, "accuracy_time", caption, alt))
    named = trials.assign(code=trials["condition"] + " / " + trials["decoder"])
    items.append(Table(decision_times(named), "Steps of decisions, in quantiles."))
    text = "Every network's test spikes, decided by the earliest spike and by most spikes."
    return Section("Rate and first-to-spike on the same spikes", text, tuple(items))
