"""What a paper claims, beside what was measured, and when it may be called met.

Two kinds of claims are judged, and no other:

a number
    The paper prints it. Ours meets it if it is as good, without rounding.
a direction
    The paper says which of two things is larger, and by no number. It is met only if the 95 %
    interval of our difference over seeds lies on that side, and, among the directions that stand
    together in one table, if Holm's correction leaves it there. Otherwise it is open, whatever the
    mean; on the other side, it is not met.

What this project asks of itself is an aim: it stands beside our number and is no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import stdtr

from brainsnn.analysis.formatting import format_number
from brainsnn.analysis.multiplicity import holm
from brainsnn.analysis.seeds import ANYTHING, t_interval

Asks = Literal["at least", "at most", "above", ""]
Verdict = Literal[
    "met",
    "not met",
    "direction only: met",
    "direction only: open",
    "direction only: not met",
    "no comparison",
]

LEVEL = 0.05
"""A direction is met or not where its p value, corrected, is below this."""


@dataclass(frozen=True)
class Claim:
    """What a paper claims, beside ours.

    Parameters
    ----------
    text : str
        What is claimed (``"Test accuracy, ties counted as wrong"``).
    paper : float or None
        The paper's value; None if it gives none.
    ours : float or None
        Our value, in the same unit, a mean over seeds if there are several; None if it was not
        measured.
    unit : str
        ``"%"``, ``"steps"``, ... or empty.
    verdict : str
        What is to be thought of it (module docstring); `Claim.judged` and `Claim.direction` decide.
    spread : float or None
        Standard deviation of our value over seeds.
    digits : int, default 1
        Digits after the point.
    headline : bool, default False
        Whether to show the number large at the top of the page.
    note : str
        A remark in small print.
    asks : {"at least", "at most", "above", ""}
        What would meet it: the paper's value or more, or less; a difference above `than`; nothing.
    than : float or None
        What a direction is above.
    seeds : int, default 1
        Values of which ours is the mean.
    aim : float or None
        What this project asks of itself, which is no verdict.
    """

    text: str
    paper: float | None
    ours: float | None
    unit: str = ""
    verdict: Verdict = "no comparison"
    spread: float | None = None
    digits: int = 1
    headline: bool = False
    note: str = ""
    asks: Asks = ""
    than: float | None = None
    seeds: int = 1
    aim: float | None = None

    @classmethod
    def judged(
        cls,
        text: str,
        paper: float | None,
        ours: float | None,
        unit: str = "",
        *,
        higher_is_better: bool = True,
        spread: float | None = None,
        digits: int = 1,
        headline: bool = False,
        note: str = "",
        seeds: int = 1,
        aim: float | None = None,
    ) -> Claim:
        """A number of the paper, and whether ours is as good."""
        asks: Asks = "at least" if higher_is_better else "at most"
        verdict = number_verdict(asks, paper, ours)
        rest = (asks, None, seeds, aim)
        return cls(text, paper, ours, unit, verdict, spread, digits, headline, note, *rest)

    @classmethod
    def direction(
        cls,
        text: str,
        differences: Sequence[float],
        unit: str = "",
        *,
        than: float = 0.0,
        digits: int = 1,
        note: str = "",
    ) -> Claim:
        """A direction of which the paper gives no number, judged alone.

        `judged_together` corrects several for their number.

        Parameters
        ----------
        differences : sequence of float
            A value a seed.
        than : float, default 0
            What they are said to be above.
        """
        values = np.asarray(differences, np.float64)
        values = values[~np.isnan(values)]
        ours = float(values.mean()) if values.size else None
        spread = float(values.std(ddof=1)) if values.size > 1 else None
        rest: tuple[Asks, float, int] = ("above", than, int(values.size))
        claim = cls(text, None, ours, unit, "no comparison", spread, digits, False, note, *rest)
        return judged_together([claim])[0]

    @property
    def paper_text(self) -> str:
        """The paper's value as text, without unit."""
        return format_number(self.paper, self.digits)

    @property
    def value_text(self) -> str:
        """Our value as text, without unit and spread."""
        return format_number(self.ours, self.digits)

    @property
    def spread_text(self) -> str:
        """The spread as text, with as many digits as the value; empty if there is none."""
        if self.spread is None or self.ours is None:
            return ""
        return format_number(self.spread, self.digits)

    @property
    def ours_text(self) -> str:
        """Our value as text, without unit; with its spread if there is one."""
        return " ± ".join(filter(None, (self.value_text, self.spread_text)))

    @property
    def aim_text(self) -> str:
        """What this project asks of itself, as text, without unit."""
        return format_number(self.aim, self.digits)

    @property
    def interval_text(self) -> str:
        """The 95 % interval and the number of seeds, as text; empty if there is no interval."""
        if self.interval is None:
            return ""
        low, high = (format_number(value, self.digits) for value in self.interval)
        return f"95 % interval {low} to {high}, {self.seeds} seeds"

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of our value (Student's t); None without two seeds or more.

        A share in per cent ends at 0 and 100; a difference of shares does not.
        """
        if not _known(self.ours) or not _known(self.spread) or self.seeds < 2:
            return None
        ours, spread = float(self.ours or 0.0), float(self.spread or 0.0)
        share = self.unit == "%" and self.asks != "above"
        bounds = (0.0, 100.0) if share else ANYTHING
        return t_interval(ours, spread, self.seeds, bounds=bounds)


def number_verdict(asks: str, paper: float | None, ours: float | None) -> Verdict:
    """Whether our number is as good as the paper's; no comparison without both."""
    if asks not in ("at least", "at most") or not _known(paper) or not _known(ours):
        return "no comparison"
    gain = float(ours or 0.0) - float(paper or 0.0)
    return "met" if (gain if asks == "at least" else -gain) >= 0 else "not met"


def direction_p(than: float | None, ours: float | None, spread: float | None, seeds: int) -> float:
    """P value of Student's t, two-sided, that a mean over seeds differs from `than`.

    Returns
    -------
    float
        NaN without two seeds; 0 where seeds agree exactly on a difference, 1 where on none.
    """
    if not all(map(_known, (than, ours, spread))) or seeds < 2:
        return math.nan
    gain, error = float(ours or 0) - float(than or 0), float(spread or 0) / math.sqrt(seeds)
    if error == 0:
        return float(gain == 0)
    return float(2 * stdtr(seeds - 1, -abs(gain) / error))


def direction_verdict(gain: float | None, p: float) -> Verdict:
    """What a difference with a p value, corrected or not, says of a direction."""
    if not _known(gain):
        return "no comparison"
    if math.isnan(p) or p >= LEVEL:
        return "direction only: open"
    return "direction only: met" if float(gain or 0) > 0 else "direction only: not met"


def judged_together(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims of one table, their directions corrected for how many there are (Holm)."""
    p = [
        direction_p(c.than, c.ours, c.spread, c.seeds) if c.asks == "above" else math.nan
        for c in claims
    ]
    return tuple(
        replace(claim, verdict=_verdict(claim, float(value)))
        for claim, value in zip(claims, holm(p), strict=True)
    )


def _verdict(claim: Claim, p: float) -> Verdict:
    if claim.asks != "above":
        return number_verdict(claim.asks, claim.paper, claim.ours)
    gain = None if not _known(claim.ours) else float(claim.ours or 0) - float(claim.than or 0)
    return direction_verdict(gain, p)


def _known(value: float | None) -> bool:
    """Whether there is a value."""
    return value is not None and not math.isnan(value)
