"""Digits by converted networks: accuracy against the length of a trial, by scaling and reset."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from time import perf_counter
from typing import Annotated, ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves
from brainsnn.analysis.paper import CONVERSION
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.errors import ConfigError
from brainsnn.experiment import Condition, Experiment, ExperimentConfig, Work, open_seeds, tell
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.protocols.conversion.converted import Scaling, by_step, own_accuracy
from brainsnn.protocols.conversion.sources import Kind, check, train
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback

PAPER = {"mlp": 98.6, "cnn": 99.1}
"""Test accuracies of Diehl et al. (2015), in per cent, of networks of more units than ours."""

AIMS = {100: 0.2, 32: 0.5}
"""Points of accuracy that conversion may cost at that many steps."""

#: Steps at which accuracies are shown.
_SHOWN = (8, 12, 16, 24, 32, 48, 64, 100, 200, 400)


class ConversionMnistConfig(ExperimentConfig):
    """Settings of the experiment ``conversion-mnist``.

    Parameters
    ----------
    sources : tuple of str, default ("mlp",)
        Networks that are trained and converted, a condition each: ``mlp`` by scikit-learn, ``cnn``
        in NumPy.
    hidden : tuple of int, default (400,)
        Hidden units of the layers of ``mlp``.
    channels : tuple of int, default (8, 16)
        Channels of the two convolutions of ``cnn``.
    epochs : int, default 15
        Of training; the best by validation images is kept.
    n_steps : int, default 100
        Length of a trial.
    scalings : tuple of Scaling
        Ways to convert, all of every network.
    data : MnistConfig
    """

    protocol: Literal["conversion-mnist"] = "conversion-mnist"
    seeds: int = Field(default=3, ge=1)
    sources: tuple[Kind, ...] = Field(default=("mlp",), min_length=1)
    hidden: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(400,), min_length=1)
    channels: tuple[Annotated[int, Field(ge=1)], ...] = (8, 16)
    epochs: int = Field(default=15, ge=1)
    n_steps: int = Field(default=100, ge=1)
    scalings: tuple[Scaling, ...] = Field(
        default=(
            Scaling(),
            Scaling(initial=0.0),
            Scaling(reset="zero"),
            Scaling(method="data"),
            Scaling(method="model"),
        ),
        min_length=1,
    )
    data: MnistConfig = MnistConfig()


class ConversionMnist(Experiment[ConversionMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "conversion-mnist"
    title = "Digits by converted networks"
    summary = "Rectified networks converted to spikes on MNIST: accuracy against steps."
    citation: ClassVar[str] = CONVERSION
    config = ConversionMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "epochs=3", "hidden=[100]", "data.n_train=10000", "data.n_test=1000"),
    }

    def conditions(self, config: ConversionMnistConfig) -> list[Condition[ConversionMnistConfig]]:
        """Return every source."""
        return [
            Condition(kind, config.model_copy(update={"sources": (kind,)}), {"source": kind})
            for kind in dict.fromkeys(config.sources)
        ]

    def sources(self, config: ConversionMnistConfig) -> tuple[type, ...]:
        """Return the data set."""
        return (config.data.kind,)

    def check(self, config: ConversionMnistConfig) -> None:
        """Refuse networks that cannot be trained, a scaling given twice, and missing data."""
        for kind in config.sources:
            check(kind, config.channels)
        labels = [scaling.label for scaling in config.scalings]
        if len(set(labels)) < len(labels):
            raise ConfigError(f"{self.name}: scalings has one twice: {'; '.join(labels)}.")
        config.data.load()

    def prepare(self, condition: Condition[ConversionMnistConfig]) -> Work:
        """Return what trains and converts with every seed."""
        return partial(_carry_out, condition)

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Mean accuracies of the networks and of their first conversion."""
        results = run.table("results")
        first = results[results["scaling"] == results["scaling"].iloc[0]]
        means = first.groupby("source", sort=False)[["source_accuracy", "accuracy"]].mean()
        return {
            f"{kind}_{name}": float(means.loc[kind, name])
            for kind in means.index
            for name in means.columns
        }

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figure and the report; return claims."""
        config = run.config(self.config)
        results, steps = run.table("results"), run.table("steps")
        abstract = (
            f"Networks of rectified units, trained on {config.data.title} for at most "
            f"{config.epochs} epochs and kept where validation images were best, run as "
            f"integrate-and-fire neurons for {config.n_steps} steps. Weights are scaled by "
            "training images; nothing is chosen by test images."
        )
        sections = [_accuracy(run, steps), _networks(results)]
        return write_report(self, run, config, abstract, _claims(config, results, steps), sections)


def _carry_out(
    condition: Condition[ConversionMnistConfig], run: RunDirectory, callbacks: Sequence[Callback]
) -> None:
    config, (kind,) = condition.config, condition.config.sources
    splits = config.data.load()
    sizes = config.hidden if kind == "mlp" else config.channels
    for seed in open_seeds(run, config):
        begun = perf_counter()
        source = train(kind, splits, sizes, config.epochs, Streams(seed))
        own, trained = own_accuracy(source, splits.test, kind), perf_counter() - begun
        rows, steps = [], []
        for scaling in config.scalings:
            begun = perf_counter()
            name = {
                "condition": f"{kind}, {scaling.label}",
                **condition.columns,
                "scaling": scaling.label,
                "seed": seed,
            }
            found = by_step(source, scaling, splits.train, splits.test, kind, config.n_steps)
            steps.append(found.assign(**name))
            numbers = {
                "epochs": source.epochs,
                "validation_accuracy": source.validation_accuracy,
                "source_accuracy": own,
                "accuracy": found["accuracy"].iloc[-1],
                "accuracy_ties_wrong": found["accuracy"].iloc[-1],
                "spikes": found["spikes"].iloc[-1],
                "decision_step": found["decision_step"].iloc[-1],
                "seconds": trained + perf_counter() - begun,
            }
            rows.append({**name, **numbers})
        spiking = rows[0]["accuracy"]
        tell(run, callbacks, f"{kind}, seed {seed}: {own:.2%}, as spikes {spiking:.2%}")
        run.append_tables({"steps": pd.concat(steps), "results": pd.DataFrame(rows)})


def _accuracy(run: RunDirectory, steps: pd.DataFrame) -> Section:
    """Accuracy against steps, a line a way to convert."""
    shown = steps[steps["steps"].isin(_SHOWN)]
    table = curve(shown, "steps", "accuracy", ("source", "scaling"))
    figure = plot_curves(
        table, "steps", "test accuracy", "Steps", code="scaling", split="source", log=True
    )
    caption = "Test accuracy if the trial ended after so many steps, means of seeds."
    drawn = picture(run, figure, "steps", caption, "Lines rise with the number of steps.")
    shares = ("mean", "sd", "low", "high")
    found = Table(table, "Means over seeds.", percent=shares, digits=dict.fromkeys(shares, 2))
    return Section("Accuracy against steps", "", (drawn, found))


def _networks(results: pd.DataFrame) -> Section:
    """A row a network and conversion."""
    shares = ("validation_accuracy", "source_accuracy", "accuracy")
    names = ["source", "seed", "epochs", *shares[:2], "scaling", "accuracy", "spikes"]
    names.append("decision_step")
    table = Table(
        results[names],
        "Every network, itself and converted; spikes of all its neurons in a trial.",
        percent=shares,
        digits=dict.fromkeys(shares, 2),
    )
    text = "Scaling by data or by model drops biases, which these networks were trained with."
    return Section("Networks", text, (table,))


def _claims(
    config: ConversionMnistConfig, results: pd.DataFrame, steps: pd.DataFrame
) -> list[Claim]:
    """Accuracy of the first conversion beside the paper's, and what each conversion costs."""
    found = []
    first = config.scalings[0].label
    for source, part in results.groupby("source", sort=False):
        mine = part[part["scaling"] == first]
        paper = config.data.of_paper(PAPER[str(source)])
        text = f"Test accuracy, {source}, {first}, after {config.n_steps} steps"
        found.append(claim_of(text, paper, 100 * mine["accuracy"], "%", "a larger network", 2))
        for scaling, networks in part.groupby("scaling", sort=False):
            found += _costs(str(source), str(scaling), networks, steps, first)
    return found


def _costs(
    source: str, scaling: str, networks: pd.DataFrame, steps: pd.DataFrame, first: str
) -> list[Claim]:
    """Points of accuracy that a conversion costs after 100 and 32 steps."""
    own = networks.set_index("seed")["source_accuracy"]
    mine = steps[(steps["source"] == source) & (steps["scaling"] == scaling)]
    found = []
    for n, aim in AIMS.items():
        then = mine[mine["steps"] == n].set_index("seed")["accuracy"]
        if len(then):
            text = f"Accuracy lost, {source}, {scaling}, after {n} steps"
            wanted = aim if scaling == first else None
            lost = 100 * (own - then)
            found.append(
                claim_of(text, None, lost, "points", "", 2, higher_is_better=False, aim=wanted)
            )
    return found


PROTOCOL = ConversionMnist()
