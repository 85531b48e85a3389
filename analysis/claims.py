"""A number that a paper claims, beside the one that was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from analysis.formatting import format_number

Verdict = Literal["met", "not met", "no comparison"]


@dataclass(frozen=True)
class Claim:
    """A number that a paper claims, beside ours.

    Parameters
    ----------
    text : str
        What is claimed (``"Test accuracy, ties counted as wrong"``).
    paper : float or None
        The paper's value; None if it gives none.
    ours : float or None
        Our value, in the same unit; None if it was not measured.
    unit : str
        ``"%"``, ``"steps"``, ... or empty.
    verdict : {"met", "not met", "no comparison"}
        Whether our value is as good; `Claim.judged` decides it.
    spread : float or None
        Standard deviation of our value over seeds.
    digits : int
        Digits after the point.
    headline : bool
        Whether to show the number large at the top of the page.
    note : str
        A remark in small print.
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

    @classmethod
    def judged(
        cls,
        text: str,
        paper: float | None,
        ours: float | None,
        unit: str = "",
        *,
        higher_is_better: bool = True,
        tolerance: float = 0.0,
        spread: float | None = None,
        digits: int = 1,
        headline: bool = False,
        note: str = "",
    ) -> Claim:
        """A claim whose verdict follows from its numbers.

        Met if ``ours >= paper - tolerance`` (``ours <= paper + tolerance`` where lower is better),
        without rounding; no comparison if either value is None or NaN.
        """
        verdict: Verdict = "no comparison"
        if paper is not None and ours is not None and not math.isnan(ours):
            gain = ours - paper if higher_is_better else paper - ours
            verdict = "met" if gain >= -tolerance else "not met"
        return cls(text, paper, ours, unit, verdict, spread, digits, headline, note)

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
