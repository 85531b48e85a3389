"""What experiments with surrogate gradients share: the slope, the rule, how it is trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from pydantic import Field

from brainsnn.experiment import ExperimentConfig, TrainingExperiment
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.rule import Rule
from brainsnn.protocols.surrogate.network import CurrentNetwork
from brainsnn.training import BPTT, TrainingConfig

Shape = Literal["superspike", "sigmoid", "triangle", "gaussian", "piecewise"]

HEIGHT_ONE: Mapping[Shape, str] = {
    "superspike": "1 / (1 + abs(_g) / _scale)**2",
    "sigmoid": "4 * exp(-abs(_g) / _scale) / (1 + exp(-abs(_g) / _scale))**2",
    "triangle": "clip(1 - abs(_g) / _scale, 0, 1)",
    "gaussian": "exp(-_g**2 / (2 * _scale**2))",
    "piecewise": "int(abs(_g) < _scale)",
}
"""Slopes that are 1 at the threshold, whatever their scale, as in Zenke and Vogels (2021)."""


def written(shapes: Iterable[Shape]) -> str:
    """Slopes of `HEIGHT_ONE` with their names, as a page says them."""
    return ", ".join(f"{name}: {HEIGHT_ONE[name]}" for name in shapes)


def surrogate(
    shape: Shape, scale: float, follow_reset: bool = False, learning_rate: float = 0.03
) -> BPTT:
    """Return the rule with a slope of height 1, read by the largest potential.

    Parameters
    ----------
    shape : {"superspike", "sigmoid", "triangle"}
        Of the slope, see `HEIGHT_ONE`.
    scale : float
        Its width, in units of the threshold; papers name 1 / `scale`.
    follow_reset : bool, default False
        Whether derivatives go through the reset too.
    learning_rate : float, default 0.03
        Of 0.001, 0.01 and 0.03 the best on validation trials of `surrogate-randman`.
    """
    return BPTT(
        learning_rate=learning_rate,
        pseudo_derivative=HEIGHT_ONE[shape],
        scale=scale,
        follow_reset=follow_reset,
        loss="largest_potential",
        precision="float32",
    )


class SurrogateConfig(ExperimentConfig):
    """Settings that these experiments have in common.

    Parameters
    ----------
    network : CurrentNetwork
    bptt : BPTT
        The rule: SuperSpike's slope of width 0.1, no derivative through the reset.
    training : TrainingConfig
        Of every network.
    """

    seeds: int = Field(default=3, ge=1)
    network: CurrentNetwork = CurrentNetwork()
    bptt: BPTT = surrogate("superspike", 0.1)
    training: TrainingConfig = TrainingConfig(
        epochs=10, batch_size=50, update="simultaneous", optimiser=AdamConfig()
    )


S = TypeVar("S", bound=SurrogateConfig)


class SurrogateExperiment(TrainingExperiment[S]):
    """An experiment whose networks decide by their largest potential."""

    def rule(self, config: S) -> Rule:
        """Return the rule."""
        return config.bptt

    def training(self, config: S) -> TrainingConfig:
        """Return how every network is trained."""
        return config.training
