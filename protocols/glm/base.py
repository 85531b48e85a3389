"""What GLM networks are compared: digits, sizes, rules, and how they are trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.datasets import ImageSet
from brainsnn.errors import ConfigError, DataError
from brainsnn.learning.glm import BASES, GLM
from brainsnn.learning.glm.rule import MaximumLikelihood
from brainsnn.protocols.common.mnist import ImageSetConfig

CITATION = (
    "Bagheri A., Simeone O., Rajendran B. (2018) Training probabilistic spiking neural networks "
    "with first-to-spike decoding. IEEE International Conference on Acoustics, Speech and Signal "
    "Processing; arXiv:1710.10704."
)

Wanted = Literal["first_to_spike", "rate"]

RULES: tuple[Wanted, ...] = ("first_to_spike", "rate")

IntArray = NDArray[np.int64]


class TrainingConfig(Config):
    """How each network is trained.

    Parameters
    ----------
    epochs : int, default 200
        Presentations of each image.
    learning_rates : tuple of float, default (1e-3, 1e-4)
        One is selected by cross-validation; a single one is taken as it is.
    folds : int, default 10
        Of the cross-validation.
    initial : float, default 1
        First parameters are drawn evenly between minus this and this.
    gap : int, default 3
        Zeros before each desired spike of the rate rule.
    """

    epochs: int = Field(default=200, ge=1)
    learning_rates: tuple[float, ...] = Field(default=(1e-3, 1e-4), min_length=1)
    folds: int = Field(default=10, ge=2)
    initial: float = Field(default=1.0, ge=0)
    gap: int = Field(default=3, ge=0)


class DigitsConfig(ImageSetConfig):
    """Which set, and how many images of each digit (or class) are used.

    Parameters
    ----------
    name
        See `ImageSetConfig`.
    train, test : int, default 1000
        The first so many of each digit; all there are where the test set has fewer.
    """

    train: int = Field(default=1000, ge=2)
    test: int = Field(default=1000, ge=1)


@dataclass(frozen=True)
class GLMNetwork:
    """One network: which digits, how long, which kernels, taught by which rule.

    Parameters
    ----------
    digits : tuple of int
    n_steps, functions : int
        T and K.
    rule : {"first_to_spike", "rate"}
    basis, activation : str
        Registered names.
    """

    digits: tuple[int, ...]
    n_steps: int
    functions: int
    rule: Wanted
    basis: str = "raised_cosine"
    activation: str = "sigmoid"

    @property
    def name(self) -> str:
        """A short name, unique among the conditions of an experiment."""
        digits = "".join(map(str, self.digits))
        return f"digits {digits}, T={self.n_steps}, K={self.functions}, {self.rule}"

    def columns(self) -> dict[str, str | int]:
        """Return the columns that tell the condition from others, besides its name."""
        return {
            "digits": "".join(map(str, self.digits)),
            "n_steps": self.n_steps,
            "functions": self.functions,
            "rule": self.rule,
        }

    def glm(self, n_inputs: int) -> GLM:
        """Build the network."""
        return GLM.build(
            n_inputs,
            len(self.digits),
            self.n_steps,
            functions=self.functions,
            basis=self.basis,
            activation=self.activation,
        )

    def learned_by(self, training: TrainingConfig) -> MaximumLikelihood:
        """Return the rule."""
        rate = training.learning_rates[0]
        return MaximumLikelihood(likelihood=self.rule, gap=training.gap, learning_rate=rate)


def check_networks(networks: list[GLMNetwork], gap: int) -> None:
    """Refuse networks that cannot be built.

    Raises
    ------
    ConfigError
        If a network is impossible, digits are missing, repeated or no digits, or a
        trial is too short for a desired spike of the rate rule.
    """
    for network in networks:
        digits = network.digits
        if len(digits) < 2 or len(set(digits)) < len(digits) or not set(digits) <= set(range(10)):
            raise ConfigError(f"digits must be two or more different ones of 0..9, got {digits}.")
        BASES[network.basis](network.functions, network.n_steps)
        network.glm(1)
        wanted = MaximumLikelihood(likelihood=network.rule, gap=gap).maximised()
        wanted.targets(np.zeros(1, np.int64), network.n_steps, len(digits))


def digits_of(
    images: ImageSet, digits: tuple[int, ...], n: int
) -> tuple[NDArray[np.uint8], IntArray]:
    """Take the first `n` images of each digit, and their places in `digits` as labels.

    Raises
    ------
    DataError
        If a digit has no image.
    """
    parts = [np.flatnonzero(images.labels == digit)[:n] for digit in digits]
    if not all(part.size for part in parts):
        raise DataError(f"{images.name}: no image of one of the digits {digits}.")
    labels = np.repeat(np.arange(len(digits)), [part.size for part in parts])
    return images.images[np.concatenate(parts)].reshape(labels.size, -1), labels
