"""Digits as latencies, read by potentials: exact gradients of spike times beside surrogate ones."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.paper import EVENTPROP
from brainsnn.analysis.report import Claim
from brainsnn.codes import LatencyEncoder
from brainsnn.experiment import Material, TrainedNetwork
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Model
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.mnist import MnistConfig, encoded
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.eventprop import page
from brainsnn.protocols.eventprop.base import EventPropConfig, EventPropExperiment
from brainsnn.protocols.eventprop.network import LatencyNetwork
from brainsnn.protocols.eventprop.speed import training_speed
from brainsnn.records import RunDirectory
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams
from brainsnn.training import BPTT, EventProp, TrainingConfig

#: Test accuracy that the paper prints for 350 hidden neurons, in per cent.
PAPER = 97.6

PIXELS = 28 * 28

DECIDED = "The output with the largest potential at the end of any step names the class."


class EventPropMnistConfig(EventPropConfig):
    """Settings of the experiment ``eventprop-mnist``.

    Parameters
    ----------
    bright : float, default 30
        Time over which spikes are spread, in ms: the brighter a pixel, the earlier.
    duration : float, default 45
        Of a trial, in ms.
    data : MnistConfig
    timed : int, default 500
        Training trials by which processor time is measured; 0 for none.
    rules, network, eventprop, bptt, training
        See `EventPropConfig`; outputs do not spike.
    """

    protocol: Literal["eventprop-mnist"] = "eventprop-mnist"
    network: LatencyNetwork = LatencyNetwork(
        hidden=350,
        step=0.5,
        input_mean=0.065,
        input_sd=0.045,
        hidden_mean=0.2,
        hidden_sd=0.37,
        fires=False,
    )
    eventprop: EventProp = EventProp(learning_rate=0.01, loss="largest_potential")
    bptt: BPTT = BPTT(
        learning_rate=0.01, follow_reset=False, loss="largest_potential", precision="float32"
    )
    training: TrainingConfig = TrainingConfig(
        epochs=20,
        batch_size=64,
        update="simultaneous",
        optimiser=AdamConfig(),
        schedule=Cosine(),
    )
    bright: float = Field(default=30.0, gt=0)
    duration: float = Field(default=45.0, gt=0)
    data: MnistConfig = MnistConfig(n_validation=5000)
    timed: int = Field(default=500, ge=0)


class EventPropMnist(EventPropExperiment[EventPropMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "eventprop-mnist"
    title = "Digits as latencies: exact gradients beside surrogate ones"
    summary = "784-350-10 network on latencies of MNIST, taught by EventProp and by BPTT."
    citation: ClassVar[str] = EVENTPROP
    config = EventPropMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=1", "data.n_train=2000", "data.n_test=500"),
        "short": ("seeds=1", "training.epochs=3", "data.n_train=10000"),
    }

    def check(self, config: EventPropMnistConfig) -> None:
        """Refuse networks that cannot be built, and missing data."""
        super().check(config)
        config.data.load()

    def model(self, config: EventPropMnistConfig) -> Model:
        """Return the network."""
        return config.network.model(self.name, PIXELS, len(config.data.classes))

    def n_steps(self, config: EventPropMnistConfig) -> int:
        """Length of a trial."""
        return config.network.steps(config.duration)

    def sources(self, config: EventPropMnistConfig) -> tuple[type, ...]:
        """Return the data set and the encoder."""
        return config.data.kind, LatencyEncoder

    def material(self, config: EventPropMnistConfig, streams: Streams) -> Material:  # noqa: ARG002
        """Load and encode the images."""
        encoder = LatencyEncoder(config.network.steps(config.bright))
        n_steps = self.n_steps(config)

        def encode(images: NDArray[np.uint8]) -> SpikeTrains:
            return replace(encoder.encode(images), n_steps=n_steps)

        return encoded(config.data.load(), encode)

    def measure(self, network: TrainedNetwork[EventPropMnistConfig], run: RunDirectory) -> None:
        """Take the time of training."""
        if network.config.timed:
            run.write_table("speed", training_speed(network, network.config.timed))

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figures and the report; return claims."""
        config, data = run.config(self.config), run.config(self.config).data
        read = f"{data.n_train:,} images" if data.n_train else "all training images"
        abstract = (
            f"A 784-{config.network.hidden}-10 network of leaky neurons with synaptic currents "
            f"reads {data.title}, a spike a pixel, by the largest potential of its outputs. Exact "
            "gradients of spike times and surrogate gradients through time taught it from the "
            f"same first weights with {read}, for {config.training.epochs} epochs. Weights were "
            "selected on validation images."
        )
        sections = [page.networks(run, DECIDED), page.learned(run)]
        return write_report(self, run, config, abstract, _claims(run, config), sections)


def _claims(run: RunDirectory, config: EventPropMnistConfig) -> list[Claim]:
    """Accuracy and spikes of both rules, and how they differ."""
    results, found = run.table("results"), []
    whole = config.network.hidden == 350 and config.data.n_train is None
    of_paper = config.data.of_paper(PAPER) if whole else None
    for name, part in results.groupby("condition", sort=False):
        paper = of_paper if name == "eventprop" else None
        note = f"{part['hidden_spikes'].mean():,.0f} hidden spikes a trial"
        right = 100 * part["accuracy"]
        found.append(claim_of(f"Test accuracy, {name}", paper, right, "%", note, 2))
    return found + page.difference(results)


PROTOCOL = EventPropMnist()
