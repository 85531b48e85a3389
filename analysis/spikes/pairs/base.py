"""What a measure of two spike trains is, and its values for a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import seconds, single, span
from brainsnn.analysis.spikes.trains import trains
from brainsnn.analysis.tables import TableError, require

Train = NDArray[np.float64]
"""Spike times of one neuron in one trial, in seconds, rising."""


class PairMeasure(ABC):
    """A symmetric measure of two spike trains; a frozen dataclass of its settings."""

    def __call__(self, first: ArrayLike, second: ArrayLike, start: float, stop: float) -> float:
        """Value for two trains.

        Parameters
        ----------
        first, second : array_like of float, shape (n,), (m,)
            Spike times in seconds, rising; none, one or many.
        start, stop : float
            Span that both were recorded in, in seconds; spikes lie within it.

        Raises
        ------
        TableError
            If a time is not finite, outside the span, or not later than the one before.
        """
        low, high = span(start, stop)
        return self.value(train(first, low, high), train(second, low, high), low, high)

    @abstractmethod
    def value(self, first: Train, second: Train, start: float, stop: float) -> float:
        """Value for two trains that were checked."""

    def weight(self, first: Train, second: Train) -> float:  # noqa: ARG002 -- for those who count
        """What the pair counts in a mean over pairs: 1, if the measure does not say otherwise."""
        return 1.0


def train(times: ArrayLike, start: float, stop: float) -> Train:
    """Spike times as an array, checked.

    Raises
    ------
    TableError
        If they are no column of finite, rising times within the span.
    """
    found = seconds(times, "Spike times")
    if found.ndim != 1 or not np.isfinite(found).all():
        raise TableError(f"A spike train is a column of finite times, got shape {found.shape}.")
    if (np.diff(found) <= 0).any():
        raise TableError("The times of a spike train must rise.")
    if found.size and not start <= found[0] <= found[-1] <= stop:
        raise TableError(
            f"Spikes from {found[0]:g} to {found[-1]:g} s lie outside the span of {start:g} to "
            f"{stop:g} s; trains of unequal length are compared in the span that both have."
        )
    return np.ascontiguousarray(found)


def positive(value: Any, what: str) -> float:
    """Return a setting of a measure, a positive time, in seconds.

    Raises
    ------
    TableError
        If it is none, naming it.
    """
    time = single(value, what)
    if not 0 < time < np.inf:
        raise TableError(f"The {what} must be positive, got {time:g} s.")
    return time


def pairwise(
    table: SpikeTable, measure: PairMeasure, between: Literal["neurons", "trials"] = "neurons"
) -> pd.DataFrame:
    """A measure for every two trains of a table.

    Parameters
    ----------
    table : SpikeTable
    measure : PairMeasure
        Such as ``VictorPurpura(scale=0.02)``.
    between : {"neurons", "trials"}, default "neurons"
        Every two neurons within a trial; or every two trials of a neuron, whatever the stimulus.

    Returns
    -------
    pandas.DataFrame
        A row a pair: ``trial`` (row of `table.trials`) and ``stimulus``, or ``neuron``; ``first``
        and ``second`` (neurons, or trials), ``value``, and ``weight`` (what the pair counts in
        `overall`).

    Raises
    ------
    TableError
        If there are fewer than two to compare.
    """
    if between not in ("neurons", "trials"):
        raise TableError(f"Pairs are between neurons or between trials, not {between!r}.")
    rows = trains(table)
    names: Sequence[Any] = table.neurons if between == "neurons" else range(len(rows))
    if len(names) < 2:
        raise TableError(f"At least two {between} are needed, there is {len(names)}.")
    parts = []
    for labels, group in _groups(table, rows, between):
        found = [
            (names[i], names[j], measure.value(a, b, table.start, table.stop), measure.weight(a, b))
            for (i, a), (j, b) in combinations(enumerate(group), 2)
        ]
        pairs = pd.DataFrame(found, columns=["first", "second", "value", "weight"])
        parts.append(pd.DataFrame(labels, pairs.index).join(pairs))
    return pd.concat(parts, ignore_index=True)


def _groups(
    table: SpikeTable, rows: list[list[Train]], between: str
) -> Iterator[tuple[dict[str, Any], list[Train]]]:
    """Trains of which every two are compared, and what they have in common."""
    if between == "neurons":
        for trial, row in enumerate(rows):
            yield {"trial": trial, "stimulus": table.trials["stimulus"].iloc[trial]}, row
    else:
        for place, name in enumerate(table.neurons):
            yield {"neuron": name}, [row[place] for row in rows]


def overall(pairs: pd.DataFrame) -> pd.DataFrame:
    """Mean of a measure over the pairs of a trial, or of a neuron.

    Parameters
    ----------
    pairs : pandas.DataFrame
        What `pairwise` returns. A pair counts with its weight, which is 1 for distances and the
        number of spikes for SPIKE-synchronisation; pairs without a value (NaN) are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``trial`` or ``neuron``, ``pairs`` (number that have a value), ``value``.
    """
    by = _common(pairs)
    known = pairs.assign(weight=pairs["weight"].where(pairs["value"].notna(), 0.0))
    known["total"] = (known["weight"] * known["value"]).fillna(0.0)
    groups = known.assign(pairs=known["value"].notna()).groupby(by, sort=False)
    sums = groups[["pairs", "weight", "total"]].sum().reset_index()
    value = sums["total"] / sums["weight"].where(sums["weight"] > 0)
    return sums[[by, "pairs"]].assign(value=value)


def _common(pairs: pd.DataFrame) -> str:
    """What two trains of a pair have in common."""
    require(pairs, ("first", "second", "value", "weight"), "pairs")
    return "trial" if "trial" in pairs.columns else "neuron"


def matrix(pairs: pd.DataFrame, itself: float = np.nan) -> pd.DataFrame:
    """Pairs as a symmetric matrix, averaged over trials (or neurons) with the pairs' weights.

    Parameters
    ----------
    pairs : pandas.DataFrame
        What `pairwise` returns, or a part of it: one trial, say.
    itself : float, default nan
        What stands in the diagonal.
    """
    _common(pairs)
    names = pd.unique(pd.concat([pairs["first"], pairs["second"]], ignore_index=True))
    place = {name: k for k, name in enumerate(names)}
    rows, columns = (pairs[c].map(place).to_numpy(np.int64) for c in ("first", "second"))
    known = pairs["value"].notna().to_numpy()
    weight = np.where(known, pairs["weight"], 0.0)
    total, counted = np.zeros((2, len(names), len(names)))
    np.add.at(total, (rows, columns), np.where(known, pairs["value"] * weight, 0.0))
    np.add.at(counted, (rows, columns), weight)
    both = counted + counted.T
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(both > 0, (total + total.T) / both, np.nan)
    np.fill_diagonal(found, itself)
    return pd.DataFrame(found, pd.Index(names, name="first"), pd.Index(names, name="second"))
