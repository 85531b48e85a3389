"""What a paper claims beside what seeds gave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.report import Claim
from analysis.seeds import mean_interval


def mean(values: pd.Series | NDArray[np.float64]) -> float:
    """Return the mean as a plain number."""
    return float(np.mean(values))


def interval_text(values: Sequence[float] | pd.Series, digits: int = 1) -> str:
    """Say the interval of the mean over seeds, in words."""
    if len(values) < 2:
        return "one seed: no interval"
    low, high = mean_interval(values)
    return f"95 % interval {low:.{digits}f} to {high:.{digits}f}, {len(values)} seeds"


def claim_of(
    text: str, paper: float | None, values: pd.Series, unit: str, note: str = "", digits: int = 1
) -> Claim:
    """Set a paper's value beside the mean of ours over seeds, with its interval."""
    known = values.dropna()
    if known.empty:
        return Claim(text, paper, None, unit, note=f"{note}; not reached".lstrip("; "))
    remark = "; ".join(filter(None, (note, interval_text(known, digits))))
    spread = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Claim.judged(text, paper, mean(known), unit, spread=spread, digits=digits, note=remark)
