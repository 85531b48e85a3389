"""Codes by point processes: rates, variability, streams, and numbers that are refused."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from brainsnn.codes import (
    BurstEncoder,
    GammaEncoder,
    ModulatedPoissonEncoder,
    PoissonEncoder,
)
from brainsnn.codes.point_processes.base import RateEncoder
from brainsnn.codes.point_processes.processes import (
    intervals_to_times,
    rescaled_times,
    spikes_by_gaps,
    spikes_per_step,
    thinned_times,
)
from brainsnn.errors import DataError
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

FINE = {"n_steps": 10_000, "dt": 1e-4, "rate_max": 100.0}
ENCODERS = [
    PoissonEncoder(**FINE),
    PoissonEncoder(**FINE, method="gaps"),
    *(ModulatedPoissonEncoder(**FINE, method=m) for m in ("per_step", "thinning", "rescaling")),
    GammaEncoder(**FINE),
    BurstEncoder(**FINE),
]


def dense(trains: SpikeTrains) -> NDArray[np.bool_]:
    out = np.zeros((trains.n_trials, trains.n_steps, trains.n_neurons), bool)
    trial = np.repeat(np.arange(trains.n_trials), np.diff(trains.offsets))
    out[trial, trains.step, trains.neuron] = True
    return out


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda e: f"{type(e).__name__}{vars(e)}"[:60])
def test_rates_are_those_of_the_values_at_all_times(encoder: RateEncoder) -> None:
    """300 s of each rate; bounds of 5 standard errors of bursts of three, the most variable."""
    values = np.tile([0.0, 0.3, 1.0], (6, 50)).reshape(6, 150)
    spikes = dense(encoder.encode(values, np.random.default_rng(3)))
    counts = spikes.reshape(6, 10_000, 50, 3).sum(axis=(0, 2))
    assert not counts[:, 0].any()
    for k, rate in ((1, 30.0), (2, 100.0)):
        error = 5 * np.sqrt(3 * rate * 300)
        assert abs(counts[:, k].sum() - rate * 300) < error
        # The first 40 ms are no special time; of the modulated code a period has been left out.
        if not isinstance(encoder, ModulatedPoissonEncoder):
            early = counts[:400, k].sum()
            assert abs(early - rate * 12) < 5 * np.sqrt(3 * rate * 12)


@pytest.mark.parametrize("method", ["per_step", "thinning", "rescaling"])
def test_modulated_rates_follow_the_sine(method: str) -> None:
    encoder = ModulatedPoissonEncoder(**FINE, frequency=2.0, depth=0.9, method=method)
    counts = dense(encoder.encode(np.ones((1, 200)), np.random.default_rng(0))).sum(axis=(0, 2))
    for part in (slice(0, 2500), slice(2500, 5000)):
        time = (np.arange(10_000)[part] + 0.5) * 1e-4
        wanted = 200 * 100 * 1e-4 * encoder.modulation(time).sum()
        assert abs(counts[part].sum() - wanted) < 5 * np.sqrt(wanted)


def intervals(encoder: RateEncoder) -> NDArray[np.float64]:
    spikes = dense(encoder.encode(np.ones((1, 300)), np.random.default_rng(5)))[0]
    return np.concatenate([np.diff(np.flatnonzero(train)) for train in spikes.T])


def test_variability_is_that_of_the_process() -> None:
    """27,000 intervals: 5 standard errors of a CV are below 0.03."""
    of_poisson = intervals(PoissonEncoder(**FINE))
    assert of_poisson.std() / of_poisson.mean() == pytest.approx(0.97, abs=0.05)
    for order in (4.0, 9.0):
        of_gamma = intervals(GammaEncoder(**FINE, order=order))
        assert of_gamma.std() / of_gamma.mean() == pytest.approx(order**-0.5, abs=0.03)
    for method in ("per_step", "gaps"):
        dead = intervals(PoissonEncoder(**FINE, dead_time=0.005, method=method))
        assert dead.min() == 51
        assert dead.mean() == pytest.approx(50 + 100, rel=0.03)
    by_gaps = intervals(PoissonEncoder(**FINE, method="gaps"))
    assert by_gaps.std() / by_gaps.mean() == pytest.approx(0.97, abs=0.05)
    of_bursts = intervals(BurstEncoder(**FINE, spikes=3, interval=0.004))
    assert 0.6 < np.isin(of_bursts, (39, 40, 41)).mean() < 0.72


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda e: f"{type(e).__name__}{vars(e)}"[:60])
def test_streams_decide_and_no_trials_are_none(encoder: RateEncoder) -> None:
    values = np.full((2, 3), 200, np.uint8)
    same = [encoder.encode(values, Streams(4).fresh("encoding")) for _ in range(2)]
    np.testing.assert_array_equal(dense(same[0]), dense(same[1]))
    other = encoder.encode(values, Streams(5).fresh("encoding"))
    assert (dense(same[0]) != dense(other)).any()
    assert encoder.encode(np.zeros((0, 3))).n_trials == 0
    assert encoder.encode(np.zeros((2, 3))).step.size == 0
    for wrong in (np.full((1, 2), 256), np.full((1, 2), 1.5), np.zeros(3)):
        with pytest.raises(DataError, match="code"):
            encoder.encode(wrong)


def test_gaps_of_certain_and_of_hardly_possible_spikes() -> None:
    chances = np.array([0.0, 1.0, 7.0, 1e-300])
    step, neuron = spikes_by_gaps(np.random.default_rng(0), chances, 3)
    assert step.tolist() == [0, 0, 1, 1, 2, 2]
    assert neuron.tolist() == [1, 2, 1, 2, 1, 2]
    step, _ = spikes_by_gaps(np.random.default_rng(0), np.array([1.0]), 7, 2)
    assert step.tolist() == [0, 3, 6]


def test_a_probability_of_nought_never_spikes_and_of_one_always() -> None:
    x = np.array([[0.0, 1.0], [0.5, 0.5]])
    assert spikes_per_step(x, [0.0, 1.0]).tolist() == [[False, True], [False, True]]
    assert spikes_per_step(x, [2.0, 1.0], 1).tolist() == [[True, True], [False, False]]


def test_numbers_that_make_no_train_are_refused() -> None:
    x = np.full((3, 2), 0.5)
    for attempt in (
        lambda: spikes_per_step(x, [0.1]),
        lambda: spikes_per_step(x, [0.1, -0.1]),
        lambda: spikes_per_step(x, [0.1, np.nan]),
        lambda: spikes_per_step(x + 1, [0.1, 0.1]),
        lambda: spikes_per_step(x, [0.1, 0.1], -1),
        lambda: intervals_to_times([0.5], 10, 1),
        lambda: intervals_to_times([0.5, 1.0], 10, 0.01),
        lambda: intervals_to_times(x, 10, 0.01),
        lambda: intervals_to_times([0.5], 0, 1),
        lambda: intervals_to_times([0.5], 1, np.inf),
        lambda: rescaled_times([0.5], lambda t: 100 * t, 1),
        lambda: thinned_times(x[:, 0], np.ones_like, 1, 1),
        lambda: thinned_times(x, lambda t: 2 + t, 1, 1),
    ):
        with pytest.raises(DataError):
            attempt()
