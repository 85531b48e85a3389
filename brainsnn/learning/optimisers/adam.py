r"""Adam on dense moments, with decoupled weight decay.

With gradient :math:`g`, update number :math:`n` (from 1), learning rate :math:`\eta`:

.. math::
    m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
    v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
    W \leftarrow W - \eta \left( \frac{m / (1 - \beta_1^n)}
    {\sqrt{v / (1 - \beta_2^n)} + \epsilon} + \lambda W \right) .

A row absent from a gradient has gradient zero: its moments decay and its weights still move.
(Kingma & Ba 2015, arXiv:1412.6980; decoupled decay: Loshchilov & Hutter 2019, arXiv:1711.05101.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.base import RowGradient
from brainsnn.learning.kernels import OptimiserKernels, Vector, rows_of_part
from brainsnn.learning.optimisers.base import (
    OPTIMISERS,
    Optimiser,
    OptimiserConfig,
    split_state,
)
from brainsnn.learning.optimisers.checks import Layout, check_fit, rises
from brainsnn.learning.optimisers.limits import keep


@njit()
def _prepare(weights, rows, parameters, first, second):  # type: ignore[no-untyped-def]
    """Nothing is put off."""


@njit(error_model="numpy")
def _step(  # type: ignore[no-untyped-def]
    weights, rows, values, last, learning_rate, parameters, first, second, count
):
    """Update all rows up to the last of `rows`, which rise; all that are left with the last part.

    `count` holds the updates so far, and the row at which the next part of this one goes on.
    """
    beta1, beta2, epsilon, decay = parameters[0], parameters[1], parameters[2], parameters[3]
    limits = parameters[4:]
    bounded = limits.size > 2 or limits[0] > -np.inf or limits[1] < np.inf
    n, width = count[0] + 1.0, weights.shape[1]
    rate, spread = learning_rate / (1.0 - beta1**n), 1.0 / (1.0 - beta2**n)
    shrink, zero, k = learning_rate * decay, np.zeros(width), 0
    end = weights.shape[0] if last else rows[-1] + 1
    for i in range(count[1], end):
        gradient = zero
        if k < rows.size and rows[k] == i:
            gradient = values[k]
            k += 1
        mine = slice(i * width, (i + 1) * width)
        w, m, v = weights[i], first[mine], second[mine]
        for j in range(width):
            m[j] = beta1 * m[j] + (1.0 - beta1) * gradient[j]
            v[j] = beta2 * v[j] + (1.0 - beta2) * gradient[j] * gradient[j]
            w[j] -= rate * m[j] / (np.sqrt(v[j] * spread) + epsilon) + shrink * w[j]
        if bounded:
            keep(weights, i, limits)
    count[1] = end
    if last:
        count[0] += 1
        count[1] = 0


class Adam(Optimiser):
    r"""Adam with decoupled weight decay (equations in the module docstring).

    Work is proportional to the number of weights, not of spikes, so it suits batches.

    Parameters
    ----------
    beta1, beta2 : float, default 0.9 and 0.999
        Memory of the first and second moment, in [0, 1).
    epsilon : float, default 1e-8
        Added to the root of the second moment.
    weight_decay : float, default 0
        :math:`\lambda`.
    """

    def __init__(
        self,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.weight_decay = weight_decay
        self._first: dict[str, NDArray[np.float64]] = {}
        self._second: dict[str, NDArray[np.float64]] = {}
        self._count: dict[str, NDArray[np.int64]] = {}

    def _begin(self, name: str, weights: NDArray[np.float64]) -> None:
        self._first[name] = np.zeros(weights.shape)
        self._second[name] = np.zeros(weights.shape)
        self._count[name] = np.zeros(2, np.int64)

    def _step(
        self,
        name: str,
        weights: NDArray[np.float64],
        gradient: RowGradient,
        learning_rate: float,
    ) -> None:
        """See the module docstring."""
        rows, values = gradient.rows, gradient.values
        if not rises(rows):
            order = np.argsort(rows)
            rows, values = rows[order], values[order]
        _step(weights, rows, values, 1, learning_rate, *self._arrays(name, weights))

    def _arrays(
        self, name: str, weights: NDArray[np.float64]
    ) -> tuple[Vector, Vector, Vector, NDArray[np.int64]]:
        """Parameters and state of a connection, as `_step` takes them."""
        if name not in self._first:
            self._begin(name, weights)
        first, second, count = self._first[name], self._second[name], self._count[name]
        kept = {"first": first, "second": second, "count": count[:1]}
        check_fit(name, self.layout(name, weights.shape), kept)
        parameters = [self.beta1, self.beta2, self.epsilon, self.weight_decay, *self.limits(name)]
        return np.array(parameters), first.reshape(-1), second.reshape(-1), count

    def compiles(self, name: str) -> bool:
        """Whether a connection has `kernels`: all that have no scale."""
        return name not in self._scales

    def kernels(self, name: str, weights: NDArray[np.float64]) -> OptimiserKernels | None:
        """Work on a connection, compiled; see `Optimiser`."""
        if not self.compiles(name):
            return None
        state = self._arrays(name, weights)
        return OptimiserKernels(_prepare, _step, *state, False, rows_of_part(weights))

    def state(self) -> dict[str, NDArray[Any]]:
        """``connection.first``, ``.second`` (moments) and ``.count`` (updates so far)."""
        kinds: dict[str, dict[str, NDArray[Any]]] = {
            "first": self._first,
            "second": self._second,
            "count": {name: count[:1] for name, count in self._count.items()},
        }
        return {
            f"{name}.{kind}": value.copy()
            for kind, values in kinds.items()
            for name, value in values.items()
        }

    def layout(self, name: str, shape: tuple[int, ...]) -> Layout:  # noqa: ARG002
        """Moments like the weights, and one count."""
        return {"first": shape, "second": shape, "count": (1,)}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`."""
        parts = split_state(state, ("first", "second", "count"))
        for name, count in parts["count"].items():
            if count.dtype != np.int64 or count.shape != (1,) or count[0] < 0:
                raise LearningError(
                    f"Optimiser state {name}.count must count updates, got {count}."
                )
        self._first, self._second = parts["first"], parts["second"]
        self._count = {name: np.array([count[0], 0]) for name, count in parts["count"].items()}


@OPTIMISERS.register("adam")
class AdamConfig(OptimiserConfig):
    """Parameters of `Adam`."""

    citation: ClassVar[str] = (
        "D.P. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR (2015), "
        "arXiv:1412.6980"
    )

    name: Literal["adam"] = "adam"
    beta1: float = Field(default=0.9, ge=0, lt=1)
    beta2: float = Field(default=0.999, ge=0, lt=1)
    epsilon: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)

    def build(self) -> Adam:
        """A fresh `Adam`."""
        return Adam(self.beta1, self.beta2, self.epsilon, self.weight_decay)
