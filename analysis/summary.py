"""A whole test run in one line: the accuracy columns and what a decision costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.tables import flags, require, whole_numbers

ACCURACIES = ("accuracy", "accuracy_ties_wrong", "accuracy_ties_right")
"""The three ways to score a trial, as columns; `silent_fraction` completes the four."""

COSTS = ("decision_step", "spikes_to_decision", "synaptic_operations")
"""What a decision costs, each as a mean over trials."""

_NEEDED = ("label", "decision", "tie", "silent", "candidate")


def outcomes(trials: pd.DataFrame) -> pd.DataFrame:
    """Score every trial in each of the ways.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials table; needs label, decision, tie, silent, candidate.

    Returns
    -------
    pandas.DataFrame
        Columns of bool, one row a trial: `accuracy` (the decision is the label),
        `accuracy_ties_wrong` (and no other output fired as early), `accuracy_ties_right` (the
        label is among those that fired first), `silent_fraction` (no output fired).

    Raises
    ------
    TableError
        If a label, decision or flag is missing or impossible: labels are whole numbers from 0,
        decisions from -1 (no class), flags true or false.
    """
    require(trials, _NEEDED, "trials")
    right = right_decisions(trials)
    return pd.DataFrame(
        {
            "accuracy": right,
            "accuracy_ties_wrong": right & ~flags(trials, "tie", "trials"),
            "accuracy_ties_right": flags(trials, "candidate", "trials"),
            "silent_fraction": flags(trials, "silent", "trials"),
        },
        index=trials.index,
    )


def right_decisions(trials: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether the decision of each trial is its label.

    Raises
    ------
    TableError
        If a label or decision is missing or impossible: a trial that has no label cannot be right.
    """
    require(trials, ("label", "decision"), "trials")
    label = whole_numbers(trials, "label", 0, "trials")
    return whole_numbers(trials, "decision", -1, "trials") == label


def summarise(trials: pd.DataFrame) -> dict[str, float]:
    """Means over all trials: the four accuracy columns and, where recorded, the costs.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials table.

    Returns
    -------
    dict of str to float
        ``trials`` (number), ``accuracy``, ``accuracy_ties_wrong``, ``accuracy_ties_right``,
        ``silent_fraction`` (all fractions), ``decision_step`` (steps), ``spikes_to_decision``
        (spikes), ``synaptic_operations``. A silent trial counts with a decision step of
        `n_steps`. A cost that is missing in some trials is NaN.
    """
    values = {"trials": float(len(trials))}
    values |= {str(name): float(mean) for name, mean in outcomes(trials).mean().items()}
    values |= {
        name: float(trials[name].mean(skipna=False)) for name in COSTS if name in trials.columns
    }
    return values
