r"""Adam on full weights of which the network sees n bits: precision as a constraint.

The optimiser keeps full weights :math:`W` for itself. The network runs, is validated and is saved
with

.. math::
    Q = s\,q, \qquad q = \min(\max(\mathrm{round}(W / s), -m), m), \qquad m = 2^{n-1} - 1

(one bit: :math:`q = \pm 1`). The gradient at :math:`Q` is applied to :math:`W` as it is
(straight-through). The step :math:`s`, one a connection, follows the weights by one iteration of
least squares an update, :math:`s \leftarrow \langle W, q \rangle / \langle q, q \rangle`. Learned
parameters of neurons (names with a dot) are not weights and stay whole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError
from brainsnn.jit import njit
from brainsnn.learning.base import RowGradient
from brainsnn.learning.kernels import OptimiserKernels, rows_of_part
from brainsnn.learning.optimisers.adam import Adam, _prepare, _step
from brainsnn.learning.optimisers.base import OPTIMISERS, OptimiserConfig, split_state
from brainsnn.learning.optimisers.checks import Layout, check_fit
from brainsnn.network.names import ParameterName
from brainsnn.network.parameters import Parameter

SETTLE = 20
"""Iterations that find the first step."""

MOST_BITS = 16


@njit()
def _quantise(full, step, largest, out):  # type: ignore[no-untyped-def]
    """Fill in the n-bit weights; `step` is what it was, and then what it is."""
    along, norm = 0.0, 0.0
    for i in range(full.shape[0]):
        for j in range(full.shape[1]):
            w = full[i, j]
            if largest == 0:
                q = 1.0 if w >= 0 else -1.0
            else:
                q = min(max(np.rint(w / step[0]), -largest), largest)
            out[i, j] = q
            along += w * q
            norm += q * q
    if norm > 0.0 and along > 0.0:
        step[0] = along / norm
    for i in range(full.shape[0]):
        for j in range(full.shape[1]):
            out[i, j] *= step[0]


@njit()
def _quantised_step(  # type: ignore[no-untyped-def]
    weights, rows, values, last, learning_rate, parameters, first, second, count
):
    """Adam's step on full weights, then their n bits; on what has no full weights, Adam's alone.

    `first` holds the first moments, and after them full weights and the step.
    """
    size, of_adam = weights.size, parameters[:-1]
    if first.size == size:
        _step(weights, rows, values, last, learning_rate, of_adam, first, second, count)
        return
    full, moments = first[size : 2 * size].reshape(weights.shape), first[:size]
    _step(full, rows, values, last, learning_rate, of_adam, moments, second, count)
    if last:
        _quantise(full, first[2 * size :], parameters[parameters.size - 1], weights)


class QuantisedAdam(Adam):
    """Adam whose weights have n bits (module docstring).

    Parameters
    ----------
    bits : int, default 8
        n, from 1 to 16.
    beta1, beta2, epsilon, weight_decay
        As for `Adam`; decay is of the full weights.

    Raises
    ------
    LearningError
        If `bits` is impossible.
    """

    def __init__(
        self,
        bits: int = 8,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        if not 1 <= bits <= MOST_BITS:
            raise LearningError(
                f"Weights of {bits} bits are impossible; allowed are 1 to {MOST_BITS}."
            )
        super().__init__(beta1, beta2, epsilon, weight_decay)
        self.bits = bits
        self._full: dict[str, NDArray[np.float64]] = {}
        self._unit: dict[str, NDArray[np.float64]] = {}
        self._together: dict[str, NDArray[np.float64]] = {}

    def confine(self, parameters: Mapping[str, Parameter]) -> None:
        """See `Optimiser`; weights of n bits stand on a grid, whose step follows from them.

        Raises
        ------
        LearningError
            If weights have another bound than 0, which may lie beside the grid; or, of one bit,
            a sign or a mask.
        """
        super().confine(parameters)
        for name, (low, high, *_) in self._limits.items():
            on_grid = self.bits > 1 and {low, high} <= {0.0, -math.inf, math.inf}
            if not (on_grid or ParameterName.read(name)):
                raise LearningError(
                    f"{name!r} is kept within {low:g} to {high:g}, which weights of {self.bits} "
                    "bits cannot be: signs and masks need 2 bits or more, other bounds an "
                    "optimiser of whole weights."
                )

    def _step(
        self,
        name: str,
        weights: NDArray[np.float64],
        gradient: RowGradient,
        learning_rate: float,
    ) -> None:
        """Update the full weights, then put their n bits into `weights`."""
        if ParameterName.read(name):
            super()._step(name, weights, gradient, learning_rate)
            return
        begun = name in self._full
        full = self._full.setdefault(name, np.array(weights))
        check_fit(name, self.layout(name, weights.shape), {"full": full})
        super()._step(name, full, gradient, learning_rate)
        if not begun:
            self._unit[name] = np.array([np.abs(full).max() / max(self._largest, 1) or 1.0])
        for _ in range(1 if begun else SETTLE):
            _quantise(full, self._unit[name], float(self._largest), weights)

    def kernels(self, name: str, weights: NDArray[np.float64]) -> OptimiserKernels | None:
        """Work on a connection, compiled; None before its first step. See `Optimiser`."""
        whole = ParameterName.read(name) is not None
        if not self.compiles(name) or not (whole or name in self._full):
            return None
        parameters, first, second, count = self._arrays(name, weights)
        if not whole:
            check_fit(name, self.layout(name, weights.shape), {"full": self._full[name]})
            first = self._joined(name)
        parameters = np.append(parameters, self._largest)
        part = rows_of_part(weights)
        return OptimiserKernels(
            _prepare, _quantised_step, parameters, first, second, count, False, part
        )

    @property
    def _largest(self) -> int:
        """The largest whole number of steps that a weight has."""
        return 2 ** (self.bits - 1) - 1

    def _joined(self, name: str) -> NDArray[np.float64]:
        """First moments, full weights and step as parts of one array, as `_quantised_step` asks."""
        first, full, joined = self._first[name], self._full[name], self._together.get(name)
        if joined is None or first.base is not joined or full.base is not joined:
            joined = np.concatenate([first.ravel(), full.ravel(), self._unit[name]])
            self._first[name] = joined[: full.size].reshape(full.shape)
            self._full[name] = joined[full.size : -1].reshape(full.shape)
            self._unit[name], self._together[name] = joined[-1:], joined
        return self._together[name]

    def state(self) -> dict[str, NDArray[Any]]:
        """Adam's, and ``connection.full`` (weights) and ``.step``."""
        own = {f"{name}.full": full.copy() for name, full in self._full.items()}
        return super().state() | own | {f"{name}.step": s.copy() for name, s in self._unit.items()}

    def layout(self, name: str, shape: tuple[int, ...]) -> Layout:
        """Adam's; and for weights of connections full ones and a step."""
        own = {} if ParameterName.read(name) else {"full": shape, "step": (1,)}
        return {**super().layout(name, shape), **own}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`."""
        own = {key: value for key, value in state.items() if key.endswith((".full", ".step"))}
        super().restore({key: value for key, value in state.items() if key not in own})
        parts = split_state(own, ("full", "step"))
        for name, unit in parts["step"].items():
            check_fit(name, {"step": (1,)}, {"step": unit})
        self._full, self._unit = parts["full"], parts["step"]


@OPTIMISERS.register("quantised_adam")
class QuantisedAdamConfig(OptimiserConfig):
    """Parameters of `QuantisedAdam`; an average of weights does not go with it."""

    no_average: ClassVar[str] = "an average of n-bit weights has more bits"

    name: Literal["quantised_adam"] = "quantised_adam"
    bits: int = Field(default=8, ge=1, le=MOST_BITS)
    beta1: float = Field(default=0.9, ge=0, lt=1)
    beta2: float = Field(default=0.999, ge=0, lt=1)
    epsilon: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)

    def build(self) -> QuantisedAdam:
        """A fresh `QuantisedAdam`."""
        return QuantisedAdam(self.bits, self.beta1, self.beta2, self.epsilon, self.weight_decay)
