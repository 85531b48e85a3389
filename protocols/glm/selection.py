"""Cross-validated accuracies of GLM networks, by which one of several is chosen."""

from __future__ import annotations

import pandas as pd

from brainsnn.records import RunDirectory

#: Accuracies that cross-validation measures.
SCORED = ("accuracy", "accuracy_spikes_alone")


def cross_validated(run: RunDirectory) -> pd.DataFrame:
    """Mean accuracy over folds of every condition, at the learning rate that was selected for it.

    Returns
    -------
    pandas.DataFrame
        A row a condition: ``condition``, ``digits``, ``n_steps``, ``functions``, ``rule`` and the
        accuracies. No row where a single learning rate was given, so that nothing was
        cross-validated. No test image has a part in it.
    """
    by = ["condition", "digits", "n_steps", "functions", "rule"]
    if not run.has_table("selection"):
        return pd.DataFrame(columns=[*by, *SCORED])
    means = run.table("selection").groupby([*by, "learning_rate"], sort=False)[list(SCORED)].mean()
    best = means.reset_index().groupby("condition", sort=False)["accuracy"].idxmax()
    return means.reset_index().loc[best, [*by, *SCORED]].reset_index(drop=True)
