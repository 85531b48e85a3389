"""Several local rules at once: one for each connection, and what they do between trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import SerializeAsAny

from brainsnn.learning.base import Weights
from brainsnn.learning.local.bound import BoundLocalRule
from brainsnn.learning.local.pair import PairSTDP
from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.rule import RULES
from brainsnn.network.model import Model
from brainsnn.spikes import Recording


@RULES.register("several")
class SeveralRules(LocalRule):
    """Local rules side by side: excitatory and inhibitory plasticity, STDP and scaling.

    Parameters
    ----------
    rules : tuple of LocalRule, default (PairSTDP(),)
        In the order in which they add to a network and act between trials; each names its
        connections. `connections` and `normalise` of the whole are not used.
    """

    citation: ClassVar[str] = "Those of its parts"

    name: Literal["several"] = "several"
    rules: tuple[SerializeAsAny[LocalRule], ...] = (PairSTDP(),)

    def augment(self, network: Model) -> Model:
        """See `LocalRule`."""
        for rule in self.rules:
            network = rule.augment(network)
        return network

    def taught(self, network: Model) -> tuple[str, ...]:
        """See `LocalRule`."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.taught(network)))

    def bound(self, network: Model, n_steps: int) -> BoundRules:
        """See `Rule`."""
        return BoundRules(network, {}, tuple(rule.bound(network, n_steps) for rule in self.rules))


@dataclass(frozen=True)
class BoundRules(BoundLocalRule):
    """What several rules do between trials, in their order.

    Parameters
    ----------
    network, sums
        As for `BoundLocalRule`.
    parts : tuple of BoundLocalRule
    """

    parts: tuple[BoundLocalRule, ...]

    @property
    def idle(self) -> bool:
        """Whether none of them does anything."""
        return all(part.idle for part in self.parts)

    def after_trial(
        self, weights: Weights, recording: Recording, wanted: Any, rate: float = 1.0
    ) -> None:
        """See `BoundLocalRule`."""
        for part in self.parts:
            part.after_trial(weights, recording, wanted, rate)
