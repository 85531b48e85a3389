r"""Stochastic gradient descent with weight decay whose work is proportional to spikes.

One update of a connection, with learning rate :math:`\eta` and decay :math:`\lambda`, is

.. math:: W \leftarrow W - \eta\, g, \qquad W \leftarrow W - \eta\,\lambda\, W .

The second half touches every weight, the first only the rows (presynaptic neurons) in `g`. Between
two uses a row is only ever multiplied by :math:`1 - \eta\lambda`, so the factors are collected in
one cumulative product :math:`P` for the connection; a row remembers the :math:`P` at which it was
last up to date, :math:`P_i`, and owes the factor :math:`P / P_i`, paid when it is next used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numba
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.optimisers.base import (
    OPTIMISERS,
    Optimiser,
    OptimiserConfig,
    Rows,
    split_state,
)

SMALLEST_PRODUCT = 1e-100
"""When the cumulative product falls below, all rows pay and it starts again at 1."""


@numba.njit(cache=True)
def _scale(row, factor):  # type: ignore[no-untyped-def]
    """Multiply `row` by `factor`."""
    for j in range(row.size):
        row[j] *= factor


@numba.njit(cache=True)
def _catch_up(weights, rows, product, paid):  # type: ignore[no-untyped-def]
    """Let `rows` pay what they owe."""
    for k in range(rows.size):
        row = rows[k]
        if paid[row] != product[0]:
            _scale(weights[row], product[0] / paid[row])
            paid[row] = product[0]


@numba.njit(cache=True)
def _catch_up_all(weights, product, paid):  # type: ignore[no-untyped-def]
    """Let every row pay, and start the product again at 1."""
    for row in range(weights.shape[0]):
        if paid[row] != product[0]:
            _scale(weights[row], product[0] / paid[row])
        paid[row] = 1.0
    product[0] = 1.0


@numba.njit(cache=True)
def _descend(weights, rows, values, learning_rate):  # type: ignore[no-untyped-def]
    """Gradient step on `rows`."""
    for k in range(rows.size):
        w, g = weights[rows[k]], values[k]
        for j in range(w.size):
            w[j] -= learning_rate * g[j]


@numba.njit(cache=True)
def _descend_lazily(  # type: ignore[no-untyped-def]
    weights, rows, values, learning_rate, decay, product, paid
):
    """Gradient step on `rows`, decay of all left owing."""
    _catch_up(weights, rows, product, paid)
    _descend(weights, rows, values, learning_rate)
    product[0] *= 1.0 - learning_rate * decay
    if product[0] < SMALLEST_PRODUCT:
        _catch_up_all(weights, product, paid)


@numba.njit(cache=True)
def _descend_eagerly(  # type: ignore[no-untyped-def]
    weights, rows, values, learning_rate, decay
):
    """Gradient step on `rows`, decay of all at once."""
    _descend(weights, rows, values, learning_rate)
    factor = 1.0 - learning_rate * decay
    for i in range(weights.shape[0]):
        _scale(weights[i], factor)


class SGD(Optimiser):
    r"""Gradient descent, no momentum, with weight decay after each update (module docstring).

    Parameters
    ----------
    weight_decay : float, default 0
        :math:`\lambda`; S4NN uses 1e-6. Lazy for connections named in `prepare`.

    Raises
    ------
    LearningError
        If learning rate times decay reaches 1 in a step: weights would vanish or change sign.
    """

    def __init__(self, weight_decay: float = 0.0) -> None:
        self.weight_decay = weight_decay
        self.postpones = weight_decay > 0
        self._product: dict[str, NDArray[np.float64]] = {}
        self._paid: dict[str, NDArray[np.float64]] = {}

    def prepare(self, weights: Weights, rows: Rows) -> None:
        """Let the named rows pay the decay they owe; their connections are lazy from now on."""
        if not self.postpones:
            return
        for name, mine in rows.items():
            if name not in self._product:
                self._product[name] = np.ones(1)
                self._paid[name] = np.ones(weights[name].shape[0])
            _catch_up(weights[name], mine, self._product[name], self._paid[name])

    def step(
        self,
        name: str,
        weights: NDArray[np.float64],
        gradient: RowGradient,
        learning_rate: float,
    ) -> None:
        """Update `weights` in place; see the class."""
        decay = self.weight_decay
        if decay == 0:
            _descend(weights, gradient.rows, gradient.values, learning_rate)
            return
        if learning_rate * decay >= 1:
            raise LearningError(
                f"Learning rate {learning_rate} times weight decay {decay} is 1 or more: every "
                "weight would vanish or change sign. Lower one of them."
            )
        if name in self._product:
            product, paid = self._product[name], self._paid[name]
            _descend_lazily(
                weights, gradient.rows, gradient.values, learning_rate, decay, product, paid
            )
        else:
            _descend_eagerly(weights, gradient.rows, gradient.values, learning_rate, decay)

    def flush(self, weights: Weights) -> None:
        """Let every row pay the decay it owes."""
        for name, product in self._product.items():
            _catch_up_all(weights[name], product, self._paid[name])

    def state(self) -> dict[str, NDArray[Any]]:
        """``connection.product`` and ``connection.paid`` of each lazy connection."""
        state = {f"{name}.product": value.copy() for name, value in self._product.items()}
        return state | {f"{name}.paid": value.copy() for name, value in self._paid.items()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`."""
        parts = split_state(state, ("product", "paid"))
        self._product, self._paid = parts["product"], parts["paid"]


@OPTIMISERS.register("sgd")
class SGDConfig(OptimiserConfig):
    """Parameters of `SGD`."""

    name: Literal["sgd"] = "sgd"
    weight_decay: float = Field(default=0.0, ge=0)

    def build(self) -> SGD:
        """A fresh `SGD`."""
        return SGD(self.weight_decay)
