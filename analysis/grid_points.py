"""The runs of a sweep, summarised: one line a point of its grid."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from brainsnn.analysis.seeds import over_seeds
from brainsnn.analysis.tables import require

#: Columns that tell the rows of one run apart.
KINDS = ("condition", "decoder")

#: What a choice may rest on, the best first; test trials are for the end.
_MEASURES = ("validation_accuracy", "accuracy")


def measure_of(runs: pd.DataFrame) -> str:
    """The column that points are compared by: validation's accuracy wherever there is one.

    Raises
    ------
    TableError
        If the table has no accuracy.
    """
    for name in _MEASURES:
        if name in runs.columns and runs[name].notna().all():
            return name
    require(runs, ("accuracy",), "runs")
    return "accuracy"


def grid_points(runs: pd.DataFrame, settings: Sequence[str]) -> pd.DataFrame:
    """Mean over seeds at each point of a grid.

    Parameters
    ----------
    runs : pandas.DataFrame
        ``runs.parquet`` of a sweep.
    settings : sequence of str
        The columns that were varied.

    Returns
    -------
    pandas.DataFrame
        A row a point (and condition and decoder, where there are several), in the order of the
        table: the settings, ``seeds``; ``mean``, ``sd``, ``low`` and ``high`` (Student's t, 95 %;
        NaN for one seed) of the column that `measure_of` names, and ``test``, the mean accuracy of
        test trials.
    """
    require(runs, (*settings, "seed"), "runs")
    measure = measure_of(runs)
    kinds = [name for name in KINDS if name in runs.columns and len(runs[name].unique()) > 1]
    by = [*settings, *kinds]
    found = over_seeds(runs, [measure], by).drop(columns="measure")
    test = runs["accuracy"] if "accuracy" in runs else pd.Series(float("nan"), index=runs.index)
    means = runs[by].assign(test=test).groupby(by, sort=False, as_index=False).mean()
    points = means[by].merge(found, on=by).rename(columns={"n": "seeds"})
    return points.merge(means, on=by)
