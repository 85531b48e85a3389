"""How numbers and settings are written for people."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from numbers import Integral, Real

MISSING = "\N{EN DASH}"
"""Stands for a number that there is not."""

MINUS = "\N{MINUS SIGN}"
"""The sign of negative numbers, as wide as a digit."""


def format_number(value: float | None, digits: int = 1) -> str:
    """A number with a fixed number of digits after the point, thousands parted by commas.

    Examples
    --------
    >>> format_number(1234.56)
    '1,234.6'
    >>> format_number(None)
    '–'
    """
    if value is None or math.isnan(value):
        return MISSING
    text = f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def format_cell(value: object, digits: int = 1) -> str:
    """A cell of a table: integers whole, floats with `digits`, flags as yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return MISSING
    if isinstance(value, Integral):
        return format_number(int(value), 0)
    if isinstance(value, Real):
        return format_number(float(value), digits)
    return str(value)


def flatten(settings: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    """Nested settings as a list of dotted names and values.

    Examples
    --------
    >>> flatten({"epochs": 5, "rule": {"gamma": 3}})
    [('epochs', '5'), ('rule.gamma', '3')]
    """
    pairs: list[tuple[str, str]] = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            pairs += flatten(value, f"{prefix}{name}.")
        elif isinstance(value, list | tuple):
            pairs.append((f"{prefix}{name}", ", ".join(_setting(item) for item in value)))
        else:
            pairs.append((f"{prefix}{name}", _setting(value)))
    return pairs


def slug(text: str) -> str:
    """A text as the name of an anchor.

    Examples
    --------
    >>> slug("Speed and accuracy (Figure 10)")
    'speed-and-accuracy-figure-10'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"


def _setting(value: object) -> str:
    """A single setting; floats as short as they can be written exactly."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return MISSING
    return f"{value!r}" if isinstance(value, float) else str(value)
