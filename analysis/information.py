r"""Information that responses carry about stimuli, in bits, corrected for the bias of few trials.

.. math:: I(S; R) = \sum_{s,r} p(s, r) \log_2 \frac{p(s, r)}{p(s)\, p(r)}

Estimated from frequencies it is too large on average, the more so the fewer trials. The corrections
here subtract an estimate of that bias. With too few trials for that the result can be more than the
entropy of the stimuli or responses, which information cannot be: that is warned of.

References
----------
S. Panzeri and A. Treves, Analytical estimates of limited sampling biases in different information
measures, Network 7, 87 (1996). S. P. Strong, R. Koberle, R. R. de Ruyter van Steveninck and
W. Bialek, Entropy and information in neural spike trains, Phys. Rev. Lett. 80, 197 (1998), for the
quadratic extrapolation.
"""

from __future__ import annotations

import warnings
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.binning import bin_edges, binned
from brainsnn.analysis.decoding import features_of
from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import lengths
from brainsnn.analysis.tables import TableError, TableWarning

IntArray = NDArray[np.integer]
Correction = Literal["none", "panzeri_treves", "shuffle", "quadratic"]
EXCESS = 0.02
"""Bits by which an estimate may exceed the entropy before it is warned of: what is left of the bias
when there are trials enough."""

CORRECTIONS = ("none", "panzeri_treves", "shuffle", "quadratic")
REPEATS = 100
"""Shuffles, or divisions of the trials."""


def mutual_information(
    stimulus: IntArray,
    response: IntArray,
    correction: Correction = "panzeri_treves",
    rng: np.random.Generator | None = None,
    repeats: int = REPEATS,
) -> float:
    """Information between a stimulus and a discrete response.

    Parameters
    ----------
    stimulus, response : array, shape (n_trials,)
        Any labels of the values; none missing.
    correction : {"panzeri_treves", "shuffle", "quadratic", "none"}
        ``panzeri_treves`` subtracts the analytical bias, with the number of responses that each
        stimulus can evoke estimated as those authors do; ``shuffle``, the mean information after
        the stimuli have been shuffled; ``quadratic`` extrapolates from halves and quarters of the
        trials, of which each stimulus needs four at least.
    rng : numpy.random.Generator, optional
        Shuffles and divides the trials; seeded with 0 if not given.
    repeats : int
        Shuffles, or divisions.

    Returns
    -------
    float
        Bits; a corrected estimate may be slightly negative.

    Raises
    ------
    TableError
        If lengths differ, there is no trial, a stimulus or response is missing, the correction is
        unknown, or there are too few trials or repeats for it.

    Warns
    -----
    TableWarning
        If the estimate is more than the entropy of the stimuli or of the responses.
    """
    bits, most = _estimate(stimulus, response, correction, rng, repeats)
    if bits > most + EXCESS:
        warnings.warn(
            f"The estimate of {bits:.3g} bits is more than the entropy, {most:.3g} bits: there are "
            f"too few trials ({np.size(stimulus)}) for the correction {correction!r}.",
            TableWarning,
            stacklevel=2,
        )
    return bits


def _estimate(
    stimulus: Any, response: Any, correction: str, rng: np.random.Generator | None, repeats: int
) -> tuple[float, float]:
    """Corrected information, and the most that it can be."""
    stimulus, response = np.asarray(stimulus), np.asarray(response)
    if stimulus.shape != response.shape or stimulus.ndim != 1 or not stimulus.size:
        raise TableError("Information needs one stimulus and one response for each of the trials.")
    if pd.isna(stimulus).any() or pd.isna(response).any():
        raise TableError("Information needs trials whose stimulus and response are not missing.")
    if correction not in CORRECTIONS:
        raise TableError(f"Unknown correction {correction!r}. Known: {', '.join(CORRECTIONS)}.")
    if repeats < 1:
        raise TableError(f"At least one repeat is needed, got {repeats}.")
    s, r = pd.factorize(stimulus)[0], pd.factorize(response)[0]
    rng = np.random.default_rng(0) if rng is None else rng
    bits = _corrected(s, r, correction, rng, repeats)
    return bits, min(_entropy(s), _entropy(r))


def _entropy(values: IntArray) -> float:
    p = np.bincount(values) / values.size
    return float(-(p[p > 0] * np.log2(p[p > 0])).sum())


def _corrected(
    s: IntArray, r: IntArray, correction: str, rng: np.random.Generator, repeats: int
) -> float:
    plain = _plain(s, r)
    if correction == "panzeri_treves":
        return plain - _panzeri_treves(s, r)
    if correction == "shuffle":
        return plain - float(np.mean([_plain(rng.permutation(s), r) for _ in range(repeats)]))
    if correction == "quadratic":
        return _quadratic(s, r, plain, rng, repeats)
    return plain


def _table(s: IntArray, r: IntArray) -> NDArray[np.float64]:
    """Trials of every stimulus and response."""
    shape = (int(s.max()) + 1, int(r.max()) + 1)
    return np.bincount(s * shape[1] + r, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


def _plain(s: IntArray, r: IntArray) -> float:
    """Information of the frequencies."""
    joint = _table(s, r) / s.size
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0)
    seen = joint > 0
    return float((joint[seen] * np.log2(joint[seen] / independent[seen])).sum())


