r"""Shape, width and height of the slope in a recurrent network, where derivatives pass it often.

Without recurrence each derivative passes the slope of a layer once, so its height scales a layer's
gradients alike, and Adam divides it out. Connections within the layer multiply it once a step, as
the reset does (Zenke and Vogels 2021, figure 5). A slope of height one is compared with one that
nears the derivative of a step as it gets narrow:

.. math:: \sigma'(0) = 1 \quad \text{or} \quad \sigma'(0) = 1 / s

with s the width, of which the paper's steepness :math:`\beta` is the reciprocal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.paper import SURROGATE
from brainsnn.analysis.report import Claim
from brainsnn.experiment import Condition
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.surrogate.base import HEIGHT_ONE, Shape, surrogate, written
from brainsnn.protocols.surrogate.manifolds import (
    ManifoldConfig,
    ManifoldExperiment,
    range_of,
    sweep,
)
from brainsnn.protocols.surrogate.network import CurrentNetwork
from brainsnn.records import RunDirectory
from brainsnn.training import BPTT, TrainingConfig

Height = Literal["one", "growing"]

HEIGHTS: Mapping[Height, str] = {"one": "{}", "growing": "({}) / _scale"}
"""What becomes of a slope of `HEIGHT_ONE`."""

Positive = Annotated[float, Field(gt=0)]


class SurrogateShapesConfig(ManifoldConfig):
    """Settings of the experiment ``surrogate-shapes``.

    Parameters
    ----------
    shapes : tuple of str, default all of `HEIGHT_ONE`
    widths : tuple of float, default (0.01, 0.05, 0.2, 1)
        In units of the threshold, each with every shape.
    heights : tuple of {"one", "growing"}, default ("one", "growing")
        At the threshold: 1, or 1 / width; each with every shape and width.
    dimension, smoothness
        Of the manifolds; see `Randman`.
    bptt : BPTT
        Gives the learning rate, and whether derivatives go through the reset.
    data, network, training
        See `ManifoldConfig`; the network has connections within its layer, and 6 epochs to learn.
    """

    protocol: Literal["surrogate-shapes"] = "surrogate-shapes"
    shapes: tuple[Shape, ...] = Field(default=tuple(HEIGHT_ONE), min_length=1)
    widths: tuple[Positive, ...] = Field(default=(0.01, 0.05, 0.2, 1.0), min_length=1)
    heights: tuple[Height, ...] = Field(default=("one", "growing"), min_length=1)
    dimension: int = Field(default=1, ge=1)
    smoothness: Positive = 1.0
    network: CurrentNetwork = CurrentNetwork(recurrent=2.0)
    bptt: BPTT = surrogate("superspike", 0.1, learning_rate=0.01)
    training: TrainingConfig = TrainingConfig(
        epochs=6, batch_size=50, update="simultaneous", optimiser=AdamConfig()
    )


class SurrogateShapes(ManifoldExperiment[SurrogateShapesConfig]):
    """The experiment; see the module's docstring."""

    name = "surrogate-shapes"
    title = "Shape, width and height of a surrogate gradient in a recurrent network"
    summary = "Accuracy of recurrent networks against shape, width and height of the slope."
    citation: ClassVar[str] = SURROGATE
    config = SurrogateShapesConfig
    swept: ClassVar[tuple[str, ...]] = ("shapes", "widths", "heights")
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", 'shapes=["superspike", "triangle"]', "widths=[0.1]", "data.n_train=500")
    }

    def conditions(self, config: SurrogateShapesConfig) -> list[Condition[SurrogateShapesConfig]]:
        """Return every slope."""
        return [
            _slope(config, shape, width, height)
            for height in config.heights
            for shape in config.shapes
            for width in config.widths
        ]

    def task(self, config: SurrogateShapesConfig) -> tuple[int, float]:
        """See `ManifoldExperiment`."""
        return config.dimension, config.smoothness

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figure and the report; return claims."""
        config, results = run.config(self.config), run.table("results")
        sizes = config.network.notation(config.data.n_neurons, config.data.n_classes)
        reset = "followed" if config.bptt.follow_reset else "not followed"
        abstract = (
            f"{sizes} networks with connections within the hidden layer told "
            f"{config.data.n_classes} random manifolds apart by spike times alone, learned by "
            f"surrogate gradients for {config.training.epochs} epochs of {config.data.n_train} "
            f"trials. Weights were selected on validation trials; the reset was {reset}."
        )
        shown = written(config.shapes)
        text = (
            f"As Brian2 strings, with _g the distance from the threshold: {shown}. Where the "
            "height grows, each is divided by its width."
        )
        panels = "height at the threshold, 1 or growing as 1 / width"
        section = sweep(run, results, "height", panels, text)
        return write_report(self, run, config, abstract, _claims(results), [section])


def _slope(
    config: SurrogateShapesConfig, shape: Shape, width: float, height: Height
) -> Condition[SurrogateShapesConfig]:
    """Return a slope as a condition."""
    update: dict[str, Any] = {
        "pseudo_derivative": HEIGHTS[height].format(HEIGHT_ONE[shape]),
        "scale": width,
    }
    rule = config.bptt.model_copy(update=update)
    columns = {"shape": shape, "width": width, "height": height}
    name = f"{shape}, width {width:g}, height {height}"
    return Condition(name, config.model_copy(update={"bptt": rule}), columns)


def _claims(results: pd.DataFrame) -> list[Claim]:
    """Best accuracies; what shape, width and height cost."""
    found = []
    for height, part in results.groupby("height", sort=False):
        best = _at_best(part)
        for shape, mine in best.groupby("shape", sort=False):
            text = f"Test accuracy, {shape}, height {height}, width best on validation trials"
            found.append(claim_of(text, None, 100 * mine["accuracy"], "%"))
        found += _costs(part, best, f"height {height}")
    return found + _heights(results)


def _at_best(part: pd.DataFrame) -> pd.DataFrame:
    """Rows of the width that is best on validation trials, of each seed and shape."""
    chosen = part.groupby(["seed", "shape"], sort=False)["validation_accuracy"].idxmax()
    return part.loc[chosen]


def _costs(part: pd.DataFrame, best: pd.DataFrame, height: str) -> list[Claim]:
    """What a bad shape and a bad width cost, and whether width matters more."""
    if part["shape"].nunique() < 2 or part["width"].nunique() < 2:
        return []
    of_shape = best.set_index(["seed", "shape"])["accuracy"]
    of_width = part.groupby(["seed", "width"])["accuracy"].mean()
    spans = [
        100 * (by_seed.max() - by_seed.min())
        for by_seed in (of_width.groupby(level="seed"), of_shape.groupby(level="seed"))
    ]
    return [
        range_of(
            f"Between the best and the worst shape, each at its best width, {height}", of_shape
        ),
        range_of(f"Between the best and the worst width, mean over shapes, {height}", of_width),
        direction_of(
            f"What width costs minus what shape costs, {height}", spans[0] - spans[1], "points"
        ),
    ]


def _heights(results: pd.DataFrame) -> list[Claim]:
    """Whether a height of one is better than one that grows, where the slope is narrowest."""
    narrowest = results[results["width"] == results["width"].min()]
    by_seed = 100 * narrowest.pivot_table(index="seed", columns="height", values="accuracy")
    if by_seed.shape[1] < 2:
        return []
    text = "Accuracy with height one minus growing, narrowest slopes, mean over shapes"
    return [direction_of(text, by_seed["one"] - by_seed["growing"], "points")]


PROTOCOL = SurrogateShapes()
