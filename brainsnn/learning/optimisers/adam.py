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
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.base import RowGradient
from brainsnn.learning.optimisers.base import (
    OPTIMISERS,
    Optimiser,
    OptimiserConfig,
    split_state,
)
from brainsnn.learning.optimisers.checks import Layout, check_fit


@njit(error_model="numpy", nogil=True)
def _adam(  # type: ignore[no-untyped-def]
    weights, rows, values, slot, first, second, scales, beta1, beta2, epsilon
):
    """One update in one pass; `scales` = (rate / bias1, 1 / bias2, rate * decay)."""
    rate, spread, shrink = scales
    zero = np.zeros(weights.shape[1])
    for k in range(rows.size):
        slot[rows[k]] = k
    for i in range(weights.shape[0]):
        gradient = values[slot[i]] if slot[i] >= 0 else zero
        slot[i] = -1
        w, m, v = weights[i], first[i], second[i]
        for j in range(w.size):
            m[j] = beta1 * m[j] + (1.0 - beta1) * gradient[j]
            v[j] = beta2 * v[j] + (1.0 - beta2) * gradient[j] * gradient[j]
            w[j] -= rate * m[j] / (np.sqrt(v[j] * spread) + epsilon) + shrink * w[j]


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
        self._slot: dict[str, NDArray[np.int64]] = {}

    def _begin(self, name: str, weights: NDArray[np.float64]) -> None:
        if name not in self._first:
            self._first[name] = np.zeros(weights.shape)
            self._second[name] = np.zeros(weights.shape)
            self._count[name] = np.zeros(1, np.int64)
        self._slot[name] = np.full(self._first[name].shape[:1], -1, np.int64)

    def _step(
        self,
        name: str,
        weights: NDArray[np.float64],
        gradient: RowGradient,
        learning_rate: float,
    ) -> None:
        """See the module docstring."""
        if name not in self._slot:
            self._begin(name, weights)
        kept: dict[str, Mapping[str, NDArray[Any]]] = {
            "first": self._first,
            "second": self._second,
            "count": self._count,
        }
        layout = self.layout(name, weights.shape)
        check_fit(name, layout, {kind: arrays[name] for kind, arrays in kept.items()})
        self._count[name] += 1
        n = int(self._count[name][0])
        scales = (
            learning_rate / (1.0 - self.beta1**n),
            1.0 / (1.0 - self.beta2**n),
            learning_rate * self.weight_decay,
        )
        _adam(
            weights,
            gradient.rows,
            gradient.values,
            self._slot[name],
            self._first[name],
            self._second[name],
            scales,
            self.beta1,
            self.beta2,
            self.epsilon,
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """``connection.first``, ``.second`` (moments) and ``.count`` (updates so far)."""
        kinds: dict[str, dict[str, NDArray[Any]]] = {
            "first": self._first,
            "second": self._second,
            "count": self._count,
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
            if count.dtype != np.int64 or (count < 0).any():
                raise LearningError(
                    f"Optimiser state {name}.count must count updates, got {count}."
                )
        self._first, self._second, self._count = parts["first"], parts["second"], parts["count"]
        self._slot = {}


@OPTIMISERS.register("adam")
class AdamConfig(OptimiserConfig):
    """Parameters of `Adam`."""

    name: Literal["adam"] = "adam"
    beta1: float = Field(default=0.9, ge=0, lt=1)
    beta2: float = Field(default=0.999, ge=0, lt=1)
    epsilon: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)

    def build(self) -> Adam:
        """A fresh `Adam`."""
        return Adam(self.beta1, self.beta2, self.epsilon, self.weight_decay)
