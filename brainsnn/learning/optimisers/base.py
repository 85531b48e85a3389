"""The interface of optimisers, and their registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.config import Choice
from brainsnn.errors import LearningError
from brainsnn.learning.base import RowGradient, Weights
from brainsnn.learning.kernels import OptimiserKernels
from brainsnn.learning.optimisers.checks import Layout, Rows, check_gradient
from brainsnn.learning.optimisers.limits import UNLIMITED, Limits, confine_all, limited, limits_of
from brainsnn.network.parameters import Bounds, Parameter
from brainsnn.registry import Registry
from brainsnn.streams import Streams


class Optimiser(ABC):
    """Changes weights in place, one gradient of one connection at a time.

    An optimiser may put off part of its work (weight decay of rows that no spike uses). Then
    `prepare` brings the rows about to be used up to date, and `flush` all of them.

    What `confine` names keeps its sign, bounds and mask: after a step, what went beyond is put back
    (`brainsnn.learning.optimisers.limits`). A parameter with a unit is learned as a share of its
    scale, so that a learning rate means the same for all.

    Attributes
    ----------
    postpones : bool, default False
        Whether `prepare` has anything to do; if not, a training loop may leave it out.
    """

    postpones: bool = False

    _limits: Mapping[str, Limits] = MappingProxyType({})
    _scales: Mapping[str, float] = MappingProxyType({})

    def confine(self, parameters: Mapping[str, Parameter]) -> None:
        """Keep these to their limits and scales from now on.

        Raises
        ------
        LearningError
            If the optimiser cannot keep to them.
        """
        found = {name: limits_of(p) for name, p in parameters.items()}
        self._limits = {name: limits for name, limits in found.items() if limited(limits)}
        self._scales = {n: p.scale for n, p in parameters.items() if p.scale != 1}

    def draw_from(self, streams: Streams) -> None:  # noqa: B027 - most draw nothing
        """Draw what is drawn from these streams from now on, so that a seed repeats it."""

    def limits(self, name: str) -> Limits:
        """Limits of a connection's weights, or of a parameter."""
        return self._limits.get(name, UNLIMITED)

    def keep(self, weights: Weights) -> None:
        """Bring all weights within their limits.

        Raises
        ------
        LearningError
            If they are of another size than the limits.
        """
        for name, limits in self._limits.items():
            confine_all(name, weights[name], limits)

    def bounds(self, name: str) -> Bounds:
        """Least and largest value of a connection's weights, or of a parameter."""
        low, high = self.limits(name)[:2].tolist()
        return low, high

    def step(
        self,
        name: str,
        weights: NDArray[np.float64],
        gradient: RowGradient,
        learning_rate: float,
    ) -> None:
        """Update `weights`, shape (pre, post), of the connection `name` in place.

        Raises
        ------
        LearningError
            If the gradient is not one of such weights, or the state is of others.
        """
        check_gradient(name, weights, gradient)
        scale = self._scales.get(name, 1.0)
        if scale != 1:
            gradient = RowGradient(gradient.rows, scale * gradient.values)
        self._step(name, weights, gradient, scale * learning_rate)
        if name in self._limits:
            confine_all(name, weights, self._limits[name])

    @abstractmethod
    def _step(
        self,
        name: str,
        weights: NDArray[np.float64],
        gradient: RowGradient,
        learning_rate: float,
    ) -> None:
        """Update `weights`; the gradient has been checked against them."""

    def prepare(self, weights: Weights, rows: Rows) -> None:  # noqa: B027 - most have nothing to do
        """Bring up to date the `rows` (presynaptic neurons, by connection) about to be used.

        Connections whose rows were once named here may be decayed lazily from then on; the others
        are always up to date.

        Raises
        ------
        LearningError
            If there is no such connection or row.
        """

    def compiles(self, name: str) -> bool:  # noqa: ARG002
        """Whether the connection `name` has `kernels`."""
        return False

    def kernels(self, name: str, weights: NDArray[np.float64]) -> OptimiserKernels | None:  # noqa: ARG002
        """Work on the connection `name`, compiled; None if it is not, or not yet.

        The state must be shared with `prepare` and `step`, so that either may go on where the other
        stopped. What an optimiser `compiles` has kernels at the latest after a first `prepare` and
        `step` of every connection. They keep to `limits` themselves.
        """
        return None

    def flush(self, weights: Weights) -> None:  # noqa: B027 - most have nothing to do
        """Bring all weights up to date. Call before they are read, saved or changed elsewhere."""

    @abstractmethod
    def state(self) -> dict[str, NDArray[Any]]:
        """Everything that a checkpoint must hold, as copies, flat."""

    def layout(self, name: str, shape: tuple[int, ...]) -> Layout | None:  # noqa: ARG002
        """Kinds and shapes of the arrays that `state` may hold of a connection of that shape.

        None, the default, does not tell: then a checkpoint's arrays are taken as they are.
        """
        return None

    @abstractmethod
    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state`.

        Raises
        ------
        LearningError
            If `state` is of another optimiser.
        """

    def check_state(
        self, state: Mapping[str, NDArray[Any]], shapes: Mapping[str, tuple[int, ...]]
    ) -> None:
        """Refuse a state that is not one of this optimiser for connections of these shapes.

        Parameters
        ----------
        state : mapping of str to array
            As `state` gives it; it may lack connections that have not been learned yet.
        shapes : mapping of str to tuple of int
            Of the weights of every connection.

        Raises
        ------
        LearningError
            Naming the first array that does not belong there, is missing, or holds what cannot be.
        """
        told = {name: self.layout(name, shape) for name, shape in shapes.items()}
        if None in told.values():
            return
        layouts = {name: layout or {} for name, layout in told.items()}
        for key, value in state.items():
            name, _, kind = key.rpartition(".")
            if kind not in layouts.get(name, {}):
                kinds = ", ".join(sorted({k for layout in layouts.values() for k in layout}))
                raise LearningError(
                    f"Optimiser state {key!r} is of another optimiser or network; this one has "
                    f"kinds {kinds or 'none'} of {', '.join(shapes)}."
                )
            _check_array(key, value, layouts[name][kind])
            lacking = [k for k in layouts[name] if f"{name}.{k}" not in state]
            if lacking:
                raise LearningError(f"Optimiser state {name + '.' + lacking[0]!r} is missing.")


class OptimiserConfig(Choice):
    """Parameters of an optimiser; `build` makes one with a fresh state."""

    variants: ClassVar[Registry[type[OptimiserConfig]]] = Registry("optimiser")
    no_average: ClassVar[str] = ""
    """Why an average over steps is no weights that it could have made; empty if it is."""

    def build(self) -> Optimiser:
        """An optimiser with these parameters and a fresh state."""
        raise NotImplementedError


OPTIMISERS = OptimiserConfig.variants


def _check_array(key: str, value: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Refuse an array of a state that has another shape or holds what cannot be."""
    if value.shape != tuple(shape):
        raise LearningError(f"Optimiser state {key!r} has shape {value.shape}, not {tuple(shape)}.")
    kind = "i" if key.endswith(".count") else "f"
    if value.dtype.kind != kind or value.dtype.itemsize != 8 or not np.isfinite(value).all():
        raise LearningError(
            f"Optimiser state {key!r} must hold finite numbers ({kind}8), not {value.dtype}."
        )
    if key.endswith((".second", ".count")) and (value < 0).any():
        raise LearningError(f"Optimiser state {key!r} must not be negative.")
    if key.endswith((".product", ".paid", ".step")) and not (value > 0).all():
        raise LearningError(f"Optimiser state {key!r} must be positive.")


def split_state(
    state: Mapping[str, NDArray[Any]], kinds: tuple[str, ...]
) -> dict[str, dict[str, NDArray[Any]]]:
    """Copies of the arrays of `state`, keyed ``connection.kind``, grouped by kind.

    Raises
    ------
    LearningError
        If a key has another form or kind, an array does not hold finite numbers, or a connection
        lacks one of its kinds.
    """
    parts: dict[str, dict[str, NDArray[Any]]] = {kind: {} for kind in kinds}
    for key, value in state.items():
        name, _, kind = key.rpartition(".")
        if not name or kind not in parts:
            raise LearningError(
                f"Optimiser state {key!r} is of another optimiser; this one has kinds "
                f"{', '.join(kinds)}."
            )
        parts[kind][name] = _numbers(key, value)
    names = [set(part) for part in parts.values()]
    if any(name != names[0] for name in names):
        raise LearningError(
            f"Optimiser state: each connection has {', '.join(kinds)}; got {list(state)}."
        )
    return parts


def _numbers(key: str, value: NDArray[Any]) -> NDArray[Any]:
    """Copy of an array of a state, of float64, or of int64 where it holds whole numbers."""
    array = np.array(value)
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise LearningError(f"Optimiser state {key!r} must hold finite numbers, got {array.dtype}.")
    return array.astype(np.float64 if array.dtype.kind == "f" else np.int64, order="C")
