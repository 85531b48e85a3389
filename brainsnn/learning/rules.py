"""Learning rules by name, and what a configuration says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.config import Choice
from brainsnn.learning.antlr import Antlr
from brainsnn.learning.base import Rule
from brainsnn.learning.count import CountBackprop, RatePenalty
from brainsnn.learning.decision import DecisionBackprop
from brainsnn.learning.losses import (
    FirstSpikeSoftmax,
    RelativeTargets,
    SpikeCountLoss,
    SpikeLatencyLoss,
)
from brainsnn.learning.race import RaceLikelihood
from brainsnn.learning.temporal import TemporalBackprop
from brainsnn.neurons.current_based import Coefficients
from brainsnn.registry import Registry
from brainsnn.synapses.base import Normal, Uniform


class RuleConfig(Choice):
    """Base of the settings of rules.

    Parameters
    ----------
    learning_rate : float, default 0.1
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


@RULES.register("decision")
class DecisionConfig(RuleConfig):
    """Backpropagation through the state at the decision, with a softmax over first spikes.

    Parameters
    ----------
    learning_rate : float, default 0.1
        Of Adam.
    tau, margin, target, anchor, earliest, patience : float
        See `FirstSpikeSoftmax`.
    threshold, width, reads
        See `DecisionBackprop`; the threshold is the network's.
    """

    name: Literal["decision"] = "decision"
    learning_rate: float = Field(default=0.1, gt=0)
    tau: float = Field(default=12.0, gt=0)
    margin: float = Field(default=8.0, ge=0)
    target: float = Field(default=80.0, ge=0)
    anchor: float = Field(default=1.0, ge=0)
    earliest: float = Field(default=32.0, ge=0)
    patience: float = Field(default=1.0, ge=0)
    threshold: float = Field(default=100.0, gt=0)
    width: float = Field(default=50.0, gt=0)
    reads: Literal["decision", "peak"] = "decision"

    def build(self, initial: Mapping[str, Uniform | Normal]) -> Rule:  # noqa: ARG002
        """Make a `DecisionBackprop` with `FirstSpikeSoftmax`."""
        times = (self.tau, self.margin, self.target)
        loss = FirstSpikeSoftmax(*times, self.anchor, self.earliest, self.patience)
        return DecisionBackprop(loss, self.threshold, self.width, self.reads)


@RULES.register("race")
class RaceConfig(RuleConfig):
    """Likelihood that the hidden neurons of the right class fire first, under noise.

    Parameters
    ----------
    learning_rate : float, default 0.001
        Of Adam.
    threshold, spread, floor, handicaps
        See `RaceLikelihood`; the threshold is the network's.
    """

    name: Literal["race"] = "race"
    learning_rate: float = Field(default=0.001, gt=0)
    threshold: float = Field(default=100.0, gt=0)
    spread: float = Field(default=3.0, gt=0)
    floor: float = Field(default=0.1, gt=0, le=1)
    handicaps: tuple[float, ...] = ()

    def build(self, initial: Mapping[str, Uniform | Normal]) -> Rule:  # noqa: ARG002
        """Make a `RaceLikelihood`."""
        return RaceLikelihood(self.threshold, self.spread, self.floor, self.handicaps)


@RULES.register("antlr")
class AntlrConfig(RuleConfig):
    """Activation- and timing-based gradients of all spikes, alone or together.

    Parameters
    ----------
    learning_rate : float, default 0.001
        Of Adam.
    loss : {"latency", "count"}, default "latency"
        Whose first spike should come first, or whose spikes should be the only ones.
    n_classes : int, default 10
        Outputs, for the count loss.
    target_spikes : int, default 1
        Spikes that the count loss asks of the label's output; of the others it asks none.
    latency_scale : float, default 1/6
        Of the latency loss (`SpikeLatencyLoss`).
    lambda_act, lambda_tim, reset_path, silence_penalty, once, negligible, spike_penalty
        See `Antlr`.
    alpha_i, alpha_v : float, default 0.99
        Decays of the network's neurons.
    kernel_steps : int, default 100
        Steps over which their kernel reaches 1 (`Coefficients.normalised`).
    """

    name: Literal["antlr"] = "antlr"
    learning_rate: float = Field(default=0.001, gt=0)
    loss: Literal["latency", "count"] = "latency"
    latency_scale: float = Field(default=1 / 6, gt=0)
    n_classes: int = Field(default=10, ge=1)
    target_spikes: int = Field(default=1, ge=1)
    lambda_act: float = Field(default=1.0, ge=0)
    lambda_tim: float = Field(default=1.0, ge=0)
    reset_path: bool = False
    silence_penalty: float = Field(default=0.0, ge=0)
    once: bool = False
    negligible: float = Field(default=0.0, ge=0)
    spike_penalty: float = Field(default=0.0, ge=0)
    alpha_i: float = Field(default=0.99, ge=0, le=1)
    alpha_v: float = Field(default=0.99, ge=0, le=1)
    kernel_steps: int = Field(default=100, ge=1)

    def coefficients(self) -> Coefficients:
        """Coefficients of the network's neurons."""
        return Coefficients(self.alpha_i, self.alpha_v).normalised(self.kernel_steps)

    def build(self, initial: Mapping[str, Uniform | Normal]) -> Rule:  # noqa: ARG002
        """Make an `Antlr`."""
        count = SpikeCountLoss.label_alone(self.n_classes, self.target_spikes)
        return Antlr(
            count if self.loss == "count" else SpikeLatencyLoss(self.latency_scale),
            self.coefficients(),
            self.lambda_act,
            self.lambda_tim,
            reset_path=self.reset_path,
            silence_penalty=self.silence_penalty,
            once=self.once,
            negligible=self.negligible,
            spike_penalty=self.spike_penalty,
        )


@RULES.register("count")
class CountConfig(RuleConfig):
    """Backpropagation through spike counts, for chains of all-to-all layers.

    Parameters
    ----------
    learning_rate : float, default 0.001
        Of Adam.
    n_steps : int, default 50
        T, the network's.
    threshold, temperature, open_output
        See `CountBackprop`; the threshold is the network's.
    rate_penalty, rate_target : float, default 0.0 and 0.1
        See `RatePenalty`; 0 turns the penalty off.
    """

    name: Literal["count"] = "count"
    learning_rate: float = Field(default=0.001, gt=0)
    n_steps: int = Field(default=50, ge=1)
    threshold: float = Field(default=1.0, gt=0)
    temperature: float = Field(default=1.0, gt=0)
    open_output: bool = True
    rate_penalty: float = Field(default=0.0, ge=0)
    rate_target: float = Field(default=0.1, ge=0, le=1)

    def build(self, initial: Mapping[str, Uniform | Normal]) -> Rule:  # noqa: ARG002
        """Make a `CountBackprop`."""
        penalty = RatePenalty(self.rate_penalty, self.rate_target)
        scales = (self.n_steps, self.threshold, self.temperature)
        return CountBackprop(*scales, self.open_output, penalty)
