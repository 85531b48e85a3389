r"""Temporal backpropagation for networks in which each neuron fires at most once (S4NN).

The network is a chain of layers of non-leaky integrate-and-fire neurons with instantaneous
synapses. With :math:`t_i` the first-spike step of neuron :math:`i` of a layer (a silent neuron
"fires" at the end of the trial) and :math:`\delta` the error of a layer's neurons, the rule of
Kheradpisheh and Masquelier (2020) is

.. math::
    \frac{\partial L}{\partial w_{ij}} &= \delta_j\,[t_i < t_j]
        && \text{(eqs. 8, 13)} \\
    \delta_i &= \sum_j \delta_j\, w_{ij}\,[t_i < t_j]
        && \text{(eq. 15)} \\
    \delta &\leftarrow \delta / \lVert \delta \rVert
        && \text{(eq. 16)}

where the output's :math:`\delta` is the error of the loss (eq. 14) and the derivative of a firing
time with respect to the potential is taken as -1 (eq. 12). The gradient is therefore a surrogate.

Where the authors' program differs from the paper's text
--------------------------------------------------------
- A spike counts only if it came strictly before (:math:`t_i < t_j`), since a spike at a step
  reaches its targets at the next; the text writes :math:`t_i \le t_j` with no such delay.
- The error of a hidden layer is computed with the weights above it already updated. `backward`
  is lazy for that reason: apply each gradient before asking for the next, and the order is the
  program's; collect them first, and it is the text's.
- A neuron fires where its potential exceeds the threshold strictly, and a crossing at the last
  step counts as silence.
- A silent neuron does take part, as a spike at the end of the trial, although eq. 12 reads as if
  its derivative were 0.
- Initial weights of the MNIST output layer are drawn up to 48, not 50.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numba
import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient, Rule, Weights
from brainsnn.learning.losses import FirstSpikeLoss, RelativeTargets
from brainsnn.spikes import Recording
from brainsnn.synapses.base import Normal, Uniform

Steps = NDArray[np.int32]
Errors = NDArray[np.float64]


@numba.njit(cache=True)
def normalise(delta: Errors) -> None:
    """Divide each trial's errors by their Euclidean norm, in place; all-zero ones stay (eq. 16)."""
    for n in range(delta.shape[0]):
        norm = np.sqrt((delta[n] ** 2).sum())
        if norm > 0:
            for j in range(delta.shape[1]):
                delta[n, j] /= norm


@numba.njit(cache=True)
def _active_rows(pre: Steps, n_steps: int) -> NDArray[np.int64]:
    active = np.zeros(pre.shape[1], np.bool_)
    for n in range(pre.shape[0]):
        for i in range(pre.shape[1]):
            active[i] |= pre[n, i] < n_steps
    return np.flatnonzero(active)


@numba.njit(cache=True)
def _row_gradient(
    pre: Steps, post: Steps, delta: Errors, rows: NDArray[np.int64], n_steps: int
) -> Errors:
    values = np.zeros((rows.size, post.shape[1]))
    for n in range(pre.shape[0]):
        for r in range(rows.size):
            t = pre[n, rows[r]]
            if t < n_steps:
                for j in range(post.shape[1]):
                    values[r, j] += delta[n, j] if t < post[n, j] else 0.0
    return values


@numba.njit(cache=True)
def _propagate(pre: Steps, post: Steps, delta: Errors, weights: Errors) -> Errors:
    below = np.zeros(pre.shape)
    for n in range(pre.shape[0]):
        for i in range(pre.shape[1]):
            total = 0.0
            for j in range(post.shape[1]):
                if pre[n, i] < post[n, j]:
                    total += delta[n, j] * weights[i, j]
            below[n, i] = total
    return below


