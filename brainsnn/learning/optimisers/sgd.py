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

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.kernels import OptimiserKernels, Vector, rows_of_part
from brainsnn.learning.optimisers.base import (
    OPTIMISERS,
    Optimiser,
    OptimiserConfig,
    split_state,
)
from brainsnn.learning.optimisers.checks import Layout, Rows, check_fit, check_rows
from brainsnn.learning.optimisers.limits import keep
from brainsnn.network.parameters import Parameter

SMALLEST_PRODUCT = 1e-100
"""When the cumulative product falls below, all rows pay and it starts again at 1."""


@njit()
def _scale(weights, row, factor):  # type: ignore[no-untyped-def]
    """Multiply a row by `factor`; a row as an array of its own would cost as much again."""
    for j in range(weights.shape[1]):
        weights[row, j] *= factor


@njit()
def _catch_up(weights, rows, product, paid):  # type: ignore[no-untyped-def]
    """Let `rows` pay what they owe."""
    for k in range(rows.size):
        row = rows[k]
        if paid[row] != product[0]:
            _scale(weights, row, product[0] / paid[row])
            paid[row] = product[0]


@njit()
def _catch_up_all(weights, product, paid):  # type: ignore[no-untyped-def]
    """Let every row pay, and start the product again at 1."""
    for row in range(weights.shape[0]):
        if paid[row] != product[0]:
            _scale(weights, row, product[0] / paid[row])
        paid[row] = 1.0
    product[0] = 1.0


@njit()
def _prepare(weights, rows, parameters, product, paid):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Let `rows` pay what they owe; the connection is lazy."""
    _catch_up(weights, rows, product, paid)


@njit()
def _decay(weights, factor, product, paid):  # type: ignore[no-untyped-def]
    """Multiply all weights by `factor`: now, or, if the connection is lazy, when they are used."""
    if not product.size:
        for i in range(weights.shape[0]):
            _scale(weights, i, factor)
        return
    product[0] *= factor
    if product[0] < SMALLEST_PRODUCT:
        _catch_up_all(weights, product, paid)


@njit()
def _step(  # type: ignore[no-untyped-def]
    weights,
    rows,
    values,
    last,
    learning_rate,
    parameters,
    product,
    paid,
    count,  # noqa: ARG001
):
    """Gradient step on `rows`, within bounds; decay of all weights with the last of them."""
    if product.size:
        _catch_up(weights, rows, product, paid)
    decay, limits = parameters[0], parameters[1:]
    bounded = limits.size > 2 or limits[0] > -np.inf or limits[1] < np.inf
    for k in range(rows.size):
        row = rows[k]
        for j in range(values.shape[1]):
            weights[row, j] -= learning_rate * values[k, j]
        if bounded:
            keep(weights, row, limits)
    if last and decay != 0:
        _decay(weights, 1.0 - learning_rate * decay, product, paid)


@njit()
def _changes(delta, gate, clip, rate, change, before):  # type: ignore[no-untyped-def]
    """Fill in what a row's weights lose, and for spikes before which step; return the last such."""
    latest = np.int32(0)
    for j in range(delta.size):
        value = 0.0 + delta[j]
        if clip < np.inf:
            value = min(max(value, -clip), clip)
        change[j], before[j] = rate * value, gate[j]
        if value != 0.0:
            latest = max(latest, gate[j])
    return latest


@njit()
def _step_one(  # type: ignore[no-untyped-def]
    weights,
    pre,
    gate,
    delta,
    n_steps,
    clip,
    learning_rate,
    parameters,
    product,
    paid,
    count,  # noqa: ARG001
):
    """Gradient step of one trial, on rows that spiked before the last gate alone; then decay.

    All other entries of the gradient are zero, and a zero changes no weight, unless bounds do.
    """
    change, before = np.empty(delta.size), np.empty(delta.size)
    latest = min(_changes(delta, gate, clip, learning_rate, change, before), n_steps)
    decay, limits = parameters[0], parameters[1:]
    bounded = limits.size > 2 or limits[0] > -np.inf or limits[1] < np.inf
    if bounded:
        latest = n_steps
    rows, n_rows = np.empty(pre.size + 1, np.int64), 0
    for i in range(pre.size):
        rows[n_rows] = i
        n_rows += pre[i] < latest
    if product.size:
        _catch_up(weights, rows[:n_rows], product, paid)
    for k in range(n_rows):
        row = rows[k]
        step = float(pre[row])
        for j in range(delta.size):
            weights[row, j] -= change[j] if step < before[j] else 0.0
        if bounded:
            keep(weights, row, limits)
    if decay != 0:
        _decay(weights, 1.0 - learning_rate * decay, product, paid)


