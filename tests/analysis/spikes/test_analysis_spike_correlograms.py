"""Intervals, Fano factors over windows and correlograms: by hand, by brute force, and edges."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from spike_tables import mixed

from brainsnn.analysis.spikes import SpikeTable, from_frame
from brainsnn.analysis.spikes.correlograms import binned_correlograms, correlograms
from brainsnn.analysis.spikes.counts import fano_factors
from brainsnn.analysis.spikes.intervals import interspike_intervals, intervals
from brainsnn.analysis.spikes.trains import trains
from brainsnn.analysis.tables import TableError


def table_of(rows: list[tuple[int, str, float]], n_trials: int = 1) -> SpikeTable:
    spikes = pd.DataFrame(rows, columns=["trial", "neuron", "time"])
    trials = pd.DataFrame({"trial": range(n_trials), "stimulus": ["s"] * n_trials})
    return from_frame(spikes, 0, 1, trials=trials, neurons=("a", "b"))


def test_intervals_are_listed_one_by_one() -> None:
    table = mixed()
    found = interspike_intervals(table)
    each = [np.diff(t) for row in trains(table) for t in row]
    np.testing.assert_array_equal(found["interval"], np.concatenate(each))
    assert found["neuron"].value_counts().index.tolist() == ["1.1", "1.10"]
    assert intervals(table)["intervals"].sum() == len(found)


def test_local_variation_of_a_clock_and_of_one_interval() -> None:
    clock = table_of([(0, "a", t / 10) for t in range(10)] + [(0, "b", 0.1), (0, "b", 0.4)])
    found = intervals(clock, refractoriness=0.0)
    np.testing.assert_allclose(
        found.loc[0, ["cv", "cv2", "lv", "lvr"]].astype(float), 0, atol=1e-12
    )
    assert found.loc[1, "intervals"] == 1
    assert found.loc[1, ["cv", "cv2", "lv", "lvr"]].isna().all()
    with pytest.raises(TableError, match="refractoriness"):
        intervals(clock, refractoriness=-1)


def test_fano_factors_over_windows() -> None:
    table = table_of([(0, "a", 0.05), (0, "a", 0.06), (0, "a", 0.55)])
    found = fano_factors(table, [0.5, 0.3]).set_index(["neuron", "window"])
    assert found.loc[("a", 0.5), ["windows", "mean", "variance"]].tolist() == [2, 1.5, 0.25]
    assert found.loc[("a", 0.3), "windows"] == 3
    assert found.loc["b", "fano"].isna().all()
    for window in (0, 2, np.nan):
        with pytest.raises(TableError):
            fano_factors(table, window)


@pytest.mark.parametrize("predictor", ["none", "shuffle", "shift"])
def test_correlograms_equal_those_of_pairs_taken_one_by_one(predictor: str) -> None:
    table = mixed()
    found = correlograms(table, 0.01, 0.05, predictor)
    times = trains(table)
    edges = (np.arange(12) - 5.5) * 0.01

    def pairs(r: int, s: int, i: int, j: int) -> np.ndarray:
        apart = (times[s][j][None, :] - times[r][i][:, None]).ravel()
        steps = pairwise(edges - 1e-9)
        return np.array([((apart >= low) & (apart < high)).sum() for low, high in steps])

    for k, stimulus in enumerate(table.stimuli):
        mine = np.flatnonzero(table.stimulus == k)
        for i, a in enumerate(table.neurons):
            for j, b in enumerate(table.neurons):
                row = found[
                    (found["stimulus"] == stimulus) & (found["first"] == a) & (found["second"] == b)
                ]
                wanted = sum(pairs(r, r, i, j) for r in mine)
                if i == j:
                    wanted[5] -= sum(times[r][i].size for r in mine)
                assert row["count"].tolist() == wanted.tolist()
                if predictor == "shift":
                    other = sum(
                        pairs(r, s, i, j) for r, s in zip(mine, np.roll(mine, -1), strict=True)
                    )
                    assert row["expected"].tolist() == other.tolist()
                if predictor == "shuffle":
                    others = sum(pairs(r, s, i, j) for r in mine for s in mine if r != s)
                    np.testing.assert_allclose(row["expected"], others / (mine.size - 1))


def test_a_common_stimulus_is_what_the_predictor_explains() -> None:
    """Spikes locked to the stimulus, with nothing between the neurons: no excess."""
    rows = [(trial, n, t) for trial in range(4) for n in "ab" for t in (0.2, 0.6)]
    found = correlograms(table_of(rows, 4), 0.1, 0.4, "shuffle")
    crossed = found[found["first"] != found["second"]]
    assert crossed["count"].sum() > 0
    np.testing.assert_array_equal(crossed["excess"], 0)


def test_impossible_correlograms_are_refused() -> None:
    table = mixed()
    for bin_size, reach in ((0, 0.1), (0.01, 0.015), (0.01, 2), (np.nan, 0.1), (0.01, -0.1)):
        for function in (correlograms, binned_correlograms):
            with pytest.raises(TableError):
                function(table, bin_size, reach)
    with pytest.raises(TableError, match="one trial"):
        correlograms(table_of([(0, "a", 0.1)]), 0.01, 0.1, "shift")
    with pytest.raises(TableError, match="Predictors"):
        correlograms(table, 0.01, 0.1, "jitter")
    silent = correlograms(table_of([]), 0.1, 0.2)
    assert (silent["count"] == 0).all()