def _panzeri_treves(s: IntArray, r: IntArray) -> float:
    r"""Bias to first order in 1 / trials.

    .. math:: \frac{1}{2 N \ln 2} \left( \sum_s (\tilde R_s - 1) - (\tilde R - 1) \right)
    """
    counts = _table(s, r)
    evoked = sum(_possible(row) - 1 for row in counts)
    return float((evoked - (_possible(counts.sum(axis=0)) - 1)) / (2 * s.size * np.log(2)))


def _possible(counts: NDArray[np.float64]) -> int:
    r"""Number of responses that a stimulus can evoke, given how often it did evoke each.

    Of m responses seen in n trials, let x more be possible. These share the probability
    :math:`g = x (1 - (n / (n + m))^{1/n})`; one that was seen c times has
    :math:`(1 - g) (c + 1) / (n + m)`. x grows from 0 while the expected number of different
    responses in n trials comes nearer to m (Panzeri and Treves; their program ``bayescount``).
    """
    n, seen = counts.sum(), counts[counts > 0]
    m, more = seen.size, 0
    before, gap = np.inf, float(((1 - seen / n) ** n).sum())
    while gap < before and m + more < counts.size:
        more += 1
        unseen = 1 - (n / (n + m)) ** (1 / n)
        p = (1 - more * unseen) * (seen + 1) / (n + m)
        expected = (1 - (1 - p) ** n).sum() + more * (1 - (1 - unseen) ** n)
        before, gap = gap, float(abs(m - expected))
    return m + more if gap < before else m + more - 1


def _quadratic(
    s: IntArray, r: IntArray, whole: float, rng: np.random.Generator, repeats: int
) -> float:
    """Limit of many trials from ``I(N) = I + a / N + b / N^2`` at N, N/2 and N/4."""
    fewest = int(np.bincount(s).min())
    if fewest < 4:
        raise TableError(
            "The quadratic extrapolation divides the trials by four, and needs four or more of "
            f"every stimulus; one has {fewest}."
        )
    means = [whole]
    for parts in (2, 4):
        values = []
        for _ in range(max(1, repeats // parts)):
            order = rng.permutation(s.size)
            values += [_plain(s[k], r[k]) for k in np.array_split(order, parts) if k.size]
        means.append(float(np.mean(values)))
    inverse = np.array([1.0, 2.0, 4.0])
    system = np.stack([np.ones(3), inverse, inverse**2], axis=1)
    return float(np.linalg.solve(system, np.array(means))[0])


def quantile_bins(values: NDArray[np.float64], n_bins: int) -> NDArray[np.int64]:
    """Cut values into bins of about equal occupation; equal values share a bin.

    See `brainsnn.analysis.binning.bin_edges`.
    """
    return binned(values, bin_edges(values, n_bins))


def information_against_window(
    table: SpikeTable,
    onset: Any,
    windows: Any,
    correction: Correction = "panzeri_treves",
    n_bins: int = 4,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    """Information of counts and of first-spike latencies, for growing windows after the onset.

    Parameters
    ----------
    table : SpikeTable
    onset : float, array of float, shape (n_trials,), Series or str
        When the stimulus begins, in seconds; see `brainsnn.analysis.spikes.times.onset_times`.
    windows : array of float
        Lengths in seconds; none reaches beyond a trial.
    correction : str
        As for `mutual_information`.
    n_bins : int, default 4
        Both codes are cut into this many responses at most, by quantiles; trials without a spike
        are one more response of the latency.
    rng : numpy.random.Generator, optional
        As for `mutual_information`.

    Returns
    -------
    pandas.DataFrame
        Columns ``neuron``, ``code`` (``count``, ``latency``), ``window`` (s), ``information``
        (bits).

    Raises
    ------
    TableError
        As `mutual_information`, or if an onset or window does not fit the trials.

    Warns
    -----
    TableWarning
        If estimates are more than the entropy of the stimuli or of the responses.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    stimulus, rows, excess = table.stimulus, [], 0
    for window in lengths(windows).tolist():
        features = features_of(table, onset, window)
        for i, name in enumerate(table.neurons):
            first = features["latency"][:, i]
            responses = {
                "count": quantile_bins(features["count"][:, i], n_bins),
                "latency": _latency_bins(first, np.isnan(first), n_bins),
            }
            for code, response in responses.items():
                bits, most = _estimate(stimulus, response, correction, rng, REPEATS)
                excess += bits > most + EXCESS
                rows.append((name, code, window, bits))
    if excess:
        warnings.warn(
            f"{excess} of {len(rows)} estimates are more than the entropy of the stimuli or of the "
            f"responses: there are too few trials ({stimulus.size}) for the correction "
            f"{correction!r}.",
            TableWarning,
            stacklevel=2,
        )
    return pd.DataFrame(rows, columns=["neuron", "code", "window", "information"])


def _latency_bins(
    latency: NDArray[np.float64], censored: NDArray[np.bool_], n_bins: int
) -> NDArray[np.int64]:
    """Quantile bins of the latencies; censored trials are response 0."""
    out = np.zeros(latency.size, np.int64)
    if not censored.all():
        out[~censored] = 1 + quantile_bins(latency[~censored], n_bins)
    return out
