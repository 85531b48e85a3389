"""What fewer steps, fewer spikes and fewer bits cost a network of spike counts, on MNIST."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.early import early_readings
from brainsnn.analysis.paper import printed_value
from brainsnn.analysis.report import Claim
from brainsnn.analysis.summary import summarise
from brainsnn.codes import RateDecoder
from brainsnn.engine import Engine, build_engine
from brainsnn.experiment.study import Study, StudyConfig
from brainsnn.learning.count import Count
from brainsnn.learning.optimisers import AdamConfig, QuantisedAdamConfig
from brainsnn.learning.optimisers.quantised import MOST_BITS
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Model
from brainsnn.network.names import ParameterName
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.common.warps import WarpConfig
from brainsnn.protocols.count.base import (
    CITATION,
    CountNetworkConfig,
    fixed_trials,
    image_trials,
)
from brainsnn.protocols.count.figures import constraints, output_spikes
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig
from brainsnn.training.evaluation import evaluate

#: Test accuracy of Table II at T = 10, in per cent.
PAPER_STEPS, PAPER_ACCURACY = 10, printed_value("count-mnist", "accuracy", "short")


@dataclass(frozen=True)
class Condition:
    """A network to train: its T, and the constraints in its loss, None for none."""

    n_steps: int
    rate_target: float | None = None
    bits: int | None = None

    @property
    def name(self) -> str:
        """Words for tables."""
        parts = [f"T = {self.n_steps}"]
        if self.rate_target is not None:
            parts.append(f"rate {self.rate_target:g}")
        if self.bits is not None:
            parts.append(f"{self.bits} bits")
        return ", ".join(parts)


class CountLatencyConfig(StudyConfig):
    """Settings of the study ``count-latency``.

    Parameters
    ----------
    n_steps : tuple of int
        Values of T, each with a network trained for it.
    constrained : int, default 10
        T of the networks under the other constraints.
    rate_targets : tuple of float
        Targets of the rate penalty, spikes a neuron and step.
    penalty : float
        Weight of the rate penalty.
    bits : tuple of int
        Precisions of the weights. Every target also goes with every precision.
    epochs, batch_size : int
    network, rule, warp, data
        See their classes.
    """

    protocol: Literal["count-latency"] = "count-latency"
    seeds: int = Field(default=1, ge=1)
    n_steps: tuple[Annotated[int, Field(ge=1)], ...] = (1, 2, 5, 10, 20, 50)
    constrained: int = Field(default=10, ge=1)
    rate_targets: tuple[Annotated[float, Field(ge=0, le=1)], ...] = (0.05,)
    penalty: float = Field(default=1e4, gt=0)
    bits: tuple[Annotated[int, Field(ge=1, le=MOST_BITS)], ...] = (4, 2)
    epochs: int = Field(default=4, ge=1)
    batch_size: int = Field(default=64, ge=1)
    network: CountNetworkConfig = CountNetworkConfig()
    rule: Count = Count()
    warp: WarpConfig = WarpConfig()
    data: MnistConfig = MnistConfig(n_train=10_000, n_validation=2000)

    def conditions(self) -> list[Condition]:
        """Return every T alone, then the constraints alone and together."""
        t = self.constrained
        targets: tuple[float | None, ...] = (None, *self.rate_targets)
        bits: tuple[int | None, ...] = (None, *self.bits)
        pairs = [(r, b) for r in targets for b in bits if (r, b) != (None, None)]
        return [Condition(n) for n in self.n_steps] + [Condition(t, r, b) for r, b in pairs]


class CountLatency(Study[CountLatencyConfig]):
    """The study; see the module's docstring."""

    name = "count-latency"
    title = "Spike counts under constraints: steps, spikes, bits"
    summary = "MNIST accuracy, spikes and synaptic operations against T, rates and precision."
    citation: ClassVar[str] = CITATION
    config = CountLatencyConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("n_steps=[2, 10]", "bits=[4]", "epochs=1", "network.hidden=100"),
    }

    def model(self, config: CountLatencyConfig) -> Model:
        """Return the network of the first T."""
        return _network(config, config.conditions()[0]).model(self.name, "28x28", 10)

    def check(self, config: CountLatencyConfig) -> None:
        """Refuse networks that cannot be built and missing data."""
        self.model(config)
        config.data.load()

    def carry_out(
        self, config: CountLatencyConfig, run: RunDirectory, say: Callable[[str], None]
    ) -> None:
        """Train and test every condition with every seed."""
        for condition in config.conditions():
            for seed in range(config.seed, config.seed + config.seeds):
                if run.holds("results", condition=condition.name, seed=seed):
                    continue
                row, early = _measure(config, condition, seed)
                run.append_tables({"results": pd.DataFrame([row]), **early})
                say(
                    f"{condition.name}, seed {seed}: {row['accuracy']:.2%} ({row['seconds']:.0f} s)"
                )

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Test accuracy of each condition."""
        means = run.table("results").groupby("condition", sort=False)["accuracy"].mean()
        return {str(name): float(value) for name, value in means.items()}

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return the paper's claims beside our numbers."""
        config, results = run.config(self.config), run.table("results")
        claims = [
            _claim(part, str(name), config.data)
            for name, part in results.groupby("condition", sort=False)
        ]
        images = config.data.n_train or "all"
        abstract = (
            f"{config.network.notation('28x28', 10)} networks learned {images} MNIST images for "
            f"{config.epochs} epochs through spike counts, each for its own T, and for T = "
            f"{config.constrained} under a target rate, with weights of few bits, and both. "
            "Weights were selected on validation images."
        )
        return write_report(self, run, config, abstract, claims, [constraints(run)])


