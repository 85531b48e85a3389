"""Poisson trains from given uniform numbers, per step and in continuous time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.point_processes.processes import (
    intervals_to_times,
    rescaled_times,
    spikes_per_step,
    thinned_times,
)

with np.load(Path(__file__).parent / "data/local/poisson.npz", allow_pickle=False) as file:
    ORACLE = dict(file)
DT, UNIFORMS = float(ORACLE["dt"]), ORACLE["uniforms"]
DURATION = float(ORACLE["duration"])
ANGULAR = 2 * np.pi * 3


def rate(time: NDArray[np.float64]) -> NDArray[np.float64]:
    return 40 * (1 + 0.8 * np.sin(ANGULAR * time))


def cumulative(time: NDArray[np.float64]) -> NDArray[np.float64]:
    return 40 * (time + 0.8 / ANGULAR * (1 - np.cos(ANGULAR * time)))


def test_spikes_of_each_step() -> None:
    p = ORACLE["rates"] * DT
    np.testing.assert_array_equal(spikes_per_step(UNIFORMS, p), ORACLE["spikes_homogeneous"])
    dead = spikes_per_step(UNIFORMS, p, int(ORACLE["dead_steps"]))
    np.testing.assert_array_equal(dead, ORACLE["spikes_dead_time"])
    factor = (np.arange(UNIFORMS.shape[1]) + 1) / 3
    rates = rate(np.arange(len(UNIFORMS)) * DT)[:, None] * factor
    found = spikes_per_step(UNIFORMS, rates * DT)
    np.testing.assert_array_equal(found, ORACLE["spikes_inhomogeneous"])


def test_times_of_continuous_processes() -> None:
    pairs = ORACLE["pair_uniforms"]
    for found, wanted in (
        (intervals_to_times(pairs[:, 0], float(ORACLE["interval_rate"]), DURATION), "intervals"),
        (rescaled_times(pairs[:, 0], cumulative, DURATION), "rescaled"),
        (thinned_times(pairs, rate, float(ORACLE["thinning_bound"]), DURATION), "thinned"),
    ):
        np.testing.assert_allclose(found, ORACLE[f"times_{wanted}"], rtol=1e-12, atol=1e-12)
