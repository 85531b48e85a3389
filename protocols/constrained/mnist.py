"""Digits by networks trained under constraints, beside one converted: accuracy, spikes, bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.paper import CONSTRAINED
from brainsnn.datasets import ImageSet, Splits
from brainsnn.engine import build_engine
from brainsnn.errors import ConfigError
from brainsnn.experiment import Condition, Experiment, ExperimentConfig, Work
from brainsnn.experiment.experiment import seed_by_seed
from brainsnn.network.model import Model
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.constrained.conditions import WHOLE, Kind, Road
from brainsnn.protocols.constrained.curve import Curve
from brainsnn.protocols.constrained.page import write_page
from brainsnn.protocols.constrained.spiking import LifConfig, by_step
from brainsnn.protocols.constrained.units import learn
from brainsnn.protocols.conversion import converted, sources
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback

PIXELS = 784
"""Pixels of an image."""


class ConstrainedMnistConfig(ExperimentConfig):
    """Settings of the experiment ``constrained-mnist``.

    Parameters
    ----------
    kinds : tuple of str
        ``measured``: units with the f-I curve of the neuron that then spikes; ``discrete``: the
        same with weights of few bits; ``binary``: weights of one bit, units and inputs of 0 and 1;
        ``relu``: rectified units by scikit-learn, converted.
    bits : tuple of int, default (4, 2)
        Bits of ``discrete``, a condition each.
    hidden : int, default 200
        Hidden units.
    rates : tuple of float, default (0.001, 0.003)
        Learning rates; the best by validation images is kept. scikit-learn has its own.
    epochs : int, default 8
        Of training; the best by validation images is kept.
    n_steps : int, default 100
        Length of a trial in steps of 1 ms; binary networks take three.
    neuron : LifConfig
    data : MnistConfig
        Its 20,000 first training images by default.
    """

    protocol: Literal["constrained-mnist"] = "constrained-mnist"
    seeds: int = Field(default=3, ge=1)
    kinds: tuple[Kind, ...] = Field(
        default=("measured", "discrete", "binary", "relu"), min_length=1
    )
    bits: tuple[Annotated[int, Field(ge=2, le=16)], ...] = Field(default=(4, 2), min_length=1)
    hidden: int = Field(default=200, ge=1)
    rates: tuple[Annotated[float, Field(gt=0)], ...] = Field(default=(1e-3, 3e-3), min_length=1)
    epochs: int = Field(default=8, ge=1)
    n_steps: int = Field(default=100, ge=5)
    neuron: LifConfig = LifConfig()
    data: MnistConfig = MnistConfig(n_train=20_000)


class ConstrainedMnist(Experiment[ConstrainedMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "constrained-mnist"
    title = "Digits by networks trained under constraints"
    summary = "Measured f-I curves, weights of few bits, binary units: before and as spikes."
    citation: ClassVar[str] = CONSTRAINED
    config = ConstrainedMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "epochs=3", "hidden=50", "data.n_train=5000", "data.n_test=1000"),
    }

    def conditions(self, config: ConstrainedMnistConfig) -> list[Condition[ConstrainedMnistConfig]]:
        """Return every kind; of ``discrete``, one a number of bits."""
        found = []
        for kind in dict.fromkeys(config.kinds):
            several = dict.fromkeys(config.bits) if kind == "discrete" else config.bits[:1]
            for bits in several:
                one = config.model_copy(update={"kinds": (kind,), "bits": (bits,)})
                name = f"{bits}-bit weights" if kind == "discrete" else _NAMES[kind]
                found.append(Condition(name, one, {"bits": bits_of(one)}))
        return found

    def model(self, config: ConstrainedMnistConfig) -> Model:
        """Return the network of the neuron, or the binary one."""
        return _road(config).model

    def sources(self, config: ConstrainedMnistConfig) -> tuple[type, ...]:
        """Return the data set."""
        return (config.data.kind,)

    def check(self, config: ConstrainedMnistConfig) -> None:
        """Refuse missing data, and a number of bits given twice."""
        if len(set(config.bits)) < len(config.bits):
            raise ConfigError(f"{self.name}: bits has one twice: {list(config.bits)}.")
        config.data.load()

    def prepare(self, condition: Condition[ConstrainedMnistConfig]) -> Work:
        """Return what trains and runs every seed."""
        config = condition.config
        of_seed = _converted if config.kinds == ("relu",) else partial(_constrained, _road(config))
        return partial(_carry_out, condition, of_seed)

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Mean accuracies of the networks, and as spikes."""
        means = run.table("results").groupby("condition", sort=False)
        found = means[["source_accuracy", "accuracy"]].mean()
        return {
            f"{column}_{name}": float(found.loc[name, column])
            for name in found.index
            for column in found.columns
        }

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figures and the report; return claims."""
        return write_page(self, run, run.config(self.config))


_NAMES = {"measured": "f-I units", "binary": "binary", "relu": "ReLU, converted"}


def bits_of(config: ConstrainedMnistConfig) -> int:
    """Bits of a weight in a condition."""
    (kind,) = config.kinds[:1]
    return {"discrete": config.bits[0], "binary": 1}.get(kind, WHOLE)


def _road(config: ConstrainedMnistConfig) -> Road:
    sizes = (PIXELS, config.hidden, len(config.data.classes))
    return Road.of(config.neuron, sizes, config.n_steps, bits_of(config))


def _carry_out(
    condition: Condition[ConstrainedMnistConfig],
    of_seed: Any,
    run: RunDirectory,
    callbacks: Sequence[Callback],
) -> None:
    splits = condition.config.data.load()

    def said(row: Any) -> str:
        return f"{row['source_accuracy']:.2%}, as spikes {row['accuracy']:.2%}"

    work = partial(of_seed, condition.config, splits)
    seed_by_seed(condition, run, callbacks, work, said)


def _constrained(
    road: Road, config: ConstrainedMnistConfig, splits: Splits[ImageSet], seed: int
) -> Mapping[str, pd.DataFrame]:
    """Measure, train, run as spikes."""
    streams, tables = Streams(seed), {}
    settings = (config.engine, road.model, road.n_steps, streams, config.workers)
    with build_engine(*settings) as engine:
        response = road.response(engine)
        draw = partial(road.drawn, response)
        trained = learn(
            splits, road.prepared, draw, road.optimiser, config.rates, config.epochs, streams
        )
        steps = by_step(engine, trained.network.weights, splits.test, road.encoded)
    if isinstance(response, Curve):
        tables["curve"] = response.table()
    network, test = trained.network, splits.test
    row = {
        "epochs": trained.epochs,
        "learning_rate": trained.rate,
        "validation_accuracy": trained.validation_accuracy,
        "source_accuracy": network.accuracy(road.prepared(test.images), test.labels),
    }
    return {**tables, **_tables(row, steps)}


def _converted(
    config: ConstrainedMnistConfig, splits: Splits[ImageSet], seed: int
) -> Mapping[str, pd.DataFrame]:
    """Train rectified units and convert them, as the experiment ``conversion-mnist``."""
    source = sources.train("mlp", splits, (config.hidden,), config.epochs, Streams(seed))
    test = splits.test
    scaling = converted.Scaling()
    steps = converted.by_step(source, scaling, splits.train, test, "mlp", config.n_steps)
    row = {
        "epochs": source.epochs,
        "learning_rate": np.nan,
        "validation_accuracy": source.validation_accuracy,
        "source_accuracy": converted.own_accuracy(source, test, "mlp"),
    }
    return _tables(row, steps.assign(input_spikes=0.0))


def _tables(row: Mapping[str, float], steps: pd.DataFrame) -> dict[str, pd.DataFrame]:
    last = steps.iloc[-1]
    found = {
        "accuracy": last["accuracy"],
        "accuracy_ties_wrong": last["accuracy"],
        "steps": int(last["steps"]),
        "spikes": last["spikes"],
        "input_spikes": last["input_spikes"],
    }
    kept = steps[["steps", "accuracy"]]
    return {"steps": kept, "results": pd.DataFrame([{**row, **found}])}


PROTOCOL = ConstrainedMnist()
