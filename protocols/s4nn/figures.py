"""Sections of the S4NN reports: figures drawn from tables, saved, and captioned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.figures import (
    plot_decisions_by_class,
    plot_firing_histogram,
    plot_firing_matrix,
    plot_jitter_curve,
    plot_raster,
    plot_receptive_fields,
    plot_speed_accuracy,
    plot_weight_histogram,
    plot_winner_histogram,
)
from brainsnn.analysis.latency import (
    decisions_by_class,
    firing_time_histogram,
    firing_time_matrix,
    output_firing_times,
    winner_histogram,
)
from brainsnn.analysis.report import Picture, Section, Table
from brainsnn.analysis.robustness import jitter_curve
from brainsnn.analysis.tradeoff import speed_accuracy
from brainsnn.analysis.weights import weight_histogram
from brainsnn.protocols.common.page import picture
from brainsnn.records import RunDirectory


def decision_table(table: pd.DataFrame, caption: str) -> Table:
    """Decision steps and spikes by class, under headings short enough for a page."""
    prefix = "spikes_to_decision"
    parts = [name for name in map(str, table.columns) if name.startswith(f"{prefix}_")]
    headers = {name: name.removeprefix(f"{prefix}_").capitalize() for name in parts}
    shown = table.drop(columns=["synaptic_operations"])
    named = {prefix: "Spikes", "decision_step": "Step", "label_step": "Label's step"}
    return Table(shown, caption, headers={**headers, **named})


def latency(
    run: RunDirectory,
    trials: pd.DataFrame,
    classes: Sequence[str],
    reference: Mapping[str, float] | None = None,
) -> Section:
    """Firing times and required spikes by class, and each output neuron's firing times."""
    table = decisions_by_class(trials, classes)
    matrix = firing_time_matrix(output_firing_times(trials, classes))
    return Section(
        "When the network decides",
        "Everything up to the first output spike is counted: input, hidden and output spikes.",
        (
            decision_table(
                table,
                "Mean step of the label's output, decision step and spikes to decision by class, "
                "in all and by population (as the paper's Table 4, which has the label's output).",
            ),
            picture(
                run,
                plot_decisions_by_class(table, reference),
                "decisions_by_class",
                "Decision step and spikes to decision by class.",
                "Bars of mean decision step and of spikes to decision for each class.",
            ),
            picture(
                run,
                plot_firing_matrix(matrix),
                "firing_matrix",
                "Mean first-spike step of each output neuron for images of each class (as the "
                "paper's Figure 9); silence counts as the end of the trial.",
                "Matrix of firing steps; the diagonal, the right neuron, fires earliest.",
            ),
        ),
    )


def thresholds(run: RunDirectory, trained: float) -> list[Section]:
    """Speed against accuracy over thresholds; no section where none was measured."""
    if not run.has_table("thresholds"):
        return []
    table = speed_accuracy(run.table("thresholds"))
    item = picture(
        run,
        plot_speed_accuracy(table, "accuracy_ties_wrong", trained),
        "speed_accuracy",
        "The trained weights at other thresholds, without further training (as the paper's "
        "Figure 10).",
        "Accuracy and decision step against threshold.",
    )
    text = (
        "A lower threshold decides sooner, on less evidence. All neurons share the threshold; "
        "the network was trained at the one that is marked."
    )
    return [Section("Speed against accuracy", text, (item,))]


def rasters(
    run: RunDirectory, sizes: Mapping[str, int], n_steps: int, classes: Sequence[str], n: int = 4
) -> Section:
    """Spikes of the first test trials."""
    figure = plot_raster(run.spikes(), sizes, n_steps, run.trials().head(n), classes)
    item = picture(
        run,
        figure,
        "raster",
        "The first test trials: every spike of every population; the line marks the decision.",
        "Rasters of input, hidden and output spikes for single trials.",
    )
    return Section("Single trials", "", (item,))


def firing_times(run: RunDirectory, n_steps: int) -> Section:
    """Firing times of hidden and output neurons, before and after learning."""
    table = run.table("firing_times")
    histogram = firing_time_histogram(table, n_steps, by=("stage", "population"))
    fired = table["step"] < n_steps
    numbers = table.assign(step=table["step"].where(fired), silent=~fired)
    means = numbers.groupby(["population", "stage"], sort=False)[["step", "silent"]].mean()
    return Section(
        "Firing times before and after learning",
        "First spikes of every hidden and output neuron in every test trial, with the initial and "
        "with the learned weights (as the paper's Figure 4).",
        (
            picture(
                run,
                plot_firing_histogram(histogram),
                "firing_times",
                "Distribution of firing times, in per cent of all neurons and trials; silence is "
                "in no bin.",
                "Histograms of firing times by population, before and after learning.",
            ),
            Table(
                means.reset_index(),
                "Mean firing time of the neurons that fired, and how often one stayed silent.",
                headers={"step": "firing time (step)"},
                percent=("silent",),
            ),
        ),
    )


def winners(
    run: RunDirectory, trials: pd.DataFrame, classes: Sequence[str], n_steps: int
) -> Section:
    """When the winning output neuron fires, for each class it stands for."""
    items: list[Picture | Table] = [
        decision_table(
            decisions_by_class(trials, classes), "Mean decision step and spikes to decision."
        )
    ]
    if not trials["silent"].all():
        figure = plot_winner_histogram(winner_histogram(trials, n_steps, classes=classes))
        caption = "Firing time of the winner, by the class it names (as the paper's Figure 5)."
        alt = "Histograms of the winner's firing time, one for each class."
        items.insert(0, picture(run, figure, "winners", caption, alt))
    text = "Everything up to the first output spike is counted: input, hidden and output spikes."
    return Section("When the network decides", text, tuple(items))


def jitter(run: RunDirectory, allowed: float) -> list[Section]:
    """Accuracy against the jitter of input spikes; no section where none was measured."""
    if not run.has_table("jitter"):
        return []
    item = picture(
        run,
        plot_jitter_curve(jitter_curve(run.table("jitter")), "accuracy_ties_wrong", allowed),
        "jitter",
        "Accuracy, ties counted as wrong, when every input spike of a test trial is shifted by a "
        "random number of steps up to the amplitude, either way, without further training (as the "
        "paper's Figure 8); with 95 % Wilson intervals.",
        "Accuracy against the amplitude of the jitter.",
    )
    text = "Spikes that would leave the trial stay at its first or last step."
    return [Section("Robustness to jitter", text, (item,))]


def weights(
    run: RunDirectory,
    arrays: Mapping[str, NDArray[np.float64]],
    fields: NDArray[np.float64],
    initial: Mapping[str, NDArray[np.float64]] | None = None,
    titles: Sequence[str] | None = None,
    columns: int = 12,
) -> Section:
    """Weights as images, and their distribution; beside that of the initial ones, if given."""
    fields = fields[:60]
    stages = {} if initial is None else {"before learning": initial}
    histogram = weight_histogram({**stages, "after learning": arrays})
    return Section(
        "Weights",
        "",
        (
            picture(
                run,
                plot_receptive_fields(fields, columns, titles),
                "receptive_fields",
                f"Weights onto the first {len(fields)} hidden neurons, as images.",
                "Mosaic of weight images in a diverging colour scale.",
            ),
            picture(
                run,
                plot_weight_histogram(histogram),
                "weights",
                "Distribution of the weights of each connection.",
                "Histograms of the weights, one for each connection.",
            ),
        ),
    )
