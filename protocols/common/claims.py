"""What a paper claims beside what seeds gave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.report import Claim


def mean(values: pd.Series | NDArray[np.float64]) -> float:
    """Return the mean as a plain number."""
    return float(np.mean(values))


def claim_of(
    text: str,
    paper: float | None,
    values: pd.Series,
    unit: str,
    note: str = "",
    digits: int = 1,
    *,
    higher_is_better: bool = True,
    aim: float | None = None,
) -> Claim:
    """Set a number of the paper, if it prints one, beside the mean of ours over seeds."""
    known = values.dropna()
    told = note if len(known) else f"{note}; not reached".lstrip("; ")
    return Claim.judged(
        text,
        paper,
        mean(known) if len(known) else None,
        unit,
        higher_is_better=higher_is_better,
        spread=float(np.std(known, ddof=1)) if len(known) > 1 else None,
        digits=digits,
        note=told,
        seeds=len(known),
        aim=aim,
    )


def direction_of(
    text: str,
    values: Sequence[float] | pd.Series,
    unit: str,
    note: str = "",
    digits: int = 1,
    *,
    than: float = 0.0,
) -> Claim:
    """Say that a difference, a value a seed, is above `than`: a direction without a number."""
    return Claim.direction(text, list(values), unit, than=than, note=note, digits=digits)
