"""What a learning rule and an optimiser exchange.

A bound rule is pure: a recording, the weights and what is wanted go in; one gradient a connection
comes out, from the last connection to the first. An optimiser changes weights in place. Weights are
float64 arrays of shape (pre, post).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import RuleError
from brainsnn.jit import njit
from brainsnn.learning.kernels import NetworkKernel, RuleKernels
from brainsnn.spikes import Recording
from brainsnn.spikes.targets import Classes, Targets

Weights = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class RowGradient:
    """Gradient of one connection, by the presynaptic neurons for which it is not zero.

    The arrays belong to whoever receives them and may be overwritten.

    Parameters
    ----------
    rows : array of int64, shape (r,)
        Presynaptic neurons, each at most once.
    values : array of float64, shape (r, n_post)
        Derivative of the loss, summed over the trials of a block, for their weights. All other
        rows are zero.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.float64]


@njit()
def add_squares(values: NDArray[np.float64], total: float) -> float:
    """`total` and the squares of all values, added one after the other."""
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            total += values[i, j] * values[i, j]
    return total


class BoundRule(Protocol):
    """A rule that was bound to a network (`brainsnn.learning.rule`): turns spikes into gradients.

    Usually a dataclass of settings and of what the network knows. Inherit from it explicitly to get
    what most rules leave as it is: `targets`, `observe`, `kernels` and `end_epoch`.
    """

    @property
    def targets(self) -> tuple[type[Targets], ...]:
        """Kinds of targets that the rule learns from; classes, if it does not say otherwise."""
        return (Classes,)

    def observe(self, recording: Recording, weights: Weights) -> Recording:
        """Add to a recording the states that `loss` and a decoder read; none by default."""
        del weights
        return recording

    def backward(
        self, recording: Recording, weights: Weights, labels: Any, /
    ) -> Iterator[tuple[str, RowGradient]]:
        """Gradient of each connection, from the last to the first, summed over the trials.

        Lazy on purpose: a consumer that applies each gradient to `weights` before it asks for the
        next lets the earlier layers see the weights already changed (sequential order).

        Parameters
        ----------
        recording : Recording
            The trials, n of them.
        weights : mapping of str to array of shape (pre, post)
            The weights that the trials ran with.
        labels : array of int64, shape (n,)
            The class of each trial; for other kinds of targets, what `Targets.of` gives.

        Yields
        ------
        name, gradient : str, RowGradient
        """
        ...

    def loss(self, recording: Recording, labels: Any, /) -> NDArray[np.float64]:
        """Loss of each trial, shape (n_trials,)."""
        ...

    def kernels(self) -> RuleKernels | None:
        """The rule as a compiled training loop takes it; None, the default, if it is not compiled.

        It must give what `backward` gives, to the last bit.
        """
        return None

    def network_kernel(
        self, populations: Mapping[str, int], weights: Weights
    ) -> NetworkKernel | None:
        """All gradients of such a network at once, compiled; None, the default, if they are not.

        It must give what `backward` gives, to the last bit.
        """
        del populations, weights
        return None

    def share(self, workers: int) -> None:
        """Let so many threads share the work of `backward`, whose sums stay the same."""
        del workers

    def end_epoch(
        self,
        weights: Weights,
        statistics: Mapping[str, NDArray[np.float64]],
        rng: np.random.Generator,
    ) -> int:
        """Called between epochs; may change `weights` in place, as in re-drawing dead neurons.

        Parameters
        ----------
        weights : mapping of str to array of shape (pre, post)
        statistics : mapping of str to array of float64, shape (size,)
            For each population, the fraction of the epoch's trials in which each neuron fired.
        rng : numpy.random.Generator
            The stream ``redraw``.

        Returns
        -------
        int
            Number of neurons whose weights were drawn anew.
        """
        del weights, statistics, rng
        return 0


def check_targets(rule: BoundRule, targets: Targets) -> None:
    """Refuse targets of a kind that a rule does not learn from.

    Raises
    ------
    RuleError
    """
    known = getattr(rule, "targets", (Classes,))
    if not isinstance(targets, known):
        loss = getattr(rule, "loss_function", None)
        by = f" with the loss {type(loss).__name__}" if loss is not None else ""
        raise RuleError(
            f"{type(rule).__name__}{by} learns from {' or '.join(k.kind for k in known)}; what is "
            f"wanted of these trials is {targets.kind}."
        )
