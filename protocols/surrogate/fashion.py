r"""Clothes as latencies: the network of the tutorial SpyTorch on Fashion-MNIST.

A pixel x of 0..1 is the current into a leaky neuron of threshold :math:`\theta`, whose first spike
is at

.. math:: t = \tau \ln \frac{x}{x - \theta}

and that never spikes where :math:`x \le \theta` or the trial is over.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.paper import SPYTORCH
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.config import Config
from brainsnn.experiment import Condition, Material, TrainedNetwork
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Model
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.mnist import MnistConfig, encoded
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.common.sections import accuracy
from brainsnn.protocols.surrogate.base import SurrogateConfig, SurrogateExperiment, surrogate
from brainsnn.records import RunDirectory
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams
from brainsnn.training import BPTT, TrainingConfig

TUTORIAL = {"plain": 86.3, "regularised": 82.7}
"""Test accuracies that the tutorial's own pages show, in per cent."""

PIXELS = 28 * 28

Penalty = Annotated[float, Field(ge=0)]

DECIDED = "The output with the largest potential at any step names the class."


class ChargingCode(Config):
    """Latencies of leaky neurons that pixels charge (module docstring).

    Parameters
    ----------
    n_steps : int, default 100
        Length of a trial.
    tau : float, default 20
        Time constant, in steps.
    threshold : float, default 0.2
        Theta, of the brightest pixel's value.
    """

    n_steps: int = Field(default=100, ge=1)
    tau: float = Field(default=20.0, gt=0)
    threshold: float = Field(default=0.2, gt=0, lt=1)

    def encode(self, images: NDArray[np.uint8]) -> SpikeTrains:
        """Spikes of images of pixels from 0 to 255, a neuron a pixel."""
        levels = np.arange(256) / 255
        above = levels > self.threshold
        wait = np.full(levels.size, float(self.n_steps))
        wait[above] = self.tau * np.log(levels[above] / (levels[above] - self.threshold))
        steps = np.minimum(wait, self.n_steps).astype(np.int64)
        return SpikeTrains.from_first_steps(steps[images.reshape(len(images), -1)], self.n_steps)


class SurrogateFashionConfig(SurrogateConfig):
    """Settings of the experiment ``surrogate-fashion``.

    Parameters
    ----------
    penalties : tuple of float, default (0, 10000)
        Weights of the penalty on hidden spikes beyond ``bptt.rate_target``, a condition each.
    latencies : ChargingCode
    data : MnistConfig
    network, bptt, training
        See `SurrogateConfig`.
    """

    protocol: Literal["surrogate-fashion"] = "surrogate-fashion"
    penalties: tuple[Penalty, ...] = Field(default=(0.0, 10_000.0), min_length=1)
    bptt: BPTT = surrogate("superspike", 0.1, learning_rate=0.006).model_copy(
        update={"rate_target": 0.005}
    )
    training: TrainingConfig = TrainingConfig(
        epochs=10,
        batch_size=50,
        update="simultaneous",
        optimiser=AdamConfig(),
        schedule=Cosine(),
    )
    latencies: ChargingCode = ChargingCode()
    data: MnistConfig = MnistConfig(name="fashion-mnist", n_validation=5000)


class SurrogateFashion(SurrogateExperiment[SurrogateFashionConfig]):
    """The experiment; see the module's docstring."""

    name = "surrogate-fashion"
    title = "Clothes as latencies, learned by surrogate gradients"
    summary = (
        "784-100-10 network of SpyTorch on Fashion-MNIST's latencies, spikes penalised or not."
    )
    citation: ClassVar[str] = SPYTORCH
    config = SurrogateFashionConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=2", "data.n_train=10000", "data.n_test=2000"),
    }

    def conditions(self, config: SurrogateFashionConfig) -> list[Condition[SurrogateFashionConfig]]:
        """Return every penalty."""
        return [_condition(config, weight) for weight in dict.fromkeys(config.penalties)]

    def check(self, config: SurrogateFashionConfig) -> None:
        """Refuse networks that cannot be built and missing data."""
        super().check(config)
        config.data.load()

    def rule(self, config: SurrogateFashionConfig) -> BPTT:
        """Return the rule with the only penalty."""
        return config.bptt.model_copy(update={"rate_penalty": config.penalties[0]})

    def model(self, config: SurrogateFashionConfig) -> Model:
        """Return the network."""
        return config.network.model(self.name, PIXELS, len(config.data.classes))

    def n_steps(self, config: SurrogateFashionConfig) -> int:
        """Length of a trial."""
        return config.latencies.n_steps

    def sources(self, config: SurrogateFashionConfig) -> tuple[type, ...]:
        """Return the data set."""
        return (config.data.kind,)

    def material(self, config: SurrogateFashionConfig, streams: Streams) -> Material:  # noqa: ARG002
        """Load and encode the images."""
        return encoded(config.data.load(), config.latencies.encode)

    def columns(
        self, network: TrainedNetwork[SurrogateFashionConfig], trials: pd.DataFrame
    ) -> dict[str, float]:
        """Hidden spikes of a trial, of all neurons."""
        hidden = list(network.engine.populations)[1:-1]
        return {"hidden_spikes": float(sum(trials[f"spikes_{name}"].mean() for name in hidden))}

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the report; return the tutorial's numbers beside ours."""
        config, results = run.config(self.config), run.table("results")
        data = config.data
        sizes = config.network.notation(PIXELS, len(data.classes))
        abstract = (
            f"{sizes} networks learned {data.title} as latencies of {config.latencies.n_steps} "
            f"steps by surrogate gradients for {config.training.epochs} epochs, without and with "
            "a penalty on hidden spikes. Weights were selected on validation images."
        )
        shown = ["condition", "seed", "accuracy", "validation_accuracy", "hidden_spikes"]
        shares = ("accuracy", "validation_accuracy")
        table = Table(
            results[shown], "A row a network.", percent=shares, digits=dict.fromkeys(shares, 2)
        )
        trials, first = run.trials(), str(results["condition"].iloc[0])
        mine = trials[trials["condition"] == first]
        sections = [Section("Networks", "", (table,)), accuracy(run, mine, data.classes, DECIDED)]
        claims = [
            _claim(part, str(name), data) for name, part in results.groupby("condition", sort=False)
        ]
        return write_report(self, run, config, abstract, claims, sections)


def _condition(config: SurrogateFashionConfig, weight: float) -> Condition[SurrogateFashionConfig]:
    """Return a penalty, 0 for none."""
    name = f"penalty {weight:g}" if weight else "no penalty"
    changed = config.model_copy(update={"penalties": (weight,)})
    return Condition(name, changed, {"penalty": weight})


def _claim(part: pd.DataFrame, name: str, data: MnistConfig) -> Claim:
    """Accuracy of a condition beside what the tutorial shows of its own."""
    plain = name == "no penalty"
    shown = TUTORIAL["plain" if plain else "regularised"]
    paper = shown if data.name == "fashion-mnist" else None
    note = f"{part['hidden_spikes'].mean():,.0f} hidden spikes a trial"
    if not plain:
        note += "; the tutorial's penalty is another"
    return claim_of(f"Test accuracy, {name}", paper, 100 * part["accuracy"], "%", note, 2)


PROTOCOL = SurrogateFashion()
