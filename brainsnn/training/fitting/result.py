"""What a fit found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Fit:
    """What a fit found.

    Parameters
    ----------
    parameters : dict of str to float
        Best values, in SI units.
    deviations : dict of str to float
        Standard errors, from the curvature of the loss at the best values: of traces as of
        independent errors of one variance, of likelihoods as of the likelihood. NaN where the
        curvature is not positive, and for spike times, whose loss has none.
    error : float
        Of the best values: mean squared difference from a trace, in SI units squared; distance of
        spike trains; minus the log-likelihood.
    starts : pandas.DataFrame
        A row a start: its last values, ``error`` and ``simulations``.
    simulations : int
        Of all starts, and of the curvature.
    """

    parameters: Mapping[str, float]
    deviations: Mapping[str, float]
    error: float
    starts: pd.DataFrame
    simulations: int