class SGD(Optimiser):
    r"""Gradient descent, no momentum, with weight decay after each update (module docstring).

    Parameters
    ----------
    weight_decay : float, default 0
        :math:`\lambda`; S4NN uses 1e-6. Lazy for connections named in `prepare`.
    lazy : bool, default True
        Whether any decay is put off.

    Raises
    ------
    LearningError
        If learning rate times decay reaches 1 in a step: weights would vanish or change sign.
    """

    def __init__(self, weight_decay: float = 0.0, *, lazy: bool = True) -> None:
        self.weight_decay = weight_decay
        self.postpones = lazy and weight_decay > 0
        self._product: dict[str, NDArray[np.float64]] = {}
        self._paid: dict[str, NDArray[np.float64]] = {}

    def confine(self, parameters: Mapping[str, Parameter]) -> None:
        """See `Optimiser`; weights that decay must be allowed to come near 0."""
        super().confine(parameters)
        given = {n: p.constraint.bounds for n, p in parameters.items() if p.constraint is not None}
        for name, (low, high) in given.items():
            if self.weight_decay and not low <= 0 <= high:
                raise LearningError(
                    f"{name!r} is kept within {low:g} to {high:g}, which a weight decay of "
                    f"{self.weight_decay:g} leads out of: learn without it, or with Adam."
                )

    def prepare(self, weights: Weights, rows: Rows) -> None:
        """Let the named rows pay the decay they owe; their connections are lazy from now on."""
        if not self.postpones:
            return
        check_rows(weights, rows)
        for name, mine in rows.items():
            if name not in self._product:
                self._product[name] = np.ones(1)
                self._paid[name] = np.ones(weights[name].shape[0])
            self._check_kept(name, weights[name])
            _catch_up(weights[name], mine, self._product[name], self._paid[name])

    def _step(
        self,
        name: str,
        weights: NDArray[np.float64],
        gradient: RowGradient,
        learning_rate: float,
    ) -> None:
        """See the class."""
        if learning_rate * self.weight_decay >= 1:
            raise LearningError(
                f"Learning rate {learning_rate} times weight decay {self.weight_decay} is 1 or "
                "more: every weight would vanish or change sign. Lower one of them."
            )
        self._check_kept(name, weights)
        state = self._arrays(name)
        _step(weights, gradient.rows, gradient.values, 1, learning_rate, *state)

    def _check_kept(self, name: str, weights: NDArray[np.float64]) -> None:
        if name in self._product:
            product, paid = self._product[name], self._paid[name]
            if product.size != 1 or paid.size != weights.shape[0]:
                layout = {"product": (1,), "paid": weights.shape[:1]}
                check_fit(name, layout, {"product": product, "paid": paid})

    def _arrays(self, name: str) -> tuple[Vector, Vector, Vector, NDArray[np.int64]]:
        """Parameters and state of a connection, as `_step` takes them."""
        product = self._product.get(name, np.empty(0))
        paid = self._paid.get(name, np.empty(0))
        parameters = np.array([self.weight_decay, *self.limits(name)], np.float64)
        return parameters, product, paid, np.empty(0, np.int64)

    def compiles(self, name: str) -> bool:
        """Whether a connection has `kernels`: all that have no scale."""
        return name not in self._scales

    def kernels(self, name: str, weights: NDArray[np.float64]) -> OptimiserKernels | None:
        """Work on a connection, compiled; see `Optimiser`."""
        if not self.compiles(name):
            return None
        self._check_kept(name, weights)
        lazy, part = name in self._product, rows_of_part(weights)
        return OptimiserKernels(_prepare, _step, *self._arrays(name), lazy, part, _step_one)

    def flush(self, weights: Weights) -> None:
        """Let every row pay the decay it owes."""
        check_rows(weights, dict.fromkeys(self._product, np.empty(0, np.int64)))
        for name, product in self._product.items():
            self._check_kept(name, weights[name])
            _catch_up_all(weights[name], product, self._paid[name])

    def state(self) -> dict[str, NDArray[Any]]:
        """``connection.product`` and ``connection.paid`` of each lazy connection."""
        state = {f"{name}.product": value.copy() for name, value in self._product.items()}
        return state | {f"{name}.paid": value.copy() for name, value in self._paid.items()}

    def layout(self, name: str, shape: tuple[int, ...]) -> Layout:  # noqa: ARG002
        """One product, and what each row has paid; nothing without decay."""
        return {"product": (1,), "paid": shape[:1]} if self.postpones else {}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`."""
        parts = split_state(state, ("product", "paid"))
        for factors in (*parts["product"].values(), *parts["paid"].values()):
            if factors.dtype != np.float64 or factors.ndim != 1 or not (factors > 0).all():
                raise LearningError("Optimiser state: products of decay must be above 0.")
        self._product, self._paid = parts["product"], parts["paid"]


@OPTIMISERS.register("sgd")
class SGDConfig(OptimiserConfig):
    """Parameters of `SGD`."""

    name: Literal["sgd"] = "sgd"
    weight_decay: float = Field(default=0.0, ge=0)

    def build(self) -> SGD:
        """A fresh `SGD`."""
        return SGD(self.weight_decay)
