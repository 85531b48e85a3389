"""Spike tables for tests, and whether two are equal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brainsnn.analysis.spikes import SpikeTable, from_frame


def equal(one: SpikeTable, other: SpikeTable) -> bool:
    """Whether trials with all their columns, neurons, spans and spikes are the same."""
    pd.testing.assert_frame_equal(
        one.trials.sort_index(axis=1), other.trials.sort_index(axis=1), check_dtype=False
    )
    return (
        one.neurons == other.neurons
        and (one.start, one.stop) == (other.start, other.stop)
        and np.array_equal(one.trial, other.trial)
        and np.array_equal(one.neuron, other.neuron)
        and np.allclose(one.time, other.time, rtol=0, atol=1e-9)
    )


def mixed(
    start: float = 0.0, stop: float = 1.0, stimuli: tuple[object, ...] = (90, 0)
) -> SpikeTable:
    """Eight trials, one of them silent, and a neuron that never spikes; spikes at the start."""
    rng = np.random.default_rng(7)
    trials = pd.DataFrame({"trial": np.arange(8)[::-1], "stimulus": list(stimuli) * 4})
    trials["reward"], trials["block"] = rng.uniform(0, 1, 8), list("aabbaabb")
    rows = [
        (trial, neuron, time)
        for trial in range(7)
        for neuron in ("1.1", "1.10")
        for time in np.unique(np.append(np.round(rng.uniform(start, stop - 0.01, 9), 3), start))
    ]
    spikes = pd.DataFrame(rows, columns=["trial", "neuron", "time"])
    return from_frame(spikes, start, stop, trials=trials, neurons=("1.1", "NA", "1.10"))
