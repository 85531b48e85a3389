"""Features as spike times of overlapping Gaussian receptive fields."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WITHIN = 10.0
"""The last time, in ms."""


def field_times(rows: Floats, n_fields: int, width: float) -> Floats:
    r"""When the neurons of all features spike, in ms: :math:`10 (1 - e^{-(x - c)^2 / 2 \sigma^2})`.

    Parameters
    ----------
    rows : array, shape (n, features)
        Features in 0..1.
    n_fields : int
        Neurons a feature, 3 or more; centres c lie evenly, the first and last beyond 0 and 1.
    width : float
        Deviation :math:`\sigma`, in distances of two centres.

    Returns
    -------
    array, shape (n, features * n_fields)

    References
    ----------
    S. M. Bohte, J. N. Kok and H. La Poutre, Neurocomputing 48, 17-37 (2002), section 4.
    """
    apart = 1 / (n_fields - 2)
    centres = (np.arange(n_fields) - 0.5) * apart
    near = np.exp(-0.5 * ((rows[:, :, None] - centres) / (apart * width)) ** 2)
    times: Floats = (WITHIN * (1 - near)).reshape(len(rows), -1)
    return times
