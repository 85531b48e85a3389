"""What a protocol found out before it ran: said at once, and kept as the table ``recipe``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd


class Findings:
    """Answers to questions about settings that were not given.

    Parameters
    ----------
    say : callable
        Takes a line of progress.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.rows: list[dict[str, object]] = []

    def note(self, question: str, measure: str, found: Mapping[str, float], chosen: str) -> None:
        """Keep and say the values of a question's options, NaN if not compared, and the choice."""
        self.rows += [
            {
                "question": question,
                "measure": measure,
                "option": option,
                "value": value,
                "chosen": option == chosen,
            }
            for option, value in found.items()
        ]
        known = [f"{option} {value:.4g}" for option, value in found.items() if np.isfinite(value)]
        self.say(
            f"{question}: {chosen} ({': '.join([measure, *filter(None, [', '.join(known)])])})"
        )

    def leave(self, question: str, options: list[str]) -> None:
        """Keep and say that the first of some options was taken, uncompared."""
        unasked = dict.fromkeys(options, float("nan"))
        self.note(question, "not compared: training is too short for it", unasked, options[0])

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The table ``recipe``, if anything was asked.

        Columns ``question``, ``measure``, ``option``, ``value`` (NaN where options were not
        compared), ``chosen``.
        """
        return {"recipe": pd.DataFrame(self.rows)} if self.rows else {}
