"""What a synapse model is, and how a connection's first weights are drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.network.plasticity.declared import check_plastic, plastic_names


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
    on_post : str, default ""
        What a postsynaptic spike does, after the presynaptic ones of its step.
    each_step : str, default ""
        What happens in every step, after its spikes and before the neurons move on.
    parameters : mapping of str to float, Quantity or str
        Values of variables that all synapses share, flagged ``(shared, constant)``.
    plastic : tuple of str
        Variables that the statements change for good: they go on from trial to trial, while all
        others are put back. The weight stands under the connection's name among what is learned,
        others as ``<connection>.<variable>``; they begin with 0.

    Raises
    ------
    ModelError
        If a plastic variable is none of each synapse.
    """

    name: str = "synapse"
    equations: str = "w : 1"
    on_pre: str = "v_post += w"
    weight: str = "w"
    summary: str = ""
    citation: str = ""
    on_post: str = ""
    each_step: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    plastic: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", dict(self.parameters))
        object.__setattr__(self, "plastic", plastic_names(self.plastic))
        check_plastic(f"Synapse {self.name!r}", self.equations, self.plastic)


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
