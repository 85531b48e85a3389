"""Measures of two trains: values worked by hand, edges, and pairs of tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from spike_tables import mixed

from brainsnn.analysis.spikes import SpikeTable, from_frame
from brainsnn.analysis.spikes.pairs import (
    CountCorrelation,
    ISIDistance,
    PairMeasure,
    SPIKEDistance,
    SPIKESynchronisation,
    SpikeTimeTiling,
    VanRossum,
    VictorPurpura,
    matrix,
    overall,
    pairwise,
)
from brainsnn.analysis.tables import TableError

MEASURES = [
    CountCorrelation(0.1),
    ISIDistance(),
    SPIKEDistance(),
    SPIKESynchronisation(),
    SpikeTimeTiling(0.05),
    VanRossum(0.1),
    VictorPurpura(0.1),
]
#: Measure, its value for equal trains.
LIKENESS = (CountCorrelation, SPIKESynchronisation, SpikeTimeTiling)


def trains(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return tuple(np.sort(rng.uniform(0, 1, n)) for n in rng.integers(2, 30, 2))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("seed", range(5))
def test_measures_are_symmetric_and_know_equal_trains(measure: PairMeasure, seed: int) -> None:
    one, other = trains(seed)
    assert measure(one, other, 0, 1) == pytest.approx(measure(other, one, 0, 1), abs=1e-12)
    itself = 1.0 if isinstance(measure, LIKENESS) else 0.0
    assert measure(one, one, 0, 1) == pytest.approx(itself, abs=1e-12)
    assert measure(one + 3, other + 3, 3, 4) == pytest.approx(measure(one, other, 0, 1), abs=1e-9)


NAN = float("nan")


@pytest.mark.parametrize(
    ("measure", "both_empty", "one_empty", "one_spike_each"),
    [
        (CountCorrelation(0.1), NAN, NAN, -1 / 9),
        (ISIDistance(), 0.0, 0.2 * (1 - 0.2) + 0.8 * (1 - 0.8), 0.26),
        (SPIKESynchronisation(), 1.0, 0.0, 1.0),
        (SpikeTimeTiling(0.05), NAN, NAN, -0.1),
        (VanRossum(0.1), 0.0, 1.0, np.sqrt(2 - 2 * np.exp(-2))),
        (VictorPurpura(0.1), 0.0, 1.0, 2.0),
    ],
    ids=lambda m: type(m).__name__ if isinstance(m, PairMeasure) else "",
)
def test_trains_of_none_and_one(
    measure: PairMeasure, both_empty: float, one_empty: float, one_spike_each: float
) -> None:
    assert measure([], [], 0, 1) == pytest.approx(both_empty, nan_ok=True)
    assert measure([0.2], [], 0, 1) == pytest.approx(one_empty, nan_ok=True)
    # ISI: ratios 1/2, 3/4 and 1/4 over 0.2, 0.2 and 0.6 of the span.
    wanted = 0.2 * 0.5 + 0.2 * 0.5 + 0.6 * 0.25 if measure == ISIDistance() else one_spike_each
    assert measure([0.2], [0.4], 0, 1) == pytest.approx(wanted)


def test_spike_distance_of_lone_spikes_is_worked_by_hand() -> None:
    """Each spike is 0.2 from the nearest, being also 0.2 from the start, or 0.4 from it."""
    value = SPIKEDistance()([0.2], [0.4], 0, 1)
    t = (np.arange(200000) + 0.5) / 200000
    nu_1, nu_2 = np.where(t < 0.2, 0.2, 0.8), np.where(t < 0.4, 0.4, 0.6)
    profile = 0.2 * (nu_1 + nu_2) / (2 * ((nu_1 + nu_2) / 2) ** 2)
    assert value == pytest.approx(profile.mean(), abs=1e-6)
    assert SPIKEDistance()([], [], 0, 1) == 0
    assert 0 < SPIKEDistance()([0.2], [], 0, 1) < 1


def test_spike_distance_of_two_spikes_goes_on_by_their_interval() -> None:
    """Knots of the first train are at -0.3, 0.3, 0.9, 1.5; of the lone spike at 0, 0.5, 1."""
    t = (np.arange(200000) + 0.5) / 200000
    nu_1, nu_2 = 0.6, 0.5
    share = np.clip((t - 0.3) / 0.6, 0, 1)
    first = 0.2 * (1 - share) + 0.1 * share  # 0.3 is 0.2 from 0.5, and 0.9 is 0.1 from 1
    profile = (first * nu_2 + 0.2 * nu_1) / (2 * ((nu_1 + nu_2) / 2) ** 2)
    assert SPIKEDistance()([0.3, 0.9], [0.5], 0, 1) == pytest.approx(profile.mean(), abs=1e-6)


def test_a_spike_at_the_edge_of_the_span_counts() -> None:
    assert SPIKEDistance()([0.0], [0.0, 0.5], 0, 1) > 0
    assert ISIDistance()([0.0], [], 0, 1) == 0
    assert SPIKESynchronisation()([0.0, 1.0], [0.0, 1.0], 0, 1) == 1


def test_coincidence_windows_can_be_bounded() -> None:
    near = ([0.30, 0.70], [0.34, 0.80])
    assert SPIKESynchronisation()(*near, 0, 1) == 1
    assert SPIKESynchronisation(longest=0.05)(*near, 0, 1) == 0.5


def test_victor_purpura_is_the_cheapest_of_all_ways() -> None:
    assert VictorPurpura(0.1)([0.1, 0.5], [0.15], 0, 1) == pytest.approx(1.5)
    assert VictorPurpura(1e-6)([0.1, 0.5], [0.15], 0, 1) == pytest.approx(3)
    assert VictorPurpura(1e6)([0.1, 0.5], [0.15, 0.9], 0, 1) == pytest.approx(0, abs=1e-6)


def test_pairs_between_neurons_and_between_trials() -> None:
    table = mixed()
    found = pairwise(table, VanRossum(0.05))
    assert len(found) == 8 * 3
    assert found["first"].unique().tolist() == ["1.1", "NA"]
    empty = np.flatnonzero(table.counts().sum(axis=1) == 0)
    silent = found[found["trial"].isin(empty)]
    assert len(silent) == 3
    assert (silent["value"] == 0).all()
    across = pairwise(table, VanRossum(0.05), "trials")
    assert len(across) == 3 * 28
    assert list(across.columns) == ["neuron", "first", "second", "value", "weight"]
    assert (across[across["neuron"] == "NA"]["value"] == 0).all()
    square = matrix(across[across["neuron"] == "1.1"], itself=0.0)
    np.testing.assert_array_equal(square, square.T)
    assert overall(found)["pairs"].tolist() == [3] * 8


def test_means_leave_out_what_has_no_value_and_count_by_spikes() -> None:
    rows = [(0, "a", 0.1), (0, "b", 0.1), (0, "b", 0.5), (0, "b", 0.9)]
    spikes = pd.DataFrame(rows, columns=["trial", "neuron", "time"])
    trials = pd.DataFrame({"trial": [0], "stimulus": ["x"]})
    table = from_frame(spikes, 0, 1, trials=trials, neurons=("a", "b", "c"))
    tiled = overall(pairwise(table, SpikeTimeTiling(0.05)))
    assert tiled["pairs"].tolist() == [1]
    shared = overall(pairwise(table, SPIKESynchronisation()))["value"].iloc[0]
    assert shared == pytest.approx(2 / (4 + 1 + 3))
    empty = overall(pairwise(table, SpikeTimeTiling(0.05)).query("second == 'c'"))
    assert empty["value"].isna().all()
    assert matrix(pairwise(table, SpikeTimeTiling(0.05))).isna().to_numpy().sum() == 7


def test_what_cannot_be_compared_is_refused() -> None:
    lone: SpikeTable = mixed().take([0])
    with pytest.raises(TableError, match="At least two trials"):
        pairwise(lone, ISIDistance(), "trials")
    with pytest.raises(TableError, match="between neurons or between trials"):
        pairwise(lone, ISIDistance(), "stimuli")
    with pytest.raises(TableError, match="span that both have"):
        ISIDistance()([0.5], [1.5], 0, 1)
    with pytest.raises(TableError, match="bin must be in"):
        CountCorrelation(2.0)([0.5], [0.6], 0, 1)
    for measure in (VictorPurpura, VanRossum, SpikeTimeTiling, CountCorrelation):
        for scale in (0, -1, np.inf, NAN):
            with pytest.raises(TableError, match="positive"):
                measure(scale)
