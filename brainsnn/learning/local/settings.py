"""Settings of local rules: text that stands for a quantity."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from brainsnn.network.constants import constant


def _like(what: str, example: str, *, above: float | None = None) -> AfterValidator:
    """Check that text has the unit of an example, and a value above a bound, if there is one."""

    def check(text: str) -> str:
        value = constant(text)
        if getattr(value, "dim", None) is not constant(example).dim:
            raise ValueError(f'{what} is text such as "{example}", got {text!r}')
        if above is not None and not float(value) > above:
            raise ValueError(f"it must be above {above:g}, got {text!r}")
        return text

    return AfterValidator(check)


def _not_negative(text: str) -> str:
    if float(constant(text)) < 0:
        raise ValueError(f"it must be 0 or more, got {text!r}")
    return text


Time = Annotated[str, _like("a time", "20*ms", above=0.0)]
"""A time above 0, as text with its unit."""

Rate = Annotated[str, _like("a rate", "5*Hz"), AfterValidator(_not_negative)]
"""A rate of 0 or more, as text with its unit."""

Voltage = Annotated[str, _like("a voltage", "-45*mV")]
"""A voltage, as text with its unit."""
