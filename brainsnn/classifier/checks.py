"""What is refused, and how: scikit-learn's own checks, with errors of this package."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_random_state

from brainsnn.errors import ConfigError, InputError

T = TypeVar("T")


class UntrainedError(InputError, NotFittedError):
    """A classifier was asked before it had learned."""


class InputTypeError(InputError, TypeError):
    """Samples or labels of a type that holds no numbers; a `TypeError`, as scikit-learn asks."""


def refusing(check: Callable[[], T]) -> T:
    """What scikit-learn's checks give; what they refuse, as an error of ours."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # Sums, which the checks look at first.
            return check()
    except InputError:
        raise
    except ValueError as error:
        raise InputError(str(error)) from None
    except TypeError as error:
        raise InputTypeError(str(error)) from None


def seed_of(random_state: Any) -> int:
    """Seed that a ``random_state`` gives.

    Raises
    ------
    ConfigError
        If it is none that scikit-learn takes.
    """
    try:
        return int(check_random_state(random_state).randint(2**31 - 1))
    except ValueError as error:
        raise ConfigError(f"random_state = {random_state!r} is not possible: {error}.") from None


def check_learning_rate(rate: Any) -> None:
    """Refuse what is no finite number above 0; None stands for the rule's.

    Raises
    ------
    ConfigError
    """
    number = isinstance(rate, int | float | np.number) and not isinstance(rate, bool)
    if rate is not None and not (number and 0 < rate < math.inf):
        raise ConfigError(
            f"learning_rate = {rate!r} is not possible: it is a finite number above 0, or None."
        )
