"""The runs of a sweep, summarised: one line a point of its grid."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from brainsnn.analysis.seeds import mean_interval
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
    rows = []
    for key, group in runs.groupby([*settings, *kinds], sort=False):
        low, high = mean_interval(group[measure])
        rows.append(
            {
                **dict(zip([*settings, *kinds], key, strict=True)),
                "seeds": group["seed"].nunique(),
                "mean": float(group[measure].mean()),
                "sd": float(group[measure].std(ddof=1)),
                "low": low,
                "high": high,
                "test": float(group["accuracy"].mean()) if "accuracy" in group else float("nan"),
            }
        )
    return pd.DataFrame(rows)
