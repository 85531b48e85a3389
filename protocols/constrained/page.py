"""The page of `constrained-mnist`: one table, accuracy against steps, the measured curve."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves, plot_functions
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.experiment import Experiment
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory

#: Steps at which accuracies are shown.
_SHOWN = (3, 8, 12, 16, 24, 32, 48, 64, 100, 200, 400)

_SHARES = ("validation_accuracy", "source_accuracy", "accuracy")


def write_page(experiment: Experiment[Any], run: RunDirectory, config: Any) -> pd.DataFrame:
    """Write figures and report; return claims."""
    results = run.table("results")
    abstract = (
        f"Networks of 784-{config.hidden}-10 units trained on {config.data.title} for at most "
        f"{config.epochs} epochs, in NumPy, under a constraint each; learning rate and epoch are "
        "the best by validation images, nothing is chosen by test images. The same weights run "
        "as spikes then."
    )
    sections = [_networks(results), _steps(run)]
    if run.has_table("curve"):
        sections.append(_curve(run))
    return write_report(experiment, run, config, abstract, _claims(results), sections)


def _networks(results: pd.DataFrame) -> Section:
    """A row a condition."""
    numbers = [*_SHARES, "spikes", "input_spikes", "steps", "epochs"]
    table = results.groupby(["condition", "bits"], sort=False, as_index=False)[numbers].mean()
    digits = {**dict.fromkeys(_SHARES, 2), "steps": 0}
    headers = {
        "bits": "Bits a weight",
        "source_accuracy": "Test accuracy, units",
        "accuracy": "Test accuracy, spikes",
        "spikes": "Spikes a trial",
        "input_spikes": "Input spikes a trial",
    }
    caption = "Means over seeds. Spikes of hidden neurons; of the converted network, outputs too."
    text = (
        "Biases are whole numbers of double precision in every network. The converted network's "
        "input is constant currents, that of all others spikes."
    )
    shown = Table(table, caption, headers=headers, percent=_SHARES, digits=digits)
    return Section("Networks", text, (shown,))


def _steps(run: RunDirectory) -> Section:
    """Accuracy against steps, a line a condition."""
    steps = run.table("steps")
    shown = steps[steps["steps"].isin(_SHOWN) & ((steps["condition"] != "binary") | _last(steps))]
    table = curve(shown, "steps", "accuracy", ("condition",))
    figure = plot_curves(table, "steps", "test accuracy", "Steps", code="condition", log=True)
    caption = "Test accuracy if the trial ended after so many steps, means of seeds; ties wrong."
    drawn = picture(run, figure, "steps", caption, "Lines rise with the number of steps.")
    shares = ("mean", "sd", "low", "high")
    found = Table(table, "Means over seeds.", percent=shares, digits=dict.fromkeys(shares, 2))
    return Section("Accuracy against steps", "", (drawn, found))


def _last(steps: pd.DataFrame) -> pd.Series:
    """The last step of each trial."""
    return steps["steps"] == steps.groupby(["condition", "seed"])["steps"].transform("max")


def _curve(run: RunDirectory) -> Section:
    """The curve of one network: measured, and as it is learned with."""
    whole = run.table("curve")
    first = whole.iloc[0]
    mine = whole[(whole["condition"] == first["condition"]) & (whole["seed"] == first["seed"])]
    lines = mine.melt("current", ["measured", "smooth", "slope"], "function", "value")
    figure = plot_functions(lines.rename(columns={"current": "lag"}), "Current (thresholds)")
    caption = (
        "Spikes a membrane time constant at constant currents: measured, by the spline, and the "
        "spline's derivative."
    )
    drawn = picture(run, figure, "curve", caption, "The curve rises from the threshold on.")
    return Section("The neuron's f-I curve", "", (drawn,))


def _claims(results: pd.DataFrame) -> list[Claim]:
    """Accuracy as spikes of each condition, and what spikes cost."""
    found = []
    for name, part in results.groupby("condition", sort=False):
        text = f"Test accuracy as spikes, {name}"
        means = part[["spikes", "steps", "bits"]].mean()
        cost = "{spikes:,.0f} spikes beside inputs, {steps:.0f} steps, {bits:.0f} bits a weight"
        note = cost.format(**means)
        found.append(claim_of(text, None, 100 * part["accuracy"], "%", note, 2))
        lost = 100 * (part["source_accuracy"] - part["accuracy"])
        text = f"Accuracy lost as spikes, {name}"
        found.append(claim_of(text, None, lost, "points", "", 2, higher_is_better=False))
    return found
