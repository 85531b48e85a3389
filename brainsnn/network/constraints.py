"""What learned values must keep to: bounds, and which of a connection's weights stay 0."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import Quantity, get_dimensions
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import ModelError
from brainsnn.network.constants import constant


@dataclass(frozen=True, eq=False)
class Constraint:
    """Bounds of what is learned, and a mask of weights that are learned at all.

    Every optimiser keeps to it: after each step, what went beyond a bound is put back to it.

    Parameters
    ----------
    lower, upper : float, Quantity or str, optional
        Least and largest value; text has a unit (``"5*ms"``).
    mask : array of bool, shape (pre, post), optional
        Of a connection's weights: where it is False, the weight is 0 and stays 0.

    Raises
    ------
    ModelError
        If a bound is no number, no value is left between them, or the mask leaves nothing to learn,
        is no table of true and false, or needs a 0 that the bounds exclude.

    Examples
    --------
    >>> Constraint(lower=0, upper=0.5)
    Constraint(0 to 0.5)
    """

    lower: Any = None
    upper: Any = None
    mask: ArrayLike | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", _bound("lower", self.lower))
        object.__setattr__(self, "upper", _bound("upper", self.upper))
        units = {get_dimensions(b) for b in (self.lower, self.upper) if b is not None}
        if len(units) > 1:
            raise ModelError(f"Bounds {self.lower!r} and {self.upper!r} have different units.")
        low, high = self.bounds
        if low > high:
            raise ModelError(f"No value is {self.lower} or more and {self.upper} or less.")
        if self.mask is not None:
            mask = np.array(self.mask)
            if mask.dtype.kind != "b" or mask.ndim != 2:
                raise ModelError(
                    f"A mask is an array of bool of shape (pre, post), got {mask.dtype} of shape "
                    f"{mask.shape}."
                )
            if not mask.any():
                raise ModelError("A mask that is False everywhere leaves nothing to learn.")
            if not low <= 0 <= high and not mask.all():
                raise ModelError(f"Masked weights are 0, which is not within {low:g} to {high:g}.")
            mask.flags.writeable = False
            object.__setattr__(self, "mask", mask)

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and largest value, in SI units; infinite where there is none."""
        low = -math.inf if self.lower is None else float(np.asarray(self.lower))
        return low, math.inf if self.upper is None else float(np.asarray(self.upper))

    def check(self, shape: tuple[int, int], like: Any = None) -> None:
        """Refuse a constraint that is none of such values.

        Parameters
        ----------
        shape : tuple of int
            (pre, post) of the values.
        like : float or Quantity, optional
            A value with their unit; any unit by default.

        Raises
        ------
        ModelError
        """
        mask: NDArray[np.bool_] | None = self.mask  # type: ignore[assignment]
        if mask is not None and mask.shape != shape:
            raise ModelError(f"its mask has the shape {mask.shape}, its weights have {shape}")
        for bound in (self.lower, self.upper) if like is not None else ():
            if bound is not None and get_dimensions(bound) is not get_dimensions(like):
                raise ModelError(f"the bound {bound!r} has another unit than {like!r}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Constraint):
            return NotImplemented
        masks = np.asarray(self.mask), np.asarray(other.mask)
        return np.array_equal(*masks) and self.bounds == other.bounds

    def __hash__(self) -> int:
        return hash(self.bounds)

    def __str__(self) -> str:
        parts = []
        if self.lower is not None or self.upper is not None:
            low, high = ("any" if b is None else b for b in (self.lower, self.upper))
            parts.append(f"{low} to {high}")
        if self.mask is not None:
            parts.append(f"{np.count_nonzero(self.mask)} of {np.size(self.mask)} weights learn")
        return ", ".join(parts) or "none"

    def __repr__(self) -> str:
        return f"Constraint({self})"


def _bound(which: str, given: Any) -> float | Quantity | None:
    """A number or quantity; None for none."""
    if given is None:
        return None
    value = constant(given) if isinstance(given, str) else given
    usable = not isinstance(value, bool | str) and np.ndim(value) == 0 and value is not None
    try:
        usable = usable and not math.isnan(float(np.asarray(value)))
    except (TypeError, ValueError):
        usable = False
    if not usable:
        raise ModelError(f'{which} is a number or a quantity such as "5*ms", got {given!r}.')
    return value if isinstance(value, Quantity) else float(value)
