"""Statistics of six spike trains, as Elephant 1.2.1 and PySpike 0.9.0 give them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.spikes import SpikeTable
from brainsnn.analysis.spikes.correlograms import binned_correlograms, correlograms
from brainsnn.analysis.spikes.counts import fano_factors, table_counts
from brainsnn.analysis.spikes.intervals import intervals
from brainsnn.analysis.spikes.pairs import (
    CountCorrelation,
    ISIDistance,
    SPIKEDistance,
    SPIKESynchronisation,
    SpikeTimeTiling,
    VanRossum,
    VictorPurpura,
    matrix,
    overall,
    pairwise,
)
from brainsnn.analysis.spikes.rates import psth
from brainsnn.analysis.spikes.trains import from_trains

with np.load(Path(__file__).parent / "data/local/spike_statistics.npz", allow_pickle=False) as file:
    ORACLE = dict(file)
TRAINS = [ORACLE[f"train_{k}"] for k in range(6)]
NAMES = tuple("abcdef")


@pytest.fixture(scope="module")
def table() -> SpikeTable:
    trials = pd.DataFrame({"stimulus": ["all"]})
    return from_trains([TRAINS], trials, NAMES, 0.0, float(ORACLE["duration"]))


@pytest.fixture(scope="module")
def ten_trials() -> SpikeTable:
    """The ten seconds as ten trials of one."""
    pieces = [[t[np.floor(t + 1e-9) == k] - k for t in TRAINS] for k in range(10)]
    return from_trains(pieces, pd.DataFrame({"stimulus": ["all"] * 10}), NAMES, 0.0, 1.0)


def close(found: object, wanted: object) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


def test_intervals(table: SpikeTable) -> None:
    found = intervals(table)
    names = {"mean": "isi_mean", "cv": "cv", "cv2": "cv2", "lv": "lv", "lvr": "lvr_5ms"}
    for ours, theirs in names.items():
        close(found[ours], ORACLE[theirs])


def test_counts_and_fano_factors(table: SpikeTable) -> None:
    assert table_counts(table, 1.0)[0].tolist() == ORACLE["counts_1s"].tolist()
    found = fano_factors(table, ORACLE["fano_windows"]).pivot_table(
        index="neuron", columns="window", values="fano"
    )
    close(found, ORACLE["fano"])


def test_psth(ten_trials: SpikeTable) -> None:
    found = psth(ten_trials, 0.05)["rate"].to_numpy().reshape(6, 20)
    close(found, ORACLE["psth_rate"])
    assert table_counts(ten_trials, 0.05).sum(axis=0).tolist() == ORACLE["psth_counts"].tolist()


def test_correlograms(table: SpikeTable) -> None:
    for function, wanted in (
        (correlograms, "correlogram_counts"),
        (binned_correlograms, "cch_binned_elephant"),
    ):
        found = function(table, 0.005, 0.1)
        close(found["lag"].iloc[:41], ORACLE["correlogram_lags"])
        close(found["count"].to_numpy().reshape(6, 6, 41), ORACLE[wanted])


@pytest.mark.parametrize(
    ("measure", "wanted"),
    [
        (CountCorrelation(0.005), "count_correlation_5ms"),
        (SpikeTimeTiling(0.005), "sttc_5ms"),
        (ISIDistance(), "isi_distance"),
        (SPIKEDistance(), "spike_distance"),
        (SPIKESynchronisation(), "spike_synchronization"),
    ],
)
def test_pairs(table: SpikeTable, measure: object, wanted: str) -> None:
    diagonal = float(ORACLE[wanted][0, 0])
    pairs = pairwise(table, measure)
    close(matrix(pairs, itself=diagonal), ORACLE[wanted])
    close(measure(TRAINS[0], TRAINS[0], 0, 10), diagonal)
    if f"{wanted}_all" in ORACLE:
        close(overall(pairs)["value"], ORACLE[f"{wanted}_all"])


@pytest.mark.parametrize("measure", [VictorPurpura, VanRossum])
def test_distances(table: SpikeTable, measure: type) -> None:
    name = {VictorPurpura: "victor_purpura", VanRossum: "van_rossum"}[measure]
    for scale, wanted in zip(ORACLE["scales"], ORACLE[name], strict=True):
        close(matrix(pairwise(table, measure(float(scale))), itself=0.0), wanted)
