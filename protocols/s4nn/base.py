"""What the S4NN protocols share: settings, the network, encoded images, the report's frame."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.report import Claim, Section
from brainsnn.codes import Encoder
from brainsnn.codes.jitter import jitter_steps
from brainsnn.config import Config
from brainsnn.datasets import ImageSet
from brainsnn.experiment import ExperimentConfig, TrainingExperiment
from brainsnn.learning.rules import Rule
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.protocols.common.claims import mean
from brainsnn.protocols.common.page import write_report, write_report_of_seeds
from brainsnn.protocols.common.warps import WarpConfig
from brainsnn.records import RunDirectory
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials, TrainingTrials, VariedTrials
from brainsnn.streams import Streams
from brainsnn.training import TrainingConfig

CITATION = (
    "Kheradpisheh S.R., Masquelier T. (2020) Temporal backpropagation for spiking neural networks "
    "with one spike per neuron. International Journal of Neural Systems 30(6):2050027."
)


class NetworkConfig(Config):
    """A chain of non-leaky integrate-and-fire layers, one spike a neuron.

    Parameters
    ----------
    hidden : tuple of int, default (400,)
        Neurons of each hidden layer.
    threshold : float, default 100
        Potential that a neuron must exceed to spike.
    n_steps : int, default 256
        Length of a trial.
    initial_low, initial_high : tuple of float
        Bounds of the first weights, one entry a connection.
    """

    hidden: tuple[int, ...] = Field(default=(400,), min_length=1)
    threshold: float = Field(default=100.0, gt=0)
    n_steps: int = Field(default=256, ge=2)
    initial_low: tuple[float, ...] = (-1.0, -1.5)
    initial_high: tuple[float, ...] = (3.0, 2.5)

    def model(self, name: str, n_inputs: int, n_classes: int) -> Model:
        """Build the model for inputs and classes of the given numbers."""
        sizes = {"input": n_inputs, **self._hidden_sizes(), "output": n_classes}
        neuron = integrate_and_fire_once.with_parameters(theta=self.threshold)
        bounds = zip(self.initial_low, self.initial_high, strict=True)
        return Network(
            sizes, neuron, initialiser=[Uniform(low, high) for low, high in bounds], name=name
        ).frozen()

    def _hidden_sizes(self) -> dict[str, int]:
        if len(self.hidden) == 1:
            return {"hidden": self.hidden[0]}
        return {f"hidden{k}": size for k, size in enumerate(self.hidden, start=1)}


class NoiseConfig(WarpConfig):
    """How training images are varied, anew in each epoch; validation and test images never are.

    Parameters
    ----------
    jitter : float, default 0
        Standard deviation in steps of the normal jitter of each input spike.
    jitter_share : float, default 1
        Share of the trials that are jittered.
    rotation, stretch, shear, shift, share, mirror, extend
        See `WarpConfig`.
    """

    jitter: float = Field(default=0.0, ge=0)
    jitter_share: float = Field(default=1.0, ge=0, le=1)

    def trials(self, images: ImageSet, encoder: Encoder, streams: Streams) -> TrainingTrials:
        """Return training trials, varied anew in each epoch if anything varies."""
        warp = self.warp()
        if not self.jitter and not warp.varies:
            return encode(encoder, images)

        def varied(epoch: int | None, trials: NDArray[np.int64]) -> SpikeTrains:
            part = images.images[trials]
            if epoch is None:
                return encoder.encode(part)
            index = epoch, int(trials[0])
            part = warp.draw(trials.size, streams.fresh("augmentation", *index)).apply(part)
            noise = streams.fresh("encoding", *index)
            return jitter_steps(
                encoder.encode(part), self._amplitude(trials, noise), noise, "normal"
            )

        return VariedTrials(images.labels, varied)

    def _amplitude(
        self, trials: NDArray[np.int64], rng: np.random.Generator
    ) -> float | NDArray[np.float64]:
        """Jitter of all trials, or of each."""
        if self.jitter_share == 1 or self.jitter == 0:
            return self.jitter
        return np.where(rng.random(trials.size) < self.jitter_share, self.jitter, 0.0)


class S4NNConfig(ExperimentConfig, TrainingConfig):
    """Settings that the S4NN protocols have in common.

    Parameters
    ----------
    network, noise, rule
        See their classes; a protocol sets the defaults.
    """

    network: NetworkConfig
    noise: NoiseConfig
    rule: Rule


S = TypeVar("S", bound=S4NNConfig)


class S4NNExperiment(TrainingExperiment[S]):
    """An experiment whose network, rule and report follow from `S4NNConfig`."""

    citation: ClassVar[str] = CITATION

    def n_steps(self, config: S) -> int:
        """Length of a trial."""
        return config.network.n_steps

    def rule(self, config: S) -> Rule:
        """Return the rule of the configuration."""
        return config.rule

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return the paper's claims beside our numbers."""
        config = run.config(self.config)
        if config.seeds > 1:
            return write_report_of_seeds(self, run, config)
        claims = self.claims(run, config)
        page = self.abstract(run, config), claims, self.sections(run, config)
        return write_report(self, run, config, *page)

    @abstractmethod
    def claims(self, run: RunDirectory, config: S) -> list[Claim]:
        """Return the paper's numbers beside those of the run."""

    @abstractmethod
    def abstract(self, run: RunDirectory, config: S) -> str:
        """Return one paragraph: what was run, on what, with what result."""

    @abstractmethod
    def sections(self, run: RunDirectory, config: S) -> list[Section]:
        """Draw the figures and return the sections of the page."""


def encode(encoder: Encoder, images: ImageSet) -> LabelledTrials:
    """Encode images as trials with their labels."""
    return LabelledTrials(encoder.encode(images.images), images.labels)


def accuracy_claims(trials: pd.DataFrame, paper: float | None) -> list[Claim]:
    """Set the paper's accuracy in per cent beside ours, scored as its authors do and strictly."""
    right = trials["decision"] == trials["label"]
    return [
        Claim.judged(
            "Test accuracy, a tie for first that includes the label counted as right",
            paper,
            100 * mean(trials["candidate"]),
            "%",
            digits=2,
            note="the scoring of the authors' program",
        ),
        Claim.judged(
            "Test accuracy, ties counted as wrong",
            paper,
            100 * mean(right & ~trials["tie"]),
            "%",
            digits=2,
            headline=True,
            note="the paper's figure counts ties as right",
        ),
    ]


def decision_claim(trials: pd.DataFrame, note: str) -> Claim:
    """When the first output spikes, of which the paper says nothing."""
    step = mean(trials["decision_step"])
    return Claim("Mean decision step", None, step, "steps", headline=True, note=note)
