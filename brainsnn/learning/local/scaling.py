"""Homeostatic scaling: weights onto a neuron grow or shrink together towards a rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from brainsnn.learning.base import Weights
from brainsnn.learning.local.bound import BoundLocalRule
from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.local.settings import RateAbove0
from brainsnn.learning.local.weights import scale
from brainsnn.learning.rule import RULES
from brainsnn.network.constants import constant
from brainsnn.network.model import Model
from brainsnn.spikes import Recording


@RULES.register("synaptic_scaling")
class SynapticScaling(LocalRule):
    """After every trial ``w *= 1 + strength (target_rate - rate) / target_rate``.

    The rate is that of the postsynaptic neuron in the trial, the factor never below 0. Beside
    another rule, as a part of `SeveralRules`.

    Parameters
    ----------
    target_rate : text with a unit, default "5*Hz"
        Rate at which weights stay, above 0.
    strength : float, default 0.01
        Part of the weight that a silent neuron's synapses gain in a trial.
    """

    citation: ClassVar[str] = (
        "G. G. Turrigiano et al., Nature 391 (1998) 892; M. C. W. van Rossum, G. Q. Bi and G. G. "
        "Turrigiano, Journal of Neuroscience 20 (2000) 8812, eq. 4"
    )

    name: Literal["synaptic_scaling"] = "synaptic_scaling"
    target_rate: RateAbove0 = "5*Hz"
    strength: float = Field(default=0.01, gt=0)

    def bound(self, network: Model, n_steps: int) -> BoundScaling:
        """See `Rule`."""
        duration = n_steps * network.dt
        spikes = float(constant(self.target_rate)) * duration
        taught = dict.fromkeys(self.taught(network), spikes)
        return BoundScaling(network, self.sums(network), taught, self.strength)


@dataclass(frozen=True)
class BoundScaling(BoundLocalRule):
    """Scales weights after every trial.

    Parameters
    ----------
    network, sums
        As for `BoundLocalRule`.
    wanted : mapping of str to float
        Connections, and the spikes a trial at which their weights stay.
    strength : float
    """

    wanted: Mapping[str, float]
    strength: float

    @property
    def idle(self) -> bool:
        """Weights are scaled after every trial."""
        return False

    def after_trial(
        self, weights: Weights, recording: Recording, wanted: Any, rate: float = 1.0
    ) -> None:
        """See `BoundLocalRule`."""
        for connection in self.network.connections:
            goal = self.wanted.get(connection.name)
            if goal is not None:
                spikes = recording.counts(connection.target)[0]
                factors = np.maximum(1 + self.strength * (1 - spikes / goal), 0.0)
                scale(weights[connection.name], factors, self.columns(connection.name))
        super().after_trial(weights, recording, wanted, rate)
