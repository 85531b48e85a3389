"""What a trainer needs of a rule that acts inside the trial: what happens between trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.local.weights import normalise, targets_of
from brainsnn.network.model import Model
from brainsnn.spikes import Recording
from brainsnn.spikes.targets import Classes, NoTargets, Targets


@dataclass(frozen=True)
class BoundLocalRule(BoundRule):
    """What happens between the trials of a network that learns inside them.

    Parameters
    ----------
    network : Model
        With the strings of the rule.
    sums : mapping of str to float
        Connections, and the sum of weights onto each neuron that is restored after every trial.
    """

    network: Model
    sums: Mapping[str, float]

    @property
    def targets(self) -> tuple[type[Targets], ...]:
        """Classes, which only the decoder sees, or nothing."""
        return (Classes, NoTargets)

    @property
    def idle(self) -> bool:
        """Whether nothing happens between trials."""
        return not self.sums

    def after_trial(
        self, weights: Weights, recording: Recording, wanted: Any, rate: float = 1.0
    ) -> None:
        """Change what is learned after a trial, in place.

        Parameters
        ----------
        weights : mapping of str to array
            All that is learned, as the trial left it.
        recording : Recording
            Of that trial.
        wanted : array of int64, shape (1,), or None
            Its class, if it has one.
        rate : float, default 1
            Learning rate: times which a reward counts.
        """
        del recording, wanted, rate
        for name, total in self.sums.items():
            normalise(weights[name], total, self.columns(name))

    def columns(self, name: str) -> NDArray[np.int32] | None:
        """Target of each synapse of a connection; None where weights are (pre, post)."""
        connection = next(c for c in self.network.connections if c.name == name)
        return targets_of(self.network, connection)

    def backward(
        self, recording: Recording, weights: Weights, labels: Any, /
    ) -> Iterator[tuple[str, RowGradient]]:
        """There is no gradient: the weights are changed by the time that a trial has ended."""
        del recording, weights, labels
        yield from ()

    def loss(self, recording: Recording, labels: Any, /) -> NDArray[np.float64]:
        """There is none: NaN."""
        del labels
        return np.full(recording.n_trials, np.nan)
