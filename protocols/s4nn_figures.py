"""Sections of the S4NN reports: figures drawn from tables, saved, and captioned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.accuracy import accuracy_by_class, accuracy_table, confusion_matrix
from analysis.figures import (
    plot_confusion,
    plot_decisions_by_class,
    plot_firing_matrix,
    plot_learning_curve,
    plot_raster,
    plot_receptive_fields,
    plot_speed_accuracy,
    plot_weight_histogram,
    save,
)
from analysis.latency import decisions_by_class, firing_time_matrix, output_firing_times
from analysis.learning import best_epoch, learning_curve
from analysis.report import Picture, Section, Table
from analysis.tradeoff import speed_accuracy
from analysis.weights import receptive_fields, weight_histogram
from brainsnn.records import RunDirectory

ACCURACIES = ("accuracy", "accuracy_ties_wrong", "accuracy_ties_right", "silent_fraction")


def picture(run: RunDirectory, figure: Figure, name: str, caption: str, alt: str) -> Picture:
    """Save a figure in the run directory and give it its caption."""
    save(figure, run.figures, name)
    return Picture(figure, caption, alt)


def learning(run: RunDirectory) -> Section:
    """Learning curve, with the epoch that validation selected."""
    metrics = run.metrics()
    monitored = "validation_accuracy_ties_wrong"
    best = int(best_epoch(metrics, monitored)["epoch"].iloc[0])
    figure = plot_learning_curve(learning_curve(metrics), "accuracy_ties_wrong", best)
    item = picture(
        run,
        figure,
        "learning_curve",
        "Accuracy, ties counted as wrong, on the training trials as they were learned from and on "
        "the validation images after each epoch.",
        "Two curves of accuracy against epoch, training and validation.",
    )
    return Section("Learning", "Weights were selected on validation images alone.", (item,))


def accuracy(run: RunDirectory, trials: pd.DataFrame, classes: Sequence[str]) -> Section:
    """The four accuracy columns, accuracy by class, and the confusion matrix."""
    table = accuracy_table(trials)[["measure", "count", "trials", "value", "low", "high"]]
    by_class = accuracy_by_class(trials, classes).drop(columns=["label"])
    matrix = confusion_matrix(trials, len(classes), classes)
    return Section(
        "Accuracy",
        "The output neuron that spikes first names the class. A tie goes to the larger membrane "
        "potential at that step; without an output spike, the largest final potential decides.",
        (
            Table(
                table,
                "How ties are scored matters: the same trials under each rule, with 95 % Wilson "
                "intervals.",
                headers={"low": "from", "high": "to"},
                digits=dict.fromkeys(("value", "low", "high"), 2),
                percent=("value", "low", "high"),
            ),
            Table(
                by_class,
                "Accuracy by class.",
                headers={"low": "from", "high": "to"},
                digits=dict.fromkeys((*ACCURACIES, "low", "high"), 2),
                percent=(*ACCURACIES, "low", "high"),
            ),
            picture(
                run,
                plot_confusion(matrix),
                "confusion",
                "Which class was decided for which.",
                "Matrix of decisions against classes; most trials lie on the diagonal.",
            ),
        ),
    )


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
            Table(
                table,
                "Mean decision step and spikes to decision by class (as the paper's Table 4).",
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


def weights(
    run: RunDirectory, arrays: Mapping[str, NDArray[np.float64]], shape: tuple[int, int]
) -> Section:
    """Weights as images, and their distribution."""
    first = next(iter(arrays))
    fields = receptive_fields(arrays[first], shape)[:60]
    histogram = weight_histogram({"after learning": arrays})
    return Section(
        "Weights",
        "",
        (
            picture(
                run,
                plot_receptive_fields(fields),
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
