"""What fewer steps, fewer spikes and fewer bits cost a network of spike counts, on MNIST."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.paper import printed_value
from brainsnn.analysis.report import Claim
from brainsnn.experiment import Condition, TrainedNetwork
from brainsnn.learning.count import Count
from brainsnn.learning.optimisers import AdamConfig, QuantisedAdamConfig
from brainsnn.learning.optimisers.quantised import MOST_BITS
from brainsnn.learning.schedules import Cosine
from brainsnn.network.names import ParameterName
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.common.warps import WarpConfig
from brainsnn.protocols.count.base import CountConfig, CountExperiment
from brainsnn.protocols.count.figures import constraints, write_early
from brainsnn.records import RunDirectory
from brainsnn.training import TrainingConfig

#: Test accuracy of Table II at T = 10, in per cent.
PAPER_STEPS, PAPER_ACCURACY = 10, printed_value("count-mnist", "accuracy", "short")


class CountLatencyConfig(CountConfig):
    """Settings of the experiment ``count-latency``.

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
    n_steps: tuple[Annotated[int, Field(ge=1)], ...] = (1, 2, 5, 10, 20, 50)
    constrained: int = Field(default=10, ge=1)
    rate_targets: tuple[Annotated[float, Field(ge=0, le=1)], ...] = (0.05,)
    penalty: float = Field(default=1e4, gt=0)
    bits: tuple[Annotated[int, Field(ge=1, le=MOST_BITS)], ...] = (4, 2)
    epochs: int = Field(default=4, ge=1)
    batch_size: int = Field(default=64, ge=1)
    data: MnistConfig = MnistConfig(n_train=10_000, n_validation=2000)
    warp: WarpConfig = WarpConfig()


class CountLatency(CountExperiment[CountLatencyConfig]):
    """The experiment; see the module's docstring."""

    name = "count-latency"
    title = "Spike counts under constraints: steps, spikes, bits"
    summary = "MNIST accuracy, spikes and synaptic operations against T, rates and precision."
    config = CountLatencyConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("n_steps=[2, 10]", "bits=[4]", "epochs=1", "network.hidden=100"),
    }

    def conditions(self, config: CountLatencyConfig) -> list[Condition[CountLatencyConfig]]:
        """Return every T alone, then the constraints alone and together."""
        targets: tuple[float | None, ...] = (None, *config.rate_targets)
        bits: tuple[int | None, ...] = (None, *config.bits)
        pairs = [(r, b) for r in targets for b in bits if (r, b) != (None, None)]
        alone = [_condition(config, n, None, None) for n in config.n_steps]
        return alone + [_condition(config, config.constrained, r, b) for r, b in pairs]

    def check(self, config: CountLatencyConfig) -> None:
        """Refuse networks that cannot be built and missing data."""
        super().check(config)
        config.data.load()

    def training(self, config: CountLatencyConfig) -> TrainingConfig:
        """Return how a network is trained; its precision is the only one of ``bits``."""
        return TrainingConfig(
            epochs=config.epochs,
            batch_size=config.batch_size,
            update="simultaneous",
            schedule=Cosine(),
            optimiser=QuantisedAdamConfig(bits=config.bits[0]) if config.bits else AdamConfig(),
        )

    def measure(self, network: TrainedNetwork[CountLatencyConfig], run: RunDirectory) -> None:
        """Read the longest network without constraints early."""
        longest = network.config.network.n_steps == max(network.config.n_steps)
        if longest and not network.condition.columns["constrained"]:
            write_early(network.engine, network.material.test, run)

    def columns(
        self, network: TrainedNetwork[CountLatencyConfig], trials: pd.DataFrame
    ) -> dict[str, float]:
        """What constraints are about: the busiest hidden layer's rate, and number of levels."""
        sizes, n_steps = network.engine.populations, network.config.network.n_steps
        rates = [
            trials[f"spikes_{name}"].mean() / (sizes[name] * n_steps) for name in list(sizes)[1:-1]
        ]
        weights = [value for name, value in network.weights.items() if not ParameterName.read(name)]
        return {
            "hidden_rate": float(max(rates, default=0.0)),
            "levels": float(max(np.unique(value).size for value in weights)),
        }

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


def _condition(
    config: CountLatencyConfig, n_steps: int, target: float | None, bits: int | None
) -> Condition[CountLatencyConfig]:
    """Return a network: its T, and the constraints in its loss, None for none."""
    name, rule = f"T = {n_steps}", config.rule
    if target is not None:
        name += f", rate {target:g}"
        limits = {"rate_penalty": config.penalty, "rate_target": target}
        rule = Count.model_validate(config.rule.model_dump() | limits)
    if bits is not None:
        name += f", {bits} bits"
    update = {
        "network": config.network.model_copy(update={"n_steps": n_steps}),
        "rule": rule,
        "bits": () if bits is None else (bits,),
    }
    columns = {"n_steps": n_steps, "constrained": target is not None or bits is not None}
    return Condition(name, config.model_copy(update=update), columns)


def _claim(part: pd.DataFrame, name: str, data: MnistConfig) -> Claim:
    """Accuracy of a condition, beside the paper's where it has one."""
    plain = name == f"T = {PAPER_STEPS}" and data.name == "mnist"
    note = f"{part['synaptic_operations'].mean():,.0f} synaptic operations"
    if plain and data.n_train is not None:
        note += f"; learned {data.n_train:,} images, the paper's network all"
    paper = PAPER_ACCURACY if plain else None
    return claim_of(f"Test accuracy, {name}", paper, 100 * part["accuracy"], "%", note, 2)


PROTOCOL = CountLatency()
