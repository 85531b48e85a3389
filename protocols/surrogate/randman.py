"""Random manifolds: how hard they are, and which slope stands in for the derivative of a spike."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves
from brainsnn.analysis.paper import SURROGATE
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.experiment import Condition
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.protocols.surrogate.base import Shape, surrogate, written
from brainsnn.protocols.surrogate.manifolds import (
    SHARES,
    ManifoldConfig,
    ManifoldExperiment,
    range_of,
    sweep,
)
from brainsnn.records import RunDirectory
from brainsnn.training import BPTT

Scale = Annotated[float, Field(gt=0)]


class SurrogateRandmanConfig(ManifoldConfig):
    """Settings of the experiment ``surrogate-randman``.

    Parameters
    ----------
    dimensions : tuple of int, default (1, 2, 3)
        Of the manifolds, with the rule `bptt` as it is.
    smoothness : tuple of float, default (1, 2)
        Exponents, each with every dimension.
    shapes : tuple of str, default ("superspike", "sigmoid", "triangle")
        Slopes of the sweep, which has the first dimension and exponent.
    scales : tuple of float, default (0.01, 0.1, 1, 10)
        Widths of the slope in units of the threshold, each with every shape.
    resets : tuple of bool, default (False, True)
        Whether derivatives go through the reset, each with every shape and width.
    data, network, bptt, training
        See `ManifoldConfig`.
    """

    protocol: Literal["surrogate-randman"] = "surrogate-randman"
    dimensions: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(1, 2, 3), min_length=1)
    smoothness: tuple[Scale, ...] = Field(default=(1.0, 2.0), min_length=1)
    shapes: tuple[Shape, ...] = ("superspike", "sigmoid", "triangle")
    scales: tuple[Scale, ...] = (0.01, 0.1, 1.0, 10.0)
    resets: tuple[bool, ...] = (False, True)


class SurrogateRandman(ManifoldExperiment[SurrogateRandmanConfig]):
    """The experiment; see the module's docstring."""

    name = "surrogate-randman"
    title = "Random manifolds: how much the slope of a surrogate gradient matters"
    summary = "Accuracy on smooth random manifolds against their difficulty and the slope."
    citation: ClassVar[str] = SURROGATE
    config = SurrogateRandmanConfig
    swept: ClassVar[tuple[str, ...]] = ("dimensions", "smoothness", "shapes", "scales", "resets")
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "dimensions=[1]", "smoothness=[1]", "scales=[0.01, 1]", "resets=[0]"),
    }

    def conditions(self, config: SurrogateRandmanConfig) -> list[Condition[SurrogateRandmanConfig]]:
        """Return every difficulty, then every slope on the first of them."""
        tasks = [_task(config, d, a) for a in config.smoothness for d in config.dimensions]
        first = tasks[0].config
        sweep = [
            _slope(first, shape, scale, reset)
            for reset in config.resets
            for shape in config.shapes
            for scale in config.scales
        ]
        return tasks + sweep

    def task(self, config: SurrogateRandmanConfig) -> tuple[int, float]:
        """See `ManifoldExperiment`: the first of each."""
        return config.dimensions[0], config.smoothness[0]

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figures and the report; return claims."""
        config, results = run.config(self.config), run.table("results")
        sizes = config.network.notation(config.data.n_neurons, config.data.n_classes)
        abstract = (
            f"{sizes} networks with currents told {config.data.n_classes} random manifolds apart "
            "by spike times alone, learned by surrogate gradients for "
            f"{config.training.epochs} epochs of {config.data.n_train} trials. Weights were "
            "selected on validation trials."
        )
        sections = [_difficulty(run, results)]
        if (results["part"] == "slope").any():
            sections.append(_sweep(run, results))
        return write_report(self, run, config, abstract, _claims(results), sections)


def _task(
    config: SurrogateRandmanConfig, dimension: int, smoothness: float
) -> Condition[SurrogateRandmanConfig]:
    """Return a difficulty, with the rule as it is."""
    update: dict[str, Any] = {"dimensions": (dimension,), "smoothness": (smoothness,)}
    columns: dict[str, Any] = {
        "part": "difficulty",
        "dimension": dimension,
        "smoothness": smoothness,
    }
    name = f"dimension {dimension}, smoothness {smoothness:g}"
    return Condition(name, config.model_copy(update=update), columns | _columns(config.bptt, "own"))


def _slope(
    config: SurrogateRandmanConfig, shape: Shape, scale: float, reset: bool
) -> Condition[SurrogateRandmanConfig]:
    """Return a slope, on the first task."""
    rule = surrogate(shape, scale, reset, config.bptt.learning_rate)
    columns: dict[str, Any] = {
        "part": "slope",
        "dimension": config.dimensions[0],
        "smoothness": config.smoothness[0],
    }
    name = f"{shape}, width {scale:g}, reset {'followed' if reset else 'not followed'}"
    config = config.model_copy(update={"bptt": rule})
    return Condition(name, config, columns | _columns(rule, shape))


def _columns(rule: BPTT, shape: str) -> dict[str, Any]:
    reset = "followed" if rule.follow_reset else "not followed"
    return {"shape": shape, "width": rule.scale, "reset": reset}


def _difficulty(run: RunDirectory, results: pd.DataFrame) -> Section:
    """Accuracy against the dimension, a line for each smoothness."""
    mine = results[results["part"] == "difficulty"]
    table = curve(mine, "dimension", "accuracy", ("smoothness",))
    named = table.assign(smoothness=table["smoothness"].map("smoothness {:g}".format))
    figure = plot_curves(named, "dimension", "test accuracy", "Dimension", code="smoothness")
    figure.axes[0].set_xticks(sorted(table["dimension"].unique()))
    caption = (
        "Test accuracy against the dimension of the manifolds, means of seeds with 95 % "
        "intervals. Lines: exponent of smoothness; chance is one of the classes."
    )
    alt = "Lines of test accuracy against dimension, by smoothness."
    drawn = picture(run, figure, "difficulty", caption, alt)
    return Section("Difficulty", "", (drawn, Table(table, "Means over seeds.", percent=SHARES)))


def _sweep(run: RunDirectory, results: pd.DataFrame) -> Section:
    """Accuracy against the width of the slope, a line a shape, with and without the reset."""
    mine = results[results["part"] == "slope"]
    shown = written(mine["shape"].unique())
    text = f"As Brian2 strings, with _g the distance from the threshold, where each is 1: {shown}."
    return sweep(run, mine, "reset", "whether derivatives go through the reset", text)


def _claims(results: pd.DataFrame) -> list[Claim]:
    """Accuracy of each task; of slopes, what changing shape and width costs at most."""
    found = [
        claim_of(f"Test accuracy, {name}", None, 100 * part["accuracy"], "%")
        for name, part in results[results["part"] == "difficulty"].groupby("condition", sort=False)
    ]
    slopes = results[results["part"] == "slope"]
    for reset, part in slopes.groupby("reset", sort=False):
        at_best = part.groupby(["seed", "shape"])["accuracy"].max()
        if part["shape"].unique().size > 1:
            text = f"Between the best and the worst shape, each at its best width, reset {reset}"
            found.append(range_of(text, at_best))
        for shape, mine in part.groupby("shape") if part["width"].unique().size > 1 else ():
            text = f"Between the best and the worst width, {shape}, reset {reset}"
            found.append(range_of(text, mine.set_index("seed")["accuracy"]))
    by_seed = 100 * slopes.pivot_table(index="seed", columns="reset", values="accuracy")
    if by_seed.shape[1] > 1:
        gain = by_seed["not followed"] - by_seed["followed"]
        text = "Accuracy without minus with derivatives through the reset, mean over slopes"
        found.append(direction_of(text, gain, "points"))
    return found


PROTOCOL = SurrogateRandman()
