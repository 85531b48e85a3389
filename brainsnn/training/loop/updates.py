"""The inner loop: run a batch, ask the rule, change the weights.

With a batch of one this is executed for every trial, so it holds nothing that could be done once a
block: statistics, decisions and losses are computed from many trials' recordings together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from brainsnn.interrupts import StopRequest
from brainsnn.learning.base import BoundRule, Weights, add_squares
from brainsnn.learning.optimisers import Optimiser
from brainsnn.learning.optimisers.checks import check_gradient
from brainsnn.network.connectivity import AllToAll
from brainsnn.spikes import Recording
from brainsnn.spikes.trials import LabelledTrials

if TYPE_CHECKING:
    from brainsnn.engine.base import Engine


#: Recordings of at least so many trials are taken in as they are; joining large ones costs more
#: than it saves.
ENOUGH = 32


class Updater(Protocol):
    """Trains on a block of trials.

    Attributes
    ----------
    portion : int or None
        Trials that it is best given at once, whole batches; None for as many as there are.
    """

    portion: int | None

    def run(
        self,
        trials: LabelledTrials,
        order: NDArray[np.int64],
        learning_rate: float,
        stop: StopRequest,
    ) -> tuple[Recording, dict[str, float]]:
        """Train on the trials `order`, batch after batch, until done or asked to stop.

        Parameters
        ----------
        trials : LabelledTrials
        order : array of int64, shape (n,)
            Which trials, in which order.
        learning_rate : float
        stop : StopRequest
            Looked at after each batch.

        Returns
        -------
        recording : Recording
            The first trials of `order`, as many as were run; all n without a request to stop.
        norms : dict of str to float
            Norm of the first batch's gradient, before it is clipped, by connection.
        """
        ...


def _as_it_is(recording: Recording, weights: Weights) -> Recording:  # noqa: ARG001
    return recording


class StepByStep:
    """Engine, rule and optimiser in turn, for any of them (see `Updater`).

    Parameters
    ----------
    engine : Engine
    rule : BoundRule
    optimiser : Optimiser
    batch_size : int, default 1
    sequential : bool, default True
        Whether each gradient is applied before the next one is asked for.
    clip : float, optional
        Largest absolute value of each entry of a batch's mean gradient.
    """

    def __init__(
        self,
        engine: Engine,
        rule: BoundRule,
        optimiser: Optimiser,
        batch_size: int = 1,
        sequential: bool = True,
        clip: float | None = None,
    ) -> None:
        self.engine, self.rule, self.optimiser = engine, rule, optimiser
        self.batch_size, self.sequential, self.clip = batch_size, sequential, clip
        self.portion: int | None = -(-ENOUGH // batch_size) * batch_size if batch_size > 1 else None
        self._observe = getattr(rule, "observe", _as_it_is)
        self.from_inputs = [
            c.name
            for c in engine.model.connections
            if c.source == engine.input and isinstance(c.connectivity, AllToAll)
        ]

    def _prepare(self, trials: LabelledTrials, index: NDArray[np.int64]) -> None:
        neuron, offsets = trials.inputs.neuron, trials.inputs.offsets
        used = [neuron[offsets[k] : offsets[k + 1]] for k in index.tolist()]
        rows = used[0] if len(used) == 1 else np.concatenate(used)
        self.optimiser.prepare(self.engine.weights, dict.fromkeys(self.from_inputs, rows))

    def run(
        self,
        trials: LabelledTrials,
        order: NDArray[np.int64],
        learning_rate: float,
        stop: StopRequest,
    ) -> tuple[Recording, dict[str, float]]:
        """See `Updater`."""
        run, backward, step = self.engine.run, self.rule.backward, self.optimiser.step
        weights, inputs, size = self.engine.weights, trials.inputs, self.batch_size
        wanted, postpones = trials.targets.of, self.optimiser.postpones
        recordings: list[Recording] = []
        norms: dict[str, float] = {}
        for start in range(0, order.size, size):
            index = order[start : start + size]
            if postpones:
                self._prepare(trials, index)
            recording = self._observe(run(inputs, index), weights)
            gradients = backward(recording, weights, wanted(index))
            for name, gradient in gradients if self.sequential else list(gradients):
                if index.size > 1:
                    np.divide(gradient.values, index.size, out=gradient.values)
                if start == 0:
                    check_gradient(name, weights[name], gradient)
                    norms[name] = float(np.sqrt(add_squares(gradient.values, 0.0)))
                if self.clip is not None:
                    np.clip(gradient.values, -self.clip, self.clip, out=gradient.values)
                step(name, weights[name], gradient, learning_rate)
            recordings.append(recording)
            if stop.requested:
                break
        return Recording.concatenate(recordings), norms
