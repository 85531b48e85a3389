"""Digits, read pixel by pixel: leaky neurons, some that adapt (LSNN), and few connections."""

from __future__ import annotations

from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.paper import LSNN
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.codes import ThresholdCrossingEncoder
from brainsnn.config import Config
from brainsnn.experiment import Condition, Material, TrainedNetwork
from brainsnn.learning.averaging import ExponentialAverageConfig, NoAverageConfig
from brainsnn.learning.optimisers import AdamConfig, DeepRConfig
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Model
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.mnist import MnistConfig, encoded
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.common.sections import accuracy
from brainsnn.protocols.recurrent.base import RecurrentConfig, RecurrentExperiment
from brainsnn.protocols.recurrent.network import MemoryNetwork
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import BPTT, TrainingConfig

#: Accuracy of the LSNN, in per cent, that this project wants.
AIM = 96.0

PIXELS = 28 * 28

Kind = Literal["LIF", "LSNN", "LSNN with DEEP R"]

DECIDED = "The output with the largest mean potential of the last steps names the class."


class SequenceCode(Config):
    """Pixels as threshold crossings, one pixel a step; see `ThresholdCrossingEncoder`.

    Parameters
    ----------
    n_cue : int, default 56
        Steps after the last pixel, in which a neuron asks for the answer.
    n_thresholds : int, default 40
        Half of the input neurons.
    """

    n_cue: int = Field(default=56, ge=0)
    n_thresholds: int = Field(default=40, ge=2)

    @property
    def n_steps(self) -> int:
        """Length of a trial."""
        return PIXELS + self.n_cue

    def encoder(self) -> ThresholdCrossingEncoder:
        """Return what makes spikes of images."""
        return ThresholdCrossingEncoder(self.n_steps, self.n_cue, self.n_thresholds)


class LsnnMnistConfig(RecurrentConfig):
    """Settings of the experiment ``lsnn-mnist``.

    Parameters
    ----------
    kinds : tuple of str, default ("LIF", "LSNN", "LSNN with DEEP R")
        Networks without and with neurons that adapt, and with a share of its connections.
    sequence : SequenceCode
    deep_r : DeepRConfig
        Of the last kind: 12 % of all places are connected, in one budget.
    data : MnistConfig
    network, bptt, training
        See `RecurrentConfig`; as many neurons as in the paper. Recurrent spikes take 20 steps, most
        of a row of pixels.
    """

    protocol: Literal["lsnn-mnist"] = "lsnn-mnist"
    kinds: tuple[Kind, ...] = Field(default=("LIF", "LSNN", "LSNN with DEEP R"), min_length=1)
    network: MemoryNetwork = MemoryNetwork(
        n_regular=120,
        n_adaptive=100,
        tau_a=700.0,
        tau_out=20.0,
        beta=1.0,
        refractory=5,
        delay=19,
        scale=4.0,
    )
    bptt: BPTT = BPTT(
        learning_rate=0.005,
        pseudo_derivative="triangle",
        scale=1.0,
        loss="mean_potential",
        read_share=56 / (PIXELS + 56),
        precision="float32",
    )
    training: TrainingConfig = TrainingConfig(
        epochs=16,
        batch_size=16,
        update="simultaneous",
        optimiser=AdamConfig(),
        clip=1.0,
        schedule=Cosine(),
        average=ExponentialAverageConfig(decay=0.99),
    )
    deep_r: DeepRConfig = DeepRConfig(inner="adam", connectivity=0.12, one_budget=True)
    sequence: SequenceCode = SequenceCode()
    data: MnistConfig = MnistConfig(n_validation=5000)