def _network(config: CountLatencyConfig, condition: Condition) -> CountNetworkConfig:
    return config.network.model_copy(update={"n_steps": condition.n_steps})


def _rule(config: CountLatencyConfig, condition: Condition) -> Count:
    if condition.rate_target is None:
        return config.rule
    limits = {"rate_penalty": config.penalty, "rate_target": condition.rate_target}
    return Count.model_validate(config.rule.model_dump() | limits)


def _training(config: CountLatencyConfig, condition: Condition) -> TrainingConfig:
    bits = condition.bits
    return TrainingConfig(
        epochs=config.epochs,
        batch_size=config.batch_size,
        update="simultaneous",
        schedule=Cosine(),
        optimiser=AdamConfig() if bits is None else QuantisedAdamConfig(bits=bits),
    )


def _measure(
    config: CountLatencyConfig, condition: Condition, seed: int
) -> tuple[dict[str, object], dict[str, pd.DataFrame]]:
    """Train one network, test it, and read the longest unconstrained one early.

    Returns its row of results, and the table of early readings, if there is one.
    """
    begin, streams, network = time.perf_counter(), Streams(seed), _network(config, condition)
    splits = config.data.load()
    model = network.model("count-latency", "28x28", 10)
    rule = _rule(config, condition)
    with build_engine(config.engine, model, network.trial_steps, streams) as engine:
        engine.set_weights(model.draw_weights(streams))
        trainer = Trainer(
            engine,
            rule.bind(model, RateDecoder(), network.trial_steps),
            RateDecoder(),
            _training(config, condition),
            rule.learning_rate,
            streams,
        )
        trainer.fit(
            image_trials(splits.train, network, config.warp, streams),
            fixed_trials(splits.validation, network, streams, "validation"),
        )
        shown = fixed_trials(splits.test, network, streams, "test")
        trials = evaluate(engine, shown, RateDecoder())
        tables = {}
        if condition == Condition(max(config.n_steps)):
            early = early_readings(output_spikes(engine, shown), shown.labels, 10, engine.n_steps)
            tables = {"early": early.assign(seed=seed)}
        kept = _kept(engine, trials, condition)
    row: dict[str, object] = {
        "condition": condition.name,
        "decoder": "rate",
        "seed": seed,
        "n_steps": condition.n_steps,
        "constrained": condition != Condition(condition.n_steps),
        "epochs": config.epochs,
        "seconds": time.perf_counter() - begin,
        **summarise(trials),
        **kept,
    }
    return row, tables


def _kept(engine: Engine, trials: pd.DataFrame, condition: Condition) -> dict[str, float]:
    """What constraints are about, in the network as it was tested: rate and number of levels."""
    hidden = list(engine.populations)[1:-1]
    rates = [
        trials[f"spikes_{name}"].mean() / (engine.populations[name] * condition.n_steps)
        for name in hidden
    ]
    weights = [value for name, value in engine.weights.items() if not ParameterName.read(name)]
    return {
        "hidden_rate": float(max(rates, default=0.0)),
        "levels": float(max(np.unique(value).size for value in weights)),
    }


def _claim(part: pd.DataFrame, name: str, data: MnistConfig) -> Claim:
    """Accuracy of a condition, beside the paper's where it has one."""
    plain = name == f"T = {PAPER_STEPS}" and data.name == "mnist"
    note = f"{part['synaptic_operations'].mean():,.0f} synaptic operations"
    if plain and data.n_train is not None:
        note += f"; learned {data.n_train:,} images, the paper's network all"
    paper = PAPER_ACCURACY if plain else None
    return claim_of(f"Test accuracy, {name}", paper, 100 * part["accuracy"], "%", note, 2)


PROTOCOL = CountLatency()
