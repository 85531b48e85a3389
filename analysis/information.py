r"""Information that responses carry about stimuli, in bits, corrected for the bias of few trials.

.. math:: I(S; R) = \sum_{s,r} p(s, r) \log_2 \frac{p(s, r)}{p(s)\, p(r)}

Estimated from frequencies it is too large on average, the more so the fewer trials. The corrections
here subtract an estimate of that bias.

References
----------
S. Panzeri and A. Treves, Analytical estimates of limited sampling biases in different information
measures, Network 7, 87 (1996). S. P. Strong, R. Koberle, R. R. de Ruyter van Steveninck and
W. Bialek, Entropy and information in neural spike trains, Phys. Rev. Lett. 80, 197 (1998), for the
quadratic extrapolation.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.spikes.table import SpikeTable
from analysis.spikes.timing import latencies
from analysis.tables import TableError

IntArray = NDArray[np.integer]
Correction = Literal["none", "panzeri_treves", "shuffle", "quadratic"]
CORRECTIONS = ("none", "panzeri_treves", "shuffle", "quadratic")


def mutual_information(
    stimulus: IntArray,
    response: IntArray,
    correction: Correction = "panzeri_treves",
    rng: np.random.Generator | None = None,
    repeats: int = 100,
) -> float:
    """Information between a stimulus and a discrete response.

    Parameters
    ----------
    stimulus, response : array of int, shape (n_trials,)
        Not negative; any labels of the values.
    correction : {"panzeri_treves", "shuffle", "quadratic", "none"}
        ``panzeri_treves`` subtracts the analytical bias, with the number of responses that each
        stimulus can evoke estimated as those authors do; ``shuffle``, the mean information after
        the stimuli have been shuffled; ``quadratic`` extrapolates from halves and quarters of the
        trials.
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
        If lengths differ, there is no trial, or the correction is unknown.
    """
    stimulus, response = np.asarray(stimulus), np.asarray(response)
    if stimulus.shape != response.shape or stimulus.ndim != 1 or not stimulus.size:
        raise TableError("Information needs one stimulus and one response for each of the trials.")
    if correction not in CORRECTIONS:
        raise TableError(f"Unknown correction {correction!r}. Known: {', '.join(CORRECTIONS)}.")
    s = np.unique(stimulus, return_inverse=True)[1]
    r = np.unique(response, return_inverse=True)[1]
    rng = np.random.default_rng(0) if rng is None else rng
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
    """Bias to first order in 1 / trials."""
    counts = _table(s, r)
    possible = counts.shape[1]
    evoked = sum(_relevant(row, possible) for row in counts if row.any())
    stimuli = int(counts.any(axis=1).sum())
    return float((evoked - stimuli - (possible - 1)) / (2 * s.size * np.log(2)))


def _relevant(counts: NDArray[np.float64], possible: int) -> float:
    """Expected number of responses that a stimulus can evoke, given those that it did.

    Grows from the number seen until its expectation of seen responses is the number seen.
    """
    n, seen = counts.sum(), int((counts > 0).sum())
    if seen == possible:
        return float(possible)
    best, nearest = float(seen), np.inf
    for guess in range(seen, possible + 1):
        # Seen ones keep their frequency, shrunk; the others share what is left evenly.
        unseen = guess - seen
        left = unseen / (n + guess)
        p = np.where(counts > 0, (counts + 1) / (n + seen) * (1 - left), 0.0)
        expected = float((1 - (1 - p[counts > 0]) ** n).sum())
        if unseen:
            expected += unseen * (1 - (1 - left / unseen) ** n)
        if abs(expected - seen) < nearest:
            best, nearest = float(guess), abs(expected - seen)
    return best


def _quadratic(
    s: IntArray, r: IntArray, whole: float, rng: np.random.Generator, repeats: int
) -> float:
    """Limit of many trials from ``I(N) = I + a / N + b / N^2`` at N, N/2 and N/4."""
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
    """Cut values into bins of about equal occupation; equal values share a bin."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, n_bins + 1)[1:-1]))
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def information_against_window(
    table: SpikeTable,
    onset: NDArray[np.float64] | float,
    windows: NDArray[np.float64],
    correction: Correction = "panzeri_treves",
    n_bins: int = 4,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    """Information of counts and of first-spike latencies, for growing windows after the onset.

    Parameters
    ----------
    table : SpikeTable
    onset : float or array of float, shape (n_trials,)
        When the stimulus begins, in seconds.
    windows : array of float
        Lengths in seconds.
    correction : str
        As for `mutual_information`.
    n_bins : int
        Both codes are cut into this many responses at most, by quantiles; trials without a spike
        are one more response of the latency.
    rng : numpy.random.Generator, optional
        As for `mutual_information`.

    Returns
    -------
    pandas.DataFrame
        Columns ``neuron``, ``code`` (``count``, ``latency``), ``window`` (s), ``information``
        (bits).
    """
    rng = np.random.default_rng(0) if rng is None else rng
    stimulus, rows = table.stimulus, []
    begin = np.broadcast_to(np.asarray(onset, np.float64), (len(table.trials),))
    since = table.time - begin[table.trial]
    n = len(table.neurons)
    for window in windows:
        inside = (since >= 0) & (since < window)
        flat = table.trial[inside] * n + table.neuron[inside]
        counts = np.bincount(flat, minlength=stimulus.size * n).reshape(-1, n)
        found = latencies(table, begin, float(window))
        first = found["latency"].to_numpy().reshape(-1, n)
        censored = found["censored"].to_numpy().reshape(-1, n)
        for i, name in enumerate(table.neurons):
            responses = {
                "count": quantile_bins(counts[:, i].astype(float), n_bins),
                "latency": _latency_bins(first[:, i], censored[:, i], n_bins),
            }
            for code, response in responses.items():
                bits = mutual_information(stimulus, response, correction, rng)
                rows.append((name, code, float(window), bits))
    return pd.DataFrame(rows, columns=["neuron", "code", "window", "information"])


def _latency_bins(
    latency: NDArray[np.float64], censored: NDArray[np.bool_], n_bins: int
) -> NDArray[np.int64]:
    """Quantile bins of the latencies; censored trials are response 0."""
    out = np.zeros(latency.size, np.int64)
    if not censored.all():
        out[~censored] = 1 + quantile_bins(latency[~censored], n_bins)
    return out
