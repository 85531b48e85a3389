"""A whole test run in one line: the accuracy columns and what a decision costs."""

from __future__ import annotations

import pandas as pd

from analysis.tables import require

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
    """
    require(trials, _NEEDED, "trials")
    right = trials["decision"] == trials["label"]
    return pd.DataFrame(
        {
            "accuracy": right,
            "accuracy_ties_wrong": right & ~trials["tie"].astype(bool),
            "accuracy_ties_right": trials["candidate"].astype(bool),
            "silent_fraction": trials["silent"].astype(bool),
        }
    )


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
        `n_steps`.
    """
    values = {"trials": float(len(trials))}
    values |= {str(name): float(mean) for name, mean in outcomes(trials).mean().items()}
    values |= {name: float(trials[name].mean()) for name in COSTS if name in trials.columns}
    return values
