"""Learning rules by name, and what a configuration says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.config import Choice
from brainsnn.learning.base import Rule
from brainsnn.learning.losses import RelativeTargets
from brainsnn.learning.temporal import TemporalBackprop
from brainsnn.registry import Registry
from brainsnn.synapses.base import Normal, Uniform


class RuleConfig(Choice):
    """Base of the settings of rules.

    Parameters
    ----------
    learning_rate : float
        First learning rate, which the schedule scales.
    """

    variants: ClassVar[Registry[type[RuleConfig]]] = Registry("rule")

    learning_rate: float = Field(default=0.1, gt=0)

    def build(self, initial: Mapping[str, Uniform | Normal]) -> Rule:
        """Make the rule; `initial` says what redrawn neurons are drawn from, by connection."""
        raise NotImplementedError


RULES = RuleConfig.variants


@RULES.register("s4nn")
class S4NNConfig(RuleConfig):
    """S4NN's temporal backpropagation with relative targets, as published.

    Parameters
    ----------
    learning_rate : float, default 0.2
        The paper's, for MNIST.
    gamma : float, default 3
        Margin in steps of the relative targets.
    redraw_below : float, default 0.001
        Hidden neurons that fire in a smaller fraction of an epoch's trials are drawn anew.
    """

    name: Literal["s4nn"] = "s4nn"
    learning_rate: float = Field(default=0.2, gt=0)
    gamma: float = Field(default=3.0, ge=0)
    redraw_below: float = Field(default=0.001, ge=0, le=1)

    def build(self, initial: Mapping[str, Uniform | Normal]) -> Rule:
        """Make a `TemporalBackprop` with `RelativeTargets`."""
        return TemporalBackprop(RelativeTargets(self.gamma), True, self.redraw_below, initial)
