"""How often the decision is right: overall, by class, and what is taken for what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from brainsnn.analysis.summary import outcomes
from brainsnn.analysis.tables import TableError, class_names, require, whole_numbers


def wilson_interval(
    successes: ArrayLike, trials: ArrayLike, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's score interval of a proportion.

    With p the observed proportion, n the number of trials and z the normal quantile::

        centre = (p + z² / 2n) / (1 + z² / n)
        half   = z sqrt(p (1 - p) / n + z² / 4n²) / (1 + z² / n)

    Parameters
    ----------
    successes, trials : array_like of int
        Counts; broadcast against each other.
    confidence : float, default 0.95
        Coverage, between 0 and 1.

    Returns
    -------
    low, high : array of float
        NaN where there are no trials.

    Raises
    ------
    TableError
        If `confidence` is not between 0 and 1.

    References
    ----------
    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).

    Examples
    --------
    >>> low, high = wilson_interval(97, 100)
    >>> print(f"{low:.4f} {high:.4f}")
    0.9155 0.9897
    """
    if not 0 < confidence < 1:
        raise TableError(f"The confidence must be between 0 and 1, not {confidence}.")
    n = np.where(np.asarray(trials) > 0, trials, np.nan)
    p = np.asarray(successes) / n
    square = ndtri((1 + confidence) / 2) ** 2 / n
    centre = (p + square / 2) / (1 + square)
    half = np.sqrt(square * (p * (1 - p) + square / 4)) / (1 + square)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def accuracy_table(trials: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """The four accuracy columns with their intervals.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials table.
    confidence : float, default 0.95
        Coverage of the Wilson interval.

    Returns
    -------
    pandas.DataFrame
        Columns measure, count, trials, value, low, high; rows accuracy, accuracy_ties_wrong,
        accuracy_ties_right, silent_fraction.
    """
    counts = outcomes(trials).sum()
    table = counts.rename_axis("measure").reset_index(name="count")
    table["trials"] = len(trials)
    table["value"] = table["count"] / table["trials"]
    table["low"], table["high"] = wilson_interval(table["count"], table["trials"], confidence)
    return table


def accuracy_by_class(
    trials: pd.DataFrame, classes: Sequence[str] | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """The accuracy columns for the trials of each class.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials table.
    classes : sequence of str, optional
        Names of the classes in the order of the labels.
    confidence : float, default 0.95
        Coverage of the Wilson interval of `accuracy`.

    Returns
    -------
    pandas.DataFrame
        Columns label, class, trials, accuracy, low, high, accuracy_ties_wrong,
        accuracy_ties_right, silent_fraction; a row a label that occurs.
    """
    labels = pd.Series(whole_numbers(trials, "label", 0, "trials"), trials.index, name="label")
    scored = outcomes(trials).groupby(labels)
    table = scored.mean()
    table.insert(0, "trials", scored.size())
    low, high = wilson_interval(scored["accuracy"].sum(), table["trials"], confidence)
    table.insert(2, "low", low)
    table.insert(3, "high", high)
    table = table.reset_index()
    names = class_names(int(table["label"].max()) + 1, classes)
    table.insert(1, "class", [names[label] for label in table["label"]])
    return table


def confusion_matrix(
    trials: pd.DataFrame, n_classes: int | None = None, classes: Sequence[str] | None = None
) -> pd.DataFrame:
    """Number of trials of each class that were decided for each class.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials table; needs label and decision.
    n_classes : int, optional
        Number of classes; by default the largest that occurs.
    classes : sequence of str, optional
        Names of the classes in the order of the labels.

    Returns
    -------
    pandas.DataFrame
        Rows `label`, columns `decision`, entries int. A last column ``"none"`` counts the trials
        without a decision (unbroken ties), if there are any.
    """
    require(trials, ("label", "decision"), "trials")
    labels = whole_numbers(trials, "label", 0, "trials")
    decisions = whole_numbers(trials, "decision", -1, "trials")
    size = max(int(labels.max()), int(decisions.max())) + 1 if n_classes is None else n_classes
    if max(labels.max(), decisions.max()) >= size:
        raise TableError(f"Labels must be in 0..{size - 1} and decisions in -1..{size - 1}.")
    names = class_names(size, classes)[:size]
    counts = np.zeros((size, size + 1), np.int64)
    np.add.at(counts, (labels, np.where(decisions < 0, size, decisions)), 1)
    rows = pd.Index(names, name="label")
    table = pd.DataFrame(counts, rows, pd.Index([*names, "none"], name="decision"))
    return table if counts[:, size].any() else table.drop(columns="none")
