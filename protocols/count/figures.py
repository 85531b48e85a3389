"""Tables and sections of the count protocols: learning, accuracy, eq. 7, reading early."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.codes.early import early_readings
from brainsnn.analysis.figures import plot_curves, plot_pareto
from brainsnn.analysis.report import Section, Table
from brainsnn.engine import Engine
from brainsnn.learning.count import disagreement
from brainsnn.protocols.common.page import picture
from brainsnn.protocols.count.base import CountNetworkConfig
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.evaluation import BLOCK

#: Test trials on which eq. 7 is compared with recorded counts.
COMPARED = 1000


def write_transfer(
    engine: Engine, trials: LabelledTrials, network: CountNetworkConfig, run: RunDirectory
) -> None:
    """Write the table ``transfer``: eq. 7 against recorded counts, layer by layer."""
    recording = engine.run(trials.inputs, np.arange(min(COMPARED, len(trials))))
    run.write_table("transfer", disagreement(recording, network.threshold, network.n_steps))


def output_spikes(engine: Engine, trials: LabelledTrials) -> pd.DataFrame:
    """Spikes of the output in all trials: trial, neuron, step."""
    output, parts = list(engine.populations)[-1], []
    for start in range(0, len(trials), BLOCK):
        recording = engine.run(trials.inputs, np.arange(start, min(start + BLOCK, len(trials))))
        mine = recording.population == recording.code(output)
        columns = {"neuron": recording.neuron[mine], "step": recording.step[mine]}
        parts.append(pd.DataFrame({"trial": recording.trial[mine] + start, **columns}))
    return pd.concat(parts, ignore_index=True)


def write_early(engine: Engine, trials: LabelledTrials, run: RunDirectory) -> None:
    """Write the table ``early``: the output read after every step, by both codes."""
    n_classes = list(engine.populations.values())[-1]
    spikes = output_spikes(engine, trials)
    run.write_table("early", early_readings(spikes, trials.labels, n_classes, engine.n_steps))


def transfer(run: RunDirectory) -> Section:
    """How often and by how much eq. 7 and recorded counts differ."""
    digits = {"differ": 2, "difference": 4, "excess": 4, "mean_count": 2, "largest": 0}
    table = Table(
        run.table("transfer"),
        "Pairs of a neuron and a trial; differences in spikes, excess of recorded counts over "
        "eq. 7.",
        digits=digits,
        percent=("differ",),
    )
    text = (
        "Learning uses recorded counts. Eq. 7 would have them from what a neuron received in all; "
        "the two differ where spikes came too late, or came before inhibition that would have "
        "prevented them."
    )
    return Section("The transfer function and recorded counts", text, (table,))


def early(run: RunDirectory) -> Section:
    """Accuracy of both codes against the step at which the output is read."""
    table = run.table("early").rename(columns={"accuracy": "mean"})
    curves = table.assign(low=table["mean"], high=table["mean"])
    figure = plot_curves(curves, "step", "accuracy", "Read after step", code="code")
    item = picture(
        run,
        figure,
        "early",
        "Accuracy from output spikes alone, ties and silence wrong.",
        "Two curves of accuracy against the step at which the output is read.",
    )
    text = (
        "The same output spikes, read after every step: most spikes so far, or the earliest first "
        "spike. The network was taught for the whole trial's counts."
    )
    return Section("Read early", text, (item,))


def constraints(run: RunDirectory) -> Section:
    """Accuracy against T, cost, and the table of all conditions."""
    results = run.table("results")
    columns = ["accuracy", "accuracy_ties_wrong", "spikes_to_decision", "synaptic_operations"]
    columns += ["hidden_rate", "levels"]
    means = results.groupby("condition", sort=False)[columns].mean().reset_index()
    table = Table(
        means,
        "Means over seeds on test images; the busiest hidden layer's spikes a neuron and step, and "
        "how many values the weights of a connection have.",
        percent=("accuracy", "accuracy_ties_wrong"),
        digits={"accuracy": 2, "accuracy_ties_wrong": 2, "hidden_rate": 4, "levels": 0}
        | dict.fromkeys(("spikes_to_decision", "synaptic_operations"), 0),
    )
    plain = results[~results["constrained"]].assign(rule="trained for T")
    latency = plot_curves(
        curve(plain, "n_steps", "accuracy", ("rule",)), "n_steps", "accuracy", "T", log=True
    )
    early = run.table("early")
    read = curve(early, "step", "accuracy", ("code",))
    cost = results.assign(rule=np.where(results["constrained"], "constrained", "T alone"))
    items = (
        picture(run, latency, "latency", "A network trained for each T.", "Accuracy against T."),
        picture(
            run,
            plot_curves(read, "step", "accuracy", "Read after step", code="code"),
            "early",
            "The network of the largest T, its output read early; ties and silence wrong.",
            "Two curves of accuracy against the step at which the output is read.",
        ),
        picture(
            run,
            plot_pareto(cost, "synaptic_operations", "accuracy", "Synaptic operations a trial"),
            "cost",
            "A point a network.",
            "Accuracy against synaptic operations.",
        ),
        table,
    )
    return Section("Steps, spikes, bits", "Constraints hold in the network as tested.", items)