class LsnnMnist(RecurrentExperiment[LsnnMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "lsnn-mnist"
    title = "Digits, read pixel by pixel"
    summary = "80-220-10 networks read sequential MNIST: LIF, LSNN, LSNN with DEEP R."
    citation: ClassVar[str] = LSNN
    config = LsnnMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=1", "data.n_train=2000", "data.n_test=500"),
        "short": ("seeds=1", "training.epochs=4", "data.n_train=5000", "data.n_test=2000"),
    }

    def conditions(self, config: LsnnMnistConfig) -> list[Condition[LsnnMnistConfig]]:
        """Return every kind of network."""
        return [
            Condition(kind, config.model_copy(update={"kinds": (kind,)}), {"network": kind})
            for kind in dict.fromkeys(config.kinds)
        ]

    def check(self, config: LsnnMnistConfig) -> None:
        """Refuse networks that cannot be built and missing data."""
        super().check(config)
        config.data.load()

    def model(self, config: LsnnMnistConfig) -> Model:
        """Return the network; of leaky neurons, it has as many as with those that adapt."""
        network = config.network
        if config.kinds[0] == "LIF":
            network = network.model_copy(update={"n_regular": network.size, "n_adaptive": 0})
        return network.model(self.name, 2 * config.sequence.n_thresholds, 10)

    def n_steps(self, config: LsnnMnistConfig) -> int:
        """Length of a trial."""
        return config.sequence.n_steps

    def training(self, config: LsnnMnistConfig) -> TrainingConfig:
        """Return how it is trained: with rewiring, and no average, where the kind says so."""
        if config.kinds[0] != "LSNN with DEEP R":
            return config.training
        rewired = {"optimiser": config.deep_r, "average": NoAverageConfig()}
        return config.training.model_copy(update=rewired)

    def sources(self, config: LsnnMnistConfig) -> tuple[type, ...]:
        """Return the data set and the encoder."""
        return config.data.kind, ThresholdCrossingEncoder

    def material(self, config: LsnnMnistConfig, streams: Streams) -> Material:  # noqa: ARG002
        """Load and encode the images."""
        return encoded(config.data.load(), config.sequence.encoder().encode)

    def columns(
        self, network: TrainedNetwork[LsnnMnistConfig], trials: pd.DataFrame
    ) -> dict[str, float]:
        """Share of the places that are connected, and hidden spikes of a trial."""
        places = sum(w.size for w in network.weights.values())
        connected = sum(int((w != 0).sum()) for w in network.weights.values())
        return {
            "connected": connected / places,
            "hidden_spikes": float(trials["spikes_hidden"].mean()),
        }

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the report; return claims."""
        config, results, trials = run.config(self.config), run.table("results"), run.trials()
        read = f"{config.data.n_train:,} images" if config.data.n_train else "all training images"
        abstract = (
            f"Networks of {config.network.size} recurrent neurons read {config.data.title} pixel "
            f"by pixel, {config.sequence.n_steps} steps an image, and learned {read} by gradients "
            f"through time for {config.training.epochs} epochs. Weights were selected on "
            "validation images."
        )
        shares = ("accuracy", "validation_accuracy", "connected")
        shown = ["condition", "seed", *shares, "hidden_spikes"]
        table = Table(
            results[shown], "A row a network.", percent=shares, digits=dict.fromkeys(shares, 2)
        )
        name = "LSNN" if "LSNN" in config.kinds else config.kinds[0]
        mine = trials[trials["condition"] == name]
        of_one = accuracy(run, mine, config.data.classes, f"Of {name}. {DECIDED}")
        sections = [Section("Networks", "", (table,)), of_one]
        return write_report(self, run, config, abstract, _claims(results, config), sections)


def _claims(results: pd.DataFrame, config: LsnnMnistConfig) -> list[Claim]:
    """Accuracy of each network, and what adaptation gains."""
    found = [
        claim_of(
            f"Test accuracy, {name}",
            None,
            100 * part["accuracy"],
            "%",
            f"{100 * part['connected'].mean():.1f} % connected",
            2,
            aim=AIM if name == "LSNN" and config.data.name == "mnist" else None,
        )
        for name, part in results.groupby("condition", sort=False)
    ]
    by_seed = 100 * results.pivot_table(index="seed", columns="condition", values="accuracy")
    if {"LIF", "LSNN"} <= set(by_seed):
        gain = by_seed["LSNN"] - by_seed["LIF"]
        found.append(direction_of("Accuracy of LSNN minus LIF", gain, "points"))
    return found


PROTOCOL = LsnnMnist()
