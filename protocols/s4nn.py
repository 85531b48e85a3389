"""What the S4NN protocols share: the network's settings, and how it is built."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from pydantic import Field

from analysis.claims import Claim
from brainsnn.codes import LatencyEncoder
from brainsnn.codes.jitter import jitter_steps
from brainsnn.config import Config
from brainsnn.datasets import ImageSet
from brainsnn.datasets.augment import shift_images
from brainsnn.model import Model, feedforward
from brainsnn.neurons import integrate_and_fire_once
from brainsnn.streams import Streams
from brainsnn.synapses import Uniform
from brainsnn.trials import LabelledTrials

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
        return feedforward(name, sizes, neuron, [Uniform(low, high) for low, high in bounds])

    def _hidden_sizes(self) -> dict[str, int]:
        if len(self.hidden) == 1:
            return {"hidden": self.hidden[0]}
        return {f"hidden{k}": size for k, size in enumerate(self.hidden, start=1)}


class NoiseConfig(Config):
    """How training images are varied, anew in each epoch; validation and test never are.

    Parameters
    ----------
    jitter : float, default 0
        Standard deviation in steps of the normal jitter of each input spike.
    shift : int, default 0
        Largest shift of the image in pixels, in either direction of either axis.
    """

    jitter: float = Field(default=0.0, ge=0)
    shift: int = Field(default=0, ge=0)

    def varied(
        self, images: ImageSet, encoder: LatencyEncoder, streams: Streams
    ) -> Callable[[int], LabelledTrials] | None:
        """Return what encodes the images of an epoch; None if nothing varies."""
        if not self.jitter and not self.shift:
            return None

        def encode(epoch: int) -> LabelledTrials:
            moved = shift_images(images.images, self.shift, streams.fresh("augmentation", epoch))
            trains = encoder.encode(moved)
            rng = streams.fresh("encoding", epoch)
            return LabelledTrials(jitter_steps(trains, self.jitter, rng, "normal"), images.labels)

        return encode


def first_weights(model: Model) -> dict[str, Uniform]:
    """Return what each connection's first weights are drawn from."""
    return {c.name: c.initial for c in model.connections if isinstance(c.initial, Uniform)}


def claims_table(claims: Sequence[Claim]) -> pd.DataFrame:
    """Return claims as a table: claim, paper, ours, unit, verdict."""
    return pd.DataFrame(
        [
            {
                "claim": claim.text,
                "paper": claim.paper,
                "ours": claim.ours,
                "unit": claim.unit,
                "verdict": claim.verdict,
            }
            for claim in claims
        ]
    )
