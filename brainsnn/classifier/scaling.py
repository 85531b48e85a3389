"""From values of any range to 0..1, by a range that is learned once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.formats.stored_rows import StoredRows
from brainsnn.errors import ConfigError, InputError

Floats = NDArray[np.float64]

HUGE = np.finfo(np.float64).max / 4
"""Half a range from which on its width may be no number; such values are halved first."""


@dataclass(frozen=True, eq=False)
class Scaling:
    r"""Brings values to 0..1: :math:`(x - l) / (h - l)`.

    Parameters
    ----------
    low, high : array of float64, shape (1,) or (n_features,)
        :math:`l` and :math:`h`, one for all features or one for each. A feature whose two are equal
        becomes 0.
    clipped : bool
        Whether values beyond them become 0 or 1; otherwise they are refused.
    """

    low: Floats
    high: Floats
    clipped: bool

    def __call__(self, values: Floats, first: int = 0) -> Floats:
        """Scaled values, shape (n, n_features); `first` is the number of the first sample.

        Raises
        ------
        InputError
            If a value is beyond a range that was given, not learned.
        """
        if not self.clipped:
            self._check(values, first)
        values = np.clip(values, self.low, self.high)
        half = np.where(np.abs(self.high / 2 - self.low / 2) > HUGE, 0.5, 1.0)
        width = half * self.high - half * self.low
        return (half * values - half * self.low) / np.where(width > 0, width, 1.0)

    def refuse_beyond(self, values: Floats | StoredRows) -> None:
        """Refuse values beyond a range that was given, of all samples.

        Raises
        ------
        InputError
        """
        first = 0
        if not self.clipped:
            for block in values.blocks() if isinstance(values, StoredRows) else [values]:
                self._check(block, first)
                first += len(block)

    def _check(self, values: Floats, first: int) -> None:
        beyond = np.argwhere((values < self.low) | (values > self.high))
        if beyond.size:
            row, column = (int(k) for k in beyond[0])
            raise InputError(
                f"Value {values[row, column]:g} of sample {first + row}, feature {column}, is not "
                f"in {self.low.min():g}..{self.high.max():g}. Give another range as scaler=(low, "
                "high), or let scaler='minmax' learn it."
            )


def fit_scaling(scaler: Any, values: Floats | StoredRows, *, together: bool) -> Scaling:
    """Learn a scaling from training values.

    Parameters
    ----------
    scaler : {"minmax", "range"}, (float, float) or None
        ``"minmax"`` takes least and largest value of each feature, or of all together where
        features are pixels; ``"range"``, of all together; a pair is the range itself; None takes
        values as they are, which must then be in 0..1.
    values : array of float64, shape (n, n_features), or StoredRows
    together : bool
        Whether the features are pixels.

    Raises
    ------
    ConfigError
        If `scaler` is something else.
    InputError
        If a value is beyond a given range.
    """
    if scaler is None or isinstance(scaler, tuple | list):
        low, high = (0.0, 1.0) if scaler is None else _pair(scaler)
        scaling = Scaling(np.array([low]), np.array([high]), clipped=False)
        scaling.refuse_beyond(values)
        return scaling
    if scaler not in ("minmax", "range"):
        raise ConfigError(
            f"scaler = {scaler!r} is not possible: it is 'minmax', 'range', a pair (low, high), or "
            "None for values that are in 0..1 already."
        )
    each = _extremes(values)
    if together or scaler == "range":
        return Scaling(np.array([each[0].min()]), np.array([each[1].max()]), clipped=True)
    return Scaling(*each, clipped=True)


def _extremes(values: Floats | StoredRows) -> tuple[Floats, Floats]:
    """Least and largest value of each feature."""
    if isinstance(values, StoredRows):
        return values.low, values.high
    return values.min(axis=0), values.max(axis=0)


def _pair(scaler: Any) -> tuple[float, float]:
    numbers = [float(k) for k in scaler if isinstance(k, int | float | np.number)]
    if len(scaler) != 2 or len(numbers) != 2 or not -np.inf < numbers[0] < numbers[1] < np.inf:
        raise ConfigError(
            f"scaler = {scaler!r} is not possible: a range is two finite numbers (low, high)."
        )
    return numbers[0], numbers[1]
