"""What a synapse model is, and how a connection's first weights are drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError


@dataclass(frozen=True)
class SynapseModel:
    """Equations of a synapse, in Brian2's language.

    Parameters
    ----------
    name : str, default "synapse"
        Name in descriptions and in messages.
    equations : str, default "w : 1"
        Brian2 equations; they must define `weight`.
    on_pre : str, default "v_post += w"
        What a presynaptic spike does.
    weight : str, default "w"
        The variable that is learned. It keeps its values from trial to trial.
    summary, citation : str
        For `describe` and the documentation.
    """

    name: str = "synapse"
    equations: str = "w : 1"
    on_pre: str = "v_post += w"
    weight: str = "w"
    summary: str = ""
    citation: str = ""


@dataclass(frozen=True)
class Uniform:
    """First weights drawn evenly between `low` and `high`.

    Raises
    ------
    ModelError
        If `high` is below `low`.
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if not -math.inf < self.low <= self.high < math.inf or math.isinf(self.high - self.low):
            raise ModelError(
                f"Uniform weights need finite low <= high, got {self.low} and {self.high}."
            )

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Draw weights of `shape` (pre, post)."""
        return self.low + (self.high - self.low) * rng.random(shape)


@dataclass(frozen=True)
class Normal:
    """First weights drawn from a normal distribution.

    Raises
    ------
    ModelError
        If `sd` is negative.
    """

    mean: float = 0.0
    sd: float = 1.0

    def __post_init__(self) -> None:
        if self.sd < 0:
            raise ModelError(f"Normal weights need sd >= 0, got {self.sd}.")

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Draw weights of `shape` (pre, post)."""
        return rng.normal(self.mean, self.sd, shape)


@dataclass(frozen=True)
class FanInNormal:
    """First weights drawn from a normal distribution around 0, narrower the more meet in a target.

    The standard deviation is gain / sqrt(n), n being the synapses that lead to a target: the rows
    of the array of weights, also where synapses share them. He, Zhang, Ren and Sun 2015, eq. 10,
    have gain = sqrt(2).

    Raises
    ------
    ModelError
        If `gain` is negative.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        if self.gain < 0:
            raise ModelError(f"FanInNormal weights need gain >= 0, got {self.gain}.")

    def draw(
        self,
        rng: np.random.Generator,
        shape: tuple[int, int],
        fan_in: int | NDArray[np.int64] | None = None,
    ) -> NDArray[np.float64]:
        """Draw weights of `shape` (pre, post); `fan_in` is n, by default the first of these."""
        return rng.normal(0.0, self.gain / np.sqrt(shape[0] if fan_in is None else fan_in), shape)


Initialiser = Uniform | Normal | FanInNormal

Sign = Literal["excitatory", "inhibitory"]
SIGNS: dict[Sign, float] = {"excitatory": 1.0, "inhibitory": -1.0}


def signed(weights: NDArray[np.float64], sign: Sign | None) -> NDArray[np.float64]:
    """Weights with the sign of a connection: 0 or more, or 0 or less; without one, as they are."""
    return weights if sign is None else SIGNS[sign] * np.abs(weights)
