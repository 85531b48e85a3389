"""Sections of the reports of one network: how it learned, and how accurate it is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from brainsnn.analysis.accuracy import accuracy_by_class, accuracy_table, confusion_matrix
from brainsnn.analysis.figures import plot_confusion, plot_learning_curve
from brainsnn.analysis.learning import learning_curve
from brainsnn.analysis.report import Section, Table
from brainsnn.protocols.common.page import picture
from brainsnn.records import RunDirectory
from brainsnn.training.selection import selected_epoch

ACCURACIES = ("accuracy", "accuracy_ties_wrong", "accuracy_ties_right", "silent_fraction")

FIRST_SPIKE = (
    "The output neuron that spikes first names the class. A tie goes to the larger membrane "
    "potential at that step; without an output spike, the largest final potential decides."
)

MOST_SPIKES = (
    "The output with most spikes names the class; a tie goes to the larger final potential."
)


def learning(run: RunDirectory, monitor: str, metrics: str = "metrics") -> Section:
    """Accuracy and loss over the epochs of a table, with the epoch that was selected."""
    epochs = run.table(metrics)
    best, curve = selected_epoch(epochs, monitor), learning_curve(epochs)
    prefix, when = ("", "") if metrics == "metrics" else (f"{metrics}_", f", with {metrics} trials")
    items = (
        picture(
            run,
            plot_learning_curve(curve, "accuracy_ties_wrong", best),
            f"{prefix}learning_curve",
            "Accuracy, ties counted as wrong, on the training trials as they were learned from and "
            "on the validation images after each epoch.",
            "Two curves of accuracy against epoch, training and validation.",
        ),
        picture(
            run,
            plot_learning_curve(curve, "loss", best),
            f"{prefix}loss",
            "Mean loss of the training trials as they were learned from.",
            "A curve of the loss against epoch.",
        ),
    )
    by = "loss of the training trials" if monitor == "loss" else monitor.replace("_", " ")
    text = f"The weights of epoch {best} were kept, for its {by}."
    return Section(f"Learning{when}", text, items)


def accuracy(
    run: RunDirectory, trials: pd.DataFrame, classes: Sequence[str], decided: str
) -> Section:
    """The four accuracy columns, accuracy by class, and the confusion matrix; how it is decided."""
    table = accuracy_table(trials)[["measure", "count", "trials", "value", "low", "high"]]
    by_class = accuracy_by_class(trials, classes).drop(columns=["label", "accuracy_ties_right"])
    matrix = confusion_matrix(trials, len(classes), classes)
    return Section(
        "Accuracy",
        decided,
        (
            Table(
                table,
                "How ties are scored matters: the same trials under each rule, with 95 % Wilson "
                "intervals.",
                headers={"low": "From", "high": "To"},
                digits=dict.fromkeys(("value", "low", "high"), 2),
                percent=("value", "low", "high"),
            ),
            Table(
                by_class,
                "Accuracy by class.",
                headers={
                    "low": "From",
                    "high": "To",
                    "accuracy_ties_wrong": "Ties wrong",
                    "silent_fraction": "Silent",
                },
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
