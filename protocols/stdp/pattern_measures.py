"""How a neuron answers a pattern that repeats: hits, false alarms, latencies, and its weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.protocols.stdp.pattern_inputs import Times

#: Success, as Masquelier et al. judge it: hits above, no false alarm, mean latency in ms below.
HITS, LATENCY = 0.98, 10.0
#: Bins of the weights, and where, in lengths of the pattern, parts of it end.
BINS, PARTS = 20, (0.0, 0.08, 0.2, 0.5, 1.0)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """Spikes of one piece.

    Parameters
    ----------
    time : array of float64
        In ms.
    latency : array of float64
        Time since the begin of the pattern in which a spike lies; NaN outside of patterns.
    first : array of bool
        Whether it is the first of its pattern.
    presented : int
        Patterns of the piece.
    """

    time: Floats
    latency: Floats
    first: NDArray[np.bool_]
    presented: int

    def spikes(self, begin: float) -> pd.DataFrame:
        """A row a spike, of a piece that begins at so many ms; times in s, latencies in ms."""
        return pd.DataFrame({"time": 1e-3 * (begin + self.time), "latency": self.latency})


def answers(time: Floats, begins: NDArray[np.int64], length: float) -> Answers:
    """Tell spikes inside of patterns from those outside.

    Parameters
    ----------
    time : array of float64
        Of spikes in ms, ascending.
    begins : array of int64
        Of patterns in ms, ascending.
    length : float
        Of a pattern in ms.
    """
    which = np.searchsorted(begins, time, side="right") - 1
    latency = time - begins[np.maximum(which, 0)]
    inside = (which >= 0) & (latency < length)
    patterns = np.where(inside, which, -1)
    first = np.zeros(time.size, bool)
    first[np.unique(patterns, return_index=True)[1]] = True
    return Answers(time, np.where(inside, latency, np.nan), first & inside, begins.size)


def summary(found: Sequence[Answers], duration: float, judged: int) -> dict[str, float]:
    """Measures of one simulation.

    Parameters
    ----------
    found : sequence of Answers
        Of all pieces.
    duration : float
        Of a piece in ms.
    judged : int
        Last pieces, by which success is judged.

    Returns
    -------
    dict of str to float
        ``hits`` (a fraction), ``false_alarms``, ``latency`` (of first spikes, ms) and ``success``
        in the judged pieces; ``rate_first`` and ``rate`` in the first and the judged pieces (1/s);
        ``found`` (s), the last spike outside of a pattern, and ``discharges`` up to it, NaN
        without success.
    """
    last = found[-judged:]
    hits = sum(a.first.sum() for a in last) / max(1, sum(a.presented for a in last))
    false = sum(np.isnan(a.latency).sum() for a in last)
    first = np.concatenate([a.latency[a.first] for a in last])
    latency = float(first.mean()) if first.size else np.nan
    success = bool(hits > HITS and false == 0 and latency < LATENCY)
    outside = np.concatenate([np.isnan(a.latency) for a in found])
    times = np.concatenate([k * duration + a.time for k, a in enumerate(found)])
    until = int(np.flatnonzero(outside)[-1]) if outside.any() else 0
    ended = success and times.size > 0
    return {
        "hits": float(hits),
        "false_alarms": float(false),
        "latency": latency,
        "success": float(success),
        "found": 1e-3 * float(times[until]) if ended else np.nan,
        "discharges": until + 1.0 if ended else np.nan,
        "rate_first": 1e3 * found[0].time.size / duration,
        "rate": 1e3 * sum(a.time.size for a in last) / (judged * duration),
    }


def by_part(weights: Floats, pattern: Times, length: float) -> pd.DataFrame:
    """Mean weight of afferents by when they first spike in the pattern; ``part``, ``weight``."""
    first = np.full(weights.size, np.inf)
    np.minimum.at(first, pattern.neuron, pattern.time)
    edges = length * np.array(PARTS)
    groups = {
        f"{low:g} to {high:g} ms": (first >= low) & (first < high) for low, high in pairwise(edges)
    }
    groups["not in the pattern"] = np.isinf(first)
    rows = [(name, weights[mine].mean()) for name, mine in groups.items() if mine.any()]
    return pd.DataFrame(rows, columns=["part", "weight"])


def histogram(weights: Floats, w_max: float) -> pd.DataFrame:
    """Density of the weights: ``start``, ``stop``, ``density``."""
    density, edges = np.histogram(weights, BINS, (0.0, w_max), density=True)
    return pd.DataFrame({"start": edges[:-1], "stop": edges[1:], "density": density})
