"""The page of ``stdp-mnist``: accuracy, what neurons see as they learn, thresholds, labels."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brainsnn.analysis.accuracy import accuracy_table, confusion_matrix
from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import (
    plot_confusion,
    plot_curves,
    plot_quantiles,
    plot_receptive_fields,
)
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.experiment import Experiment
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory

#: Test accuracies of the paper, in per cent, by the number of neurons that learn.
PAPER = {100: 82.9, 400: 87.0}

#: Moments of which fields are drawn, of those that there are.
MOMENTS = 4
SIDE = 28

VOTES = {
    "own": "Each neuron stands for the class to whose training images it answers most; the class "
    "whose neurons answer most on average is decided for. ",
    "all": "Each spike votes for all classes, in proportion to its neuron's mean responses to "
    "their training images; the class with most votes is decided for. The authors' neurons vote "
    "for one class each. ",
}
DECIDED = (
    "No test or validation image has a part in the "
    "labels. A tie and an image that no labelled neuron answers are wrong."
)


def write(experiment: Experiment[Any], run: RunDirectory, config: Any) -> pd.DataFrame:
    """Write the figures and the page; return what of it is shown at the end of a run."""
    results, images = run.table("results"), config.portion * config.training.epochs
    sizes = " and ".join(map(str, config.sizes))
    abstract = (
        f"Networks of {sizes} excitatory neurons, each with an inhibitory partner, saw {images:,} "
        f"presentations of {config.data.title} images of {config.images.duration:g} ms and learned "
        f"by STDP, normalised sums of weights and thresholds that rise, without labels "
        f"({len(config.all_seeds)} seeds a size). Constants were chosen on validation images with "
        "one seed."
    )
    sections = [
        _accuracy(run, VOTES[config.votes] + DECIDED, config.data.classes),
        _learning(run, config.portion),
        *_fields(run, config.portion),
        _state(run, config.portion),
        _labels(run, config.data.classes),
    ]
    return write_report(experiment, run, config, abstract, _claims(results, config), sections)


def _claims(results: pd.DataFrame, config: Any) -> list[Claim]:
    """Test accuracy at each size, beside the paper's."""
    return [
        claim_of(
            f"Test accuracy, {size} neurons",
            config.data.of_paper(PAPER.get(int(str(size)))),
            100 * part["accuracy_ties_wrong"],
            "%",
            "ties and silence wrong",
            digits=2,
        )
        for size, part in results.groupby("size", sort=False)
    ]


def _accuracy(run: RunDirectory, text: str, classes: tuple[str, ...]) -> Section:
    trials, results = run.trials(), run.table("results")
    parts = [
        accuracy_table(mine).assign(condition=str(name), seed=int(str(seed)))
        for (name, seed), mine in trials.groupby(["condition", "seed"], sort=False)
    ]
    columns = ["condition", "seed", "measure", "count", "trials", "value", "low", "high"]
    table = Table(
        pd.concat(parts)[columns],
        "Test images under each way to score ties, with 95 % Wilson intervals.",
        headers={"low": "From", "high": "To"},
        digits=dict.fromkeys(("value", "low", "high"), 2),
        percent=("value", "low", "high"),
    )
    columns = ["condition", "seed", "tie_fraction", "silent_fraction", "unlabelled", "images"]
    left = Table(
        results[columns],
        "Ties, images without an answer, neurons that stand for no class, images learned from.",
        digits={"tie_fraction": 2, "silent_fraction": 2, "unlabelled": 0},
        percent=("tie_fraction", "silent_fraction"),
    )
    largest = trials[trials["size"] == trials["size"].max()]
    matrix = confusion_matrix(largest, len(classes), classes)
    drawn = picture(
        run,
        plot_confusion(matrix),
        "confusion",
        "Which class was decided for which, in networks of the largest size, all seeds.",
        "Matrix of decisions against classes; most trials lie on the diagonal.",
    )
    return Section("Accuracy", text, (table, left, drawn))


def _learning(run: RunDirectory, portion: int) -> Section:
    metrics = run.table("metrics")
    metrics = metrics.assign(
        images=metrics["epoch"] * portion, accuracy=metrics["validation_accuracy"]
    )
    drawn = picture(
        run,
        plot_curves(
            curve(metrics, "images", "accuracy", ("condition",)),
            "images",
            "accuracy",
            "Images",
            code="condition",
        ),
        "learning",
        "Accuracy on validation images while the network learns, means of seeds with 95 % "
        "intervals; labels follow from responses to the images learned from, old ones fading.",
        "Curves of accuracy against images shown, rising steeply, then slowly.",
    )
    return Section("Learning", "", (drawn,))


def _fields(run: RunDirectory, portion: int) -> list[Section]:
    fields = run.table("fields")
    fields = fields[fields["seed"] == fields["seed"].min()]
    epochs = sorted(fields["epoch"].unique())
    chosen = sorted({epochs[k * (len(epochs) - 1) // (MOMENTS - 1)] for k in range(MOMENTS)})
    sections = []
    for size, part in fields.groupby("size", sort=False):
        items = tuple(_drawn(run, part, epoch, int(str(size)), portion) for epoch in chosen)
        text = f"Weights onto the first neurons of {size}, of the first seed."
        sections.append(Section(f"Receptive fields as they form, {size} neurons", text, items))
    return sections


def _drawn(run: RunDirectory, part: pd.DataFrame, epoch: int, size: int, portion: int) -> Picture:
    table = part[part["epoch"] == epoch].pivot_table("weight", "neuron", "input")
    tiles = table.to_numpy().reshape(len(table), SIDE, -1)
    when = f"after {epoch * portion:,} images" if epoch else "before learning"
    return picture(
        run,
        plot_receptive_fields(tiles, columns=10),
        f"fields_{size}_{epoch}",
        f"{when.capitalize()}.",
        f"Tiles of weights, one a neuron, {when}.",
    )


def _state(run: RunDirectory, portion: int) -> Section:
    state = run.table("state")
    state = state[state["seed"] == state["seed"].min()]
    state = state.assign(images=state["epoch"] * portion)
    items = [
        picture(
            run,
            plot_quantiles(part, "images", "value", "Images", label, panel="condition"),
            f"state_{name}",
            f"Quantiles of all {plural} while the network learns, first seed.",
            f"Bands of quantiles of {plural} against images shown.",
        )
        for name, plural, label in (
            ("weight", "weights", "Weight"),
            ("threshold", "thresholds", "Threshold (mV)"),
        )
        for part in [state[state["quantity"] == name]]
    ]
    return Section("Weights and thresholds over time", "", tuple(items))


def _labels(run: RunDirectory, classes: tuple[str, ...]) -> Section:
    neurons = run.table("neurons")
    names = {-1: "none", **dict(enumerate(classes))}
    named = neurons.assign(label=neurons["label"].map(names))
    counts = named.pivot_table(
        "neuron", ["condition", "seed"], "label", aggfunc="count", fill_value=0, sort=False
    )
    order = [name for name in names.values() if name in counts.columns]
    table = Table(counts[order].reset_index(), "Neurons that stand for each class.")
    return Section("Labels", "", (table,))
