"""Values that are written as text: ``"20*ms"``, ``"-65*mV"``, ``"1 / (20*Hz)"``."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from typing import Any

import numpy as np
from brian2 import Quantity
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.namespace import DEFAULT_CONSTANTS, DEFAULT_UNITS
from brian2.parsing.rendering import NumpyNodeRenderer
from brian2.units.fundamentalunits import DIMENSIONLESS
from brian2.utils.stringtools import get_identifiers


def unit_text(dimension: Any) -> str:
    """A dimension as equations declare it: ``1``, ``second``, ``metre ** 2 * kilogram ...``."""
    return "1" if dimension is DIMENSIONLESS else repr(dimension)


def constant(text: str) -> Any:
    """The number or quantity that text stands for.

    Parameters
    ----------
    text : str
        A Brian2 expression of numbers, units, Brian2's constants and its functions.

    Returns
    -------
    float, Quantity or None
        None if it is no constant: it names something else, draws random numbers, has units that
        do not go together, or cannot be read.
    """
    names = get_identifiers(text)
    calls = {
        n: f.pyfunc for n, f in DEFAULT_FUNCTIONS.items() if f.stateless and f.pyfunc is not None
    }
    values = {n: Quantity(c.value, dim=c.dim) for n, c in DEFAULT_CONSTANTS.items()}
    known = {**calls, **values, **DEFAULT_UNITS}
    if not names <= set(known):
        return None
    try:
        code = NumpyNodeRenderer().render_expr(text)
        value = eval(code, {"__builtins__": {}}, known)  # noqa: S307 -- Brian2's language, rendered by it
    except Exception:
        return None
    if isinstance(value, Quantity) and value.ndim == 0:
        return Quantity(float(value), dim=value.dim) if value.dim is not None else None
    return float(value) if np.ndim(value) == 0 and np.isreal(value) else None
