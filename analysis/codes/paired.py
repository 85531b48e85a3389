"""Paired tests of two codes on the same trials, and over seeds.

Trials of several seeds are the same images seen by other networks: they are not so many independent
trials. McNemar's test is therefore made seed by seed, and the seeds' p values are combined in a way
that holds however they depend on each other (`brainsnn.analysis.multiplicity.combined`). Where more
than two codes are compared, p values are corrected for the number of pairs (Holm).

References
----------
Q. McNemar, Psychometrika 12, 153 (1947); F. Wilcoxon, Biometrics Bulletin 1, 80 (1945).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest, wilcoxon

from brainsnn.analysis.codes.agreement import side_by_side
from brainsnn.analysis.multiplicity import combined, holm
from brainsnn.analysis.summary import right_decisions
from brainsnn.analysis.tables import TableError

DIGITS = {
    **dict.fromkeys(("mcnemar_p", "mcnemar_holm", "wilcoxon_p", "wilcoxon_holm"), 6),
    "odds_ratio": 3,
    "difference": 4,
    "cohen_d": 2,
}
"""Digits after the point with which a table of `paired_tests` is shown."""


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[float, float]:
    """Exact McNemar test on independent trials that both codes decided.

    Parameters
    ----------
    first, second : array of bool, shape (n_trials,)
        Whether each code was right; of one network each, not of several on the same trials.

    Returns
    -------
    p, odds_ratio : float
        Two-sided p value; trials that only the first got right over those that only the second
        did, with one half added to each.

    Raises
    ------
    TableError
        If there is not one answer of each for every trial.
    """
    first, second = np.asarray(first), np.asarray(second)
    if first.shape != second.shape or not np.isin([*first.flat, *second.flat], (0, 1)).all():
        raise TableError("McNemar's test needs whether each code was right, for the same trials.")
    first, second = first.astype(bool), second.astype(bool)
    only_first = int((first & ~second).sum())
    only_second = int((~first & second).sum())
    n = only_first + only_second
    p = float(binomtest(only_first, n).pvalue) if n else 1.0
    return p, (only_first + 0.5) / (only_second + 0.5)


def wilcoxon_seeds(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Wilcoxon's signed-rank test and Cohen's d of paired differences, a value a seed.

    Returns
    -------
    p, d : float
        p is 1 if all differences are 0, NaN for one seed; it cannot fall below ``2 ** (1 - n)``.
        d is the mean over the standard deviation, NaN if that is 0 or there is one seed.
    """
    if differences.size < 2:
        return float("nan"), float("nan")
    spread = float(differences.std(ddof=1))
    d = float(differences.mean()) / spread if spread > 0 else float("nan")
    if not differences.any():
        return 1.0, d
    return float(
        wilcoxon(differences, method="exact" if _distinct(differences) else "auto").pvalue
    ), d


def _distinct(differences: NDArray[np.float64]) -> bool:
    """Whether the exact distribution applies: no zeros and no ties."""
    sizes = np.abs(differences)
    return bool((sizes > 0).all() and np.unique(sizes).size == sizes.size)


def paired_tests(
    trials: pd.DataFrame,
    code: str = "code",
    keys: Sequence[str] = ("seed", "trial"),
    seed: str = "seed",
) -> pd.DataFrame:
    """Every two codes on the trials that both decided.

    Parameters
    ----------
    trials : pandas.DataFrame
        Trials tables of several codes, one below the other, with label and decision.
    code, keys
        As for `brainsnn.analysis.codes.agreement.side_by_side`.
    seed : str
        Column of the repetition; where it is not among `keys` there is one.

    Returns
    -------
    pandas.DataFrame
        Columns ``first``, ``second``, ``trials``, ``seeds``, ``difference`` (of accuracies, first
        minus second), ``odds_ratio`` (geometric mean over seeds), ``mcnemar_p`` (that in no seed
        the codes differ), ``mcnemar_holm`` (corrected for the number of pairs), ``cohen_d``,
        ``wilcoxon_p`` and ``wilcoxon_holm`` over seeds.
    """
    right = side_by_side(trials.assign(right=right_decisions(trials)), code, keys, "right")
    rows = []
    for a, b in combinations(right.columns, 2):
        pair = right[[a, b]].astype(bool)
        each = [part for _, part in pair.groupby(level=seed)] if seed in keys else [pair]
        x, y = pair[a].to_numpy(float), pair[b].to_numpy(float)
        differences = np.array([part[a].mean() - part[b].mean() for part in each])
        tests = [mcnemar(part[a].to_numpy(), part[b].to_numpy()) for part in each]
        p, odds = combined([p for p, _ in tests]), np.exp(np.mean(np.log([o for _, o in tests])))
        q, d = wilcoxon_seeds(differences)
        rows.append((a, b, x.size, differences.size, (x - y).mean(), odds, p, d, q))
    names = ("first", "second", "trials", "seeds", "difference")
    columns = [*names, "odds_ratio", "mcnemar_p", "cohen_d", "wilcoxon_p"]
    return corrected(pd.DataFrame(rows, columns=columns))


def corrected(tests: pd.DataFrame) -> pd.DataFrame:
    """Tables of paired tests, one below the other, corrected for all their rows (Holm).

    Parameters
    ----------
    tests : pandas.DataFrame
        What `paired_tests` returns, of one or several groups of trials.

    Returns
    -------
    pandas.DataFrame
        With ``mcnemar_holm`` and ``wilcoxon_holm`` anew.
    """
    p = {f"{name}_holm": holm(tests[f"{name}_p"]) for name in ("mcnemar", "wilcoxon")}
    return tests.assign(**p).reset_index(drop=True)
