"""Rules whose gradients are errors gated by time, for chains of layers.

The gradient of a connection is the error of each postsynaptic neuron, for every presynaptic neuron
that spiked before that neuron's gate. What the errors and gates are makes the rule
(`brainsnn.learning.temporal`, `brainsnn.learning.decision`).
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.kernels import RuleKernels
from brainsnn.learning.losses import FirstSpikeLoss
from brainsnn.spikes import Recording

Steps = NDArray[np.int32]
Errors = NDArray[np.float64]


@njit()
def active_rows(pre: Steps, n_steps: int, rows: NDArray[np.int64]) -> int:
    """Fill in who spiked in any of the trials, return how many; `rows` has a place to spare."""
    n_rows = 0
    for i in range(pre.shape[1]):
        active = False
        for n in range(pre.shape[0]):
            active |= pre[n, i] < n_steps
        rows[n_rows] = i
        n_rows += active
    return n_rows


@njit()
def row_values(
    pre: Steps, post: Steps, delta: Errors, rows: NDArray[np.int64], n_steps: int, values: Errors
) -> None:
    """Fill in the gradient of `rows`, summed over trials in their order.

    Two trials are added at a time: values then go through memory half as often.
    """
    trials = np.empty(pre.shape[0] + 1, np.int64)
    for r in range(rows.size):
        n_trials = 0
        for n in range(pre.shape[0]):
            trials[n_trials] = n
            n_trials += pre[n, rows[r]] < n_steps
        if n_trials % 2:
            n = trials[0]
            t = pre[n, rows[r]]
            for j in range(post.shape[1]):
                values[r, j] = 0.0 + (delta[n, j] if t < post[n, j] else 0.0)
        else:
            for j in range(post.shape[1]):
                values[r, j] = 0.0
        for k in range(n_trials % 2, n_trials, 2):
            n, m = trials[k], trials[k + 1]
            t, u = pre[n, rows[r]], pre[m, rows[r]]
            for j in range(post.shape[1]):
                first = values[r, j] + (delta[n, j] if t < post[n, j] else 0.0)
                values[r, j] = first + (delta[m, j] if u < post[m, j] else 0.0)


def row_gradient(pre: Steps, post: Steps, delta: Errors, n_steps: int) -> RowGradient:
    """Gradient summed over trials: each error, for every presynaptic spike before its gate.

    Parameters
    ----------
    pre, post : array of int32, shape (n_trials, n_pre), (n_trials, n_post)
        First-spike steps, and gates: the steps before which presynaptic spikes count.
    delta : array of float64, shape (n_trials, n_post)
        Errors of the postsynaptic neurons.
    n_steps : int
        Length of a trial; presynaptic steps from here on are silence.

    Raises
    ------
    LearningError
        If the shapes do not go together.
    """
    if pre.ndim != 2 or post.ndim != 2 or len(pre) != len(post) or post.shape != delta.shape:
        raise LearningError(
            "Steps (n_trials, n_pre), gates and errors (n_trials, n_post) are needed, got shapes "
            f"{pre.shape}, {post.shape} and {delta.shape}."
        )
    rows = np.empty(pre.shape[1] + 1, np.int64)
    rows = rows[: active_rows(pre, n_steps, rows)]
    values = np.empty((rows.size, post.shape[1]))
    row_values(pre, post, delta, rows, n_steps, values)
    return RowGradient(rows, values)


def layers(populations: Mapping[str, int], weights: Weights) -> list[tuple[str, str, str]]:
    """Read a chain of layers off the order of its populations and connections.

    Returns
    -------
    list of (connection, source, target)
        From the input to the output.

    Raises
    ------
    LearningError
        If the weights do not fit a chain of the populations.
    """
    pairs = list(itertools.pairwise(populations))
    if len(pairs) != len(weights):
        raise LearningError(f"A chain of {len(pairs)} connections expected, got {list(weights)}.")
    chain = []
    for (source, target), (name, values) in zip(pairs, weights.items(), strict=True):
        shape = (populations[source], populations[target])
        if values.dtype != np.float64:
            raise LearningError(f"Weights of {name!r} must be float64, got {values.dtype}.")
        if values.shape != shape:
            raise LearningError(
                f"Connection {name!r} should lead from {source!r} to {target!r}, shape {shape}; "
                f"its weights have shape {values.shape}."
            )
        chain.append((name, source, target))
    return chain


class GatedRule(BoundRule):
    """Base of these rules; a subclass gives the two functions and parameters of `RuleKernels`.

    Attributes
    ----------
    loss_function : FirstSpikeLoss
        Gives the error of the output layer.
    """

    loss_function: FirstSpikeLoss

    @abstractmethod
    def functions(self) -> tuple[Any, Any, NDArray[np.float64]]:
        """`begin`, `below` and their parameters, as `RuleKernels` describes them."""

    def kernels(self) -> RuleKernels | None:
        """The rule, compiled; None if its loss is not."""
        loss = self.loss_function.kernel()
        return RuleKernels(loss, *self.functions()) if loss else None

    def backward(
        self, recording: Recording, weights: Weights, labels: NDArray[np.int64]
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of each connection from the last to the first (see `BoundRule`)."""
        n_steps = recording.n_steps
        begin, below, parameters = self.functions()
        chain = layers(recording.populations, weights)
        steps = {name: recording.first_steps(name) for name in recording.populations}
        post = steps[chain[-1][2]]
        delta = self.loss_function.error(post, labels, n_steps)
        if delta.shape != post.shape:
            raise LearningError(
                f"The loss gives errors of shape {delta.shape} for outputs of shape {post.shape}."
            )
        begin(delta, parameters)
        for (name, source, _), lower in zip(chain[::-1], [*chain[-2::-1], None], strict=True):
            pre = steps[source]
            yield name, row_gradient(pre, post, delta, n_steps)
            if lower is not None:
                error, gate = np.empty(pre.shape), np.empty(pre.shape, np.int32)
                leading = steps[lower[1]], weights[lower[0]]
                passed = (pre, post, delta, weights[name], *leading, n_steps, parameters)
                below(*passed, error, gate)
                delta, post = error, gate

    def loss(self, recording: Recording, labels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Loss of each trial."""
        output = list(recording.populations)[-1]
        return self.loss_function.value(recording.first_steps(output), labels, recording.n_steps)
