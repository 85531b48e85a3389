"""Several tests at once: corrected for their number, or combined into one.

References
----------
S. Holm, Scand. J. Stat. 6, 65 (1979); L. Rüschendorf, Adv. Appl. Probab. 14, 623 (1982) and V. Vovk
and R. Wang, Biometrika 107, 791 (2020), for the mean of dependent p values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.analysis.tables import TableError


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """P values corrected for how many there are, by Holm's step-down method.

    Parameters
    ----------
    p : array_like of float, shape (n,)
        NaN where there was no test; it counts for none and stays NaN.

    Returns
    -------
    array of float, shape (n,)
        The largest, over all p values up to this one in rising order, of the p value times the
        number of those not below it; at most 1. To call all those below 0.05 differences is to err
        anywhere with a probability of 0.05 at most, however the tests depend on each other.

    Raises
    ------
    TableError
        If a value is not between 0 and 1.
    """
    values = np.asarray(p, np.float64)
    known = np.flatnonzero(~np.isnan(values))
    if ((values[known] < 0) | (values[known] > 1)).any():
        raise TableError("A p value must be between 0 and 1.")
    order = known[np.argsort(values[known], kind="stable")]
    out = np.full(values.shape, np.nan)
    scaled = values[order] * np.arange(order.size, 0, -1)
    out[order] = np.minimum(1.0, np.maximum.accumulate(scaled))
    return out


def combined(p: ArrayLike) -> float:
    """One p value of several tests that may depend on each other: twice their mean, at most 1.

    Networks of other seeds see the same images, so tests of each are not independent, and methods
    that multiply p values (Fisher's) or pool the trials would find differences that are not there.

    Parameters
    ----------
    p : array_like of float
        One or more; a single one is returned as it is.

    Returns
    -------
    float
        NaN if any is NaN.

    Raises
    ------
    TableError
        If there is none.
    """
    values = np.asarray(p, np.float64)
    if values.size == 0:
        raise TableError("There is no p value to combine.")
    return float(values[0] if values.size == 1 else np.minimum(1.0, 2 * values.mean()))
