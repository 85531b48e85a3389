"""Functions in equations: which are flat, what the derivatives of the others are, their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp
from brian2.core.functions import timestep
from brian2.units.unitsafefunctions import exprel

Derivatives = Mapping[str, tuple[str, ...]]
"""By name of a function: its derivative by each argument, a Brian2 string of ``_0``, ``_1``, ..."""

#: Functions whose derivative is 0 wherever it exists.
FLAT = frozenset(
    {"int_", "sign", "floor", "ceil", "ceiling", "timestep", "rand", "randn", "poisson"}
)

#: Of functions that sympy does not differentiate.
DERIVATIVES: dict[str, tuple[str, ...]] = {
    "clip": ("int(_0 > _1 and _0 < _2)", "int(_0 <= _1)", "int(_0 >= _2)"),
    "where_": ("0", "int(_0)", "1 - int(_0)"),
    "exprel": ("exprel_slope(_0)",),
    "sqrt": ("0.5 / sqrt(_0)",),
}


class where_(sp.Function):  # noqa: N801
    """Its first argument decides between the others, without arithmetic on their values."""

    nargs = 3


def exprel_slope(x: Any) -> Any:
    r"""Derivative of :math:`(e^x - 1) / x`, by its series near 0."""
    x = np.asarray(x, float)
    near = np.abs(x) < 1e-2
    away = np.where(near, 1.0, x)
    series = 0.5 + x / 3 + x**2 / 8 + x**3 / 30 + x**4 / 144 + x**5 / 840
    return np.where(near, series, (np.exp(away) * (away - 1) + 1) / away**2)


def _as_number(x: Any) -> Any:
    return np.asarray(x).astype(float)


_PLAIN = (
    "exp log log10 expm1 log1p sqrt sin cos tan sinh cosh tanh arcsin arccos arctan sign floor "
    "ceil clip logical_not abs"
)

#: What generated NumPy code calls.
NUMPY: dict[str, Callable[..., Any] | bool] = {
    **{name: getattr(np, name) for name in _PLAIN.split()},
    "where_": np.where,
    "int": _as_number,
    "int_": _as_number,
    "timestep": timestep,
    "exprel": exprel,
    "exprel_slope": exprel_slope,
    "True": True,
    "False": False,
}
