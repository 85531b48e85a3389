"""Random manifolds: how hard they are, and which slope stands in for the derivative of a spike."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves
from brainsnn.analysis.paper import SURROGATE
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.config import Config
from brainsnn.datasets import Randman
from brainsnn.errors import ConfigError
from brainsnn.experiment import Condition, Material
from brainsnn.network.model import Model
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.protocols.surrogate.base import (
    HEIGHT_ONE,
    Shape,
    SurrogateConfig,
    SurrogateExperiment,
    surrogate,
)
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import BPTT

Scale = Annotated[float, Field(gt=0)]

SHARES = ("mean", "sd", "low", "high")
"""Columns of a curve that are fractions."""


class RandmanData(Config):
    """The task; see `Randman`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 2000, 500 and 1000
    n_classes, n_neurons, n_steps : int, default 10, 20 and 100
    """

    n_train: int = Field(default=2000, ge=1)
    n_validation: int = Field(default=500, ge=1)
    n_test: int = Field(default=1000, ge=1)
    n_classes: int = Field(default=10, ge=2)
    n_neurons: int = Field(default=20, ge=1)
    n_steps: int = Field(default=100, ge=2)


class SurrogateRandmanConfig(SurrogateConfig):
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
    data : RandmanData
    network, bptt, training
        See `SurrogateConfig`.
    """

    protocol: Literal["surrogate-randman"] = "surrogate-randman"
    dimensions: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(1, 2, 3), min_length=1)
    smoothness: tuple[Scale, ...] = Field(default=(1.0, 2.0), min_length=1)
    shapes: tuple[Shape, ...] = ("superspike", "sigmoid", "triangle")
    scales: tuple[Scale, ...] = (0.01, 0.1, 1.0, 10.0)
    resets: tuple[bool, ...] = (False, True)
    data: RandmanData = RandmanData()


class SurrogateRandman(SurrogateExperiment[SurrogateRandmanConfig]):
    """The experiment; see the module's docstring."""

    name = "surrogate-randman"
    title = "Random manifolds: how much the slope of a surrogate gradient matters"
    summary = "Accuracy on smooth random manifolds against their difficulty and the slope."
    citation: ClassVar[str] = SURROGATE
    config = SurrogateRandmanConfig
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

    def check(self, config: SurrogateRandmanConfig) -> None:
        """Refuse a value that is there twice, and networks that cannot be built."""
        for key in ("dimensions", "smoothness", "shapes", "scales", "resets"):
            values = getattr(config, key)
            if len(set(values)) < len(values):
                raise ConfigError(f"{self.name}: {key} has a value twice: {list(values)}.")
        super().check(config)

    def model(self, config: SurrogateRandmanConfig) -> Model:
        """Return the network."""
        return config.network.model(self.name, config.data.n_neurons, config.data.n_classes)

    def n_steps(self, config: SurrogateRandmanConfig) -> int:
        """Length of a trial."""
        return config.data.n_steps

    def sources(self, config: SurrogateRandmanConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (Randman,)

    def material(self, config: SurrogateRandmanConfig, streams: Streams) -> Material:
        """Draw the trials of a seed."""
        splits = Randman(
            **config.data.model_dump(),
            dimension=config.dimensions[0],
            smoothness=config.smoothness[0],
            seed=streams.seed,
        ).load()
        classes = tuple(map(str, range(config.data.n_classes)))
        return Material(splits.train, splits.validation, lambda: splits.test, classes)

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
    table = curve(mine, "width", "accuracy", ("reset", "shape"))
    label = "Width of the slope (thresholds)"
    figure = plot_curves(
        table, "width", "test accuracy", label, code="shape", split="reset", log=True
    )
    caption = (
        "Test accuracy against the width of the slope, which is 1 at the threshold; means of seeds "
        "with 95 % intervals. Panels: whether derivatives go through the reset."
    )
    alt = "Lines of test accuracy against width, by shape, in two panels."
    shown = ", ".join(f"{name}: {HEIGHT_ONE[name]}" for name in mine["shape"].unique())
    text = f"As Brian2 strings, with _g the distance from the threshold: {shown}."
    drawn = picture(run, figure, "slopes", caption, alt)
    return Section(
        "Shape and width of the slope",
        text,
        (drawn, Table(table, "Means over seeds.", percent=SHARES)),
    )


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
            found.append(_range(text, at_best, "seed"))
        for shape, mine in part.groupby("shape") if part["width"].unique().size > 1 else ():
            text = f"Between the best and the worst width, {shape}, reset {reset}"
            found.append(_range(text, mine.set_index("seed")["accuracy"], "seed"))
    by_seed = 100 * slopes.pivot_table(index="seed", columns="reset", values="accuracy")
    if by_seed.shape[1] > 1:
        gain = by_seed["not followed"] - by_seed["followed"]
        text = "Accuracy without minus with derivatives through the reset, mean over slopes"
        found.append(direction_of(text, gain, "points"))
    return found


def _range(text: str, accuracies: pd.Series, level: str) -> Claim:
    """From the lowest to the highest accuracy of each seed."""
    by_seed = (100 * accuracies).groupby(level=level)
    return claim_of(text, None, by_seed.max() - by_seed.min(), "points", higher_is_better=False)


PROTOCOL = SurrogateRandman()