def row_gradient(pre: Steps, post: Steps, delta: Errors, n_steps: int) -> RowGradient:
    """Gradient summed over trials: each error, for every presynaptic spike before its step.

    Parameters
    ----------
    pre, post : array of int32, shape (n_trials, n_pre), (n_trials, n_post)
        First-spike steps; `post` may be any step up to which spikes count.
    delta : array of float64, shape (n_trials, n_post)
        Errors of the postsynaptic neurons.
    n_steps : int
        Length of a trial; presynaptic steps from here on are silence.
    """
    rows = _active_rows(pre, n_steps)
    return RowGradient(rows, _row_gradient(pre, post, delta, rows, n_steps))


def layers(recording: Recording, weights: Weights) -> list[tuple[str, str, str]]:
    """Read a chain of layers off the order of its populations and connections.

    Returns
    -------
    list of (connection, source, target)
        From the input to the output.

    Raises
    ------
    LearningError
        If the weights do not fit a chain of the recording's populations.
    """
    pairs = list(itertools.pairwise(recording.populations))
    if len(pairs) != len(weights):
        raise LearningError(f"A chain of {len(pairs)} connections expected, got {list(weights)}.")
    chain = []
    for (source, target), (name, values) in zip(pairs, weights.items(), strict=True):
        shape = (recording.populations[source], recording.populations[target])
        if values.shape != shape:
            raise LearningError(
                f"Connection {name!r} should lead from {source!r} to {target!r}, shape {shape}; "
                f"its weights have shape {values.shape}."
            )
        chain.append((name, source, target))
    return chain


@dataclass(frozen=True)
class TemporalBackprop(Rule):
    """Temporal backpropagation through first spikes, for any number of layers (module docstring).

    Parameters
    ----------
    loss_function : FirstSpikeLoss, default RelativeTargets(gamma=3)
        Gives the error of the output layer.
    normalised : bool, default True
        Whether errors are normalised layer by layer (eq. 16).
    redraw_below : float, default 0.001
        Neurons of hidden layers that fired in a smaller fraction of an epoch's trials are drawn
        anew at its end.
    initial : mapping of str to Uniform or Normal
        What they are drawn from, by connection; connections left out are never redrawn.
    """

    citation: ClassVar[str] = (
        "Kheradpisheh S.R., Masquelier T. (2020) Temporal backpropagation for spiking neural "
        "networks with one spike per neuron. Int. J. Neural Systems 30(6):2050027."
    )
    neuron: ClassVar[str] = "integrate_and_fire_once"
    codes: ClassVar[tuple[str, ...]] = ("first_spike",)
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"

    loss_function: FirstSpikeLoss = field(default_factory=RelativeTargets)
    normalised: bool = True
    redraw_below: float = 0.001
    initial: Mapping[str, Uniform | Normal] = field(default_factory=dict)

    def backward(
        self, recording: Recording, weights: Weights, labels: NDArray[np.int64]
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of each connection from the last to the first (see `Rule`)."""
        n_steps = recording.n_steps
        chain = layers(recording, weights)
        post = recording.first_steps(chain[-1][2])
        delta = self.loss_function.error(post, labels, n_steps)
        for depth, (name, source, _) in enumerate(reversed(chain), start=1):
            if self.normalised:
                normalise(delta)
            pre = recording.first_steps(source)
            yield name, row_gradient(pre, post, delta, n_steps)
            if depth < len(chain):
                delta, post = _propagate(pre, post, delta, weights[name]), pre

    def loss(self, recording: Recording, labels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Loss of each trial."""
        output = list(recording.populations)[-1]
        return self.loss_function.value(recording.first_steps(output), labels, recording.n_steps)

    def end_epoch(
        self,
        weights: Weights,
        statistics: Mapping[str, NDArray[np.float64]],
        rng: np.random.Generator,
    ) -> int:
        """Draw the incoming weights of dead hidden neurons anew; return how many there were."""
        redrawn = 0
        hidden = list(statistics)[1:-1]
        for (name, values), population in zip(weights.items(), hidden, strict=False):
            dead = np.flatnonzero(statistics[population] < self.redraw_below)
            if dead.size and name in self.initial:
                values[:, dead] = self.initial[name].draw(rng, (values.shape[0], dead.size))
                redrawn += dead.size
        return redrawn
