"""What the protocols of spike counts share: settings, the network, the rule, encoded trials."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field

from brainsnn.codes import BernoulliEncoder, RegularEncoder
from brainsnn.config import Config
from brainsnn.datasets import ImageSet
from brainsnn.experiment import ExperimentConfig, Material, TrainingExperiment
from brainsnn.learning.count.rule import CITATION
from brainsnn.learning.rules import Count, Rule
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import counting
from brainsnn.network.synapses import FanInNormal
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.common.warps import WarpConfig
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials, VariedTrials
from brainsnn.streams import Streams


def _as_text(value: Any) -> Any:
    """One layer is read as a number."""
    return str(value) if isinstance(value, int) else value


class CountNetworkConfig(Config):
    """A chain of integrate-and-fire layers with a reset that subtracts.

    Parameters
    ----------
    hidden : str, default "800"
        Hidden layers, as in ``800-800`` or ``12c5-2a-64c5-2a`` (`brainsnn.network.notation`); none
        if empty.
    n_steps : int, default 50
        T: steps in which a neuron may spike. Trials are a step a connection longer.
    threshold : float, default 1
    spread : float, default 0.7
        First weights are normal with this, over the root of the number of inputs, as standard
        deviation in thresholds.
    code : {"bernoulli", "regular"}, default "bernoulli"
        How inputs spike: drawn in each step, or evenly spaced (a constant current).
    """

    hidden: Annotated[str, BeforeValidator(_as_text)] = "800"
    n_steps: int = Field(default=50, ge=1)
    threshold: float = Field(default=1.0, gt=0)
    spread: float = Field(default=0.7, gt=0)
    code: Literal["bernoulli", "regular"] = "bernoulli"

    def notation(self, inputs: str, n_classes: int) -> str:
        """Return the whole network's, for inputs like ``784`` or ``28x28``."""
        return "-".join(filter(None, (inputs, self.hidden, str(n_classes))))

    def model(self, name: str, inputs: str, n_classes: int) -> Model:
        """Build the model for inputs like ``784`` or ``28x28``."""
        notation = self.notation(inputs, n_classes)
        return Network(
            notation,
            counting(notation, self.n_steps, self.threshold),
            initialiser=FanInNormal(self.spread * self.threshold),
            name=name,
        ).frozen()

    @property
    def trial_steps(self) -> int:
        """Length of a trial: T, and a step for each connection."""
        return self.n_steps + self.notation("1", 1).count("-")

    @property
    def encoder(self) -> type:
        """Class of the encoder."""
        return RegularEncoder if self.code == "regular" else BernoulliEncoder

    def encode(self, values: NDArray[np.generic], rng: np.random.Generator) -> SpikeTrains:
        """Input spikes; `rng` draws them where they are drawn."""
        if self.code == "regular":
            return RegularEncoder(self.n_steps).encode(values)  # type: ignore[arg-type]
        return BernoulliEncoder(self.n_steps, probability_max=1.0, sparse=True).encode(values, rng)  # type: ignore[arg-type]


class ShortConfig(Config):
    """Training with short trials, whose weights the longer ones start from.

    Parameters
    ----------
    epochs : int, default 0
        How long; 0 leaves it out.
    n_steps : int, default 10
        T.
    rate : float, default 0.1
        Learning rate of the longer trials that follow, as a share of that of the short ones: at
        the full rate they undo more than they add.
    """

    epochs: int = Field(default=0, ge=0)
    n_steps: int = Field(default=10, ge=1)
    rate: float = Field(default=0.1, gt=0)


def image_trials(
    images: ImageSet, network: CountNetworkConfig, warps: WarpConfig, streams: Streams
) -> VariedTrials:
    """Training trials: images warped and input spikes drawn anew in each epoch."""
    warp = warps.warp()

    def encode(epoch: int | None, trials: NDArray[np.int64]) -> SpikeTrains:
        part, index = images.images[trials], (0 if epoch is None else epoch + 1, int(trials[0]))
        if epoch is not None and warp.varies:
            part = warp.draw(trials.size, streams.fresh("augmentation", *index)).apply(part)
        return network.encode(part, streams.fresh("encoding", *index))

    return VariedTrials(images.labels, encode)


def fixed_trials(
    images: ImageSet, network: CountNetworkConfig, streams: Streams, name: str
) -> LabelledTrials:
    """Validation or test trials: input spikes drawn once, from the stream `name`."""
    return LabelledTrials(network.encode(images.images, streams.fresh(name)), images.labels)


class CountConfig(ExperimentConfig):
    """Settings that the protocols of spike counts on images have in common.

    Parameters
    ----------
    network, data, warp, rule
        See their classes; a protocol sets the defaults.
    """

    network: CountNetworkConfig = CountNetworkConfig()
    data: MnistConfig
    warp: WarpConfig
    rule: Rule = Count()


K = TypeVar("K", bound=CountConfig)


class CountExperiment(TrainingExperiment[K]):
    """An experiment whose networks learn images through their spike counts."""

    citation: ClassVar[str] = CITATION

    def model(self, config: K) -> Model:
        """Return the network of the configuration."""
        return config.network.model(self.name, "28x28", 10)

    def n_steps(self, config: K) -> int:
        """T, and a step for each connection."""
        return config.network.trial_steps

    def rule(self, config: K) -> Rule:
        """Return the rule of the configuration."""
        return config.rule

    def sources(self, config: K) -> tuple[type, ...]:
        """Return the data set and the encoder."""
        return config.data.kind, config.network.encoder

    def material(self, config: K, streams: Streams) -> Material:
        """Load the images; input spikes of training images are drawn anew in each epoch."""
        splits = config.data.load()
        return Material(
            image_trials(splits.train, config.network, config.warp, streams),
            fixed_trials(splits.validation, config.network, streams, "validation"),
            lambda: fixed_trials(splits.test, config.network, streams, "test"),
            splits.train.classes,
        )
