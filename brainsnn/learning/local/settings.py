"""Settings of local rules: text that stands for a quantity."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import AfterValidator

from brainsnn.network.constants import constant


def _like(
    what: str, example: str, *, above: float | None = None, least: float | None = None
) -> AfterValidator:
    """Check that text has an example's unit, and a finite value within the bounds."""

    def check(text: str) -> str:
        value = constant(text)
        if getattr(value, "dim", None) is not constant(example).dim:
            raise ValueError(f'{what} is text such as "{example}", got {text!r}')
        if not math.isfinite(value):
            raise ValueError(f"it must be finite, got {text!r}")
        if least is not None and not float(value) >= least:
            raise ValueError(f"it must be {least:g} or more, got {text!r}")
        if above is not None and not float(value) > above:
            raise ValueError(f"it must be above {above:g}, got {text!r}")
        return text

    return AfterValidator(check)


Time = Annotated[str, _like("a time", "20*ms", above=0.0)]
"""A time above 0, as text with its unit."""

Rate = Annotated[str, _like("a rate", "5*Hz", least=0.0)]
"""A rate of 0 or more, as text with its unit."""

RateAbove0 = Annotated[str, _like("a rate", "5*Hz", above=0.0)]
"""A rate above 0, as text with its unit."""

Voltage = Annotated[str, _like("a voltage", "-45*mV")]
"""A voltage, as text with its unit."""
