"""Settings of local rules: numbers, and text that stands for a quantity."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from typing import Annotated, Any

from brian2 import Quantity, hertz, second, volt
from pydantic import AfterValidator

from brainsnn.network.constants import constant


def _of(unit: Any, what: str, example: str) -> AfterValidator:
    def check(text: str) -> str:
        value = constant(text)
        if not isinstance(value, Quantity) or value.dim is not unit.dim:
            raise ValueError(f'{what} is text such as "{example}", got {text!r}')
        return text

    return AfterValidator(check)


def _positive(text: str) -> str:
    if not float(constant(text)) > 0:
        raise ValueError(f"it must be above 0, got {text!r}")
    return text


def rate(text: str) -> str:
    """Text that stands for a rate of 0 or more."""
    value = constant(text)
    if not isinstance(value, Quantity) or value.dim is not hertz.dim or float(value) < 0:
        raise ValueError(f'a rate is text such as "5*Hz", 0 or more, got {text!r}')
    return text


Time = Annotated[str, _of(second, "a time", "20*ms"), AfterValidator(_positive)]
"""A time above 0, as text with its unit."""

Voltage = Annotated[str, _of(volt, "a voltage", "-45*mV")]
"""A voltage, as text with its unit."""
