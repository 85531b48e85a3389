"""Spikes that come by chance, drawn one after the other: the distribution of draws in a step."""

from __future__ import annotations

from collections.abc import Iterator

import brian2
import numpy as np
import pytest
from brian2 import Hz, ms
from numpy.typing import NDArray

from brainsnn.engine.resident import CompiledNetwork, compile_network
from brainsnn.engine.resident.device import active_device
from brainsnn.errors import EngineError

FIRST, N_STEPS, N_TRIALS, SIGMAS = 50, 150, 400, 5
#: Chances a step: none, small, even, all, and what is more than all or less than none.
CHANCES = np.array([0, 1e-3, 0.02, 0.5, 0.97, 1, 3, -1])
P = np.clip(CHANCES, 0, 1)
N = CHANCES.size


@pytest.fixture(scope="module")
def network() -> Iterator[None]:
    """Chances that are the other way round in a second run, and chances that fall in a run."""
    with active_device(build_on_run=False), pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRAINSNN_CXXFLAGS", "-O1")
        brian2.defaultclock.dt = 1 * ms
        steady = brian2.PoissonGroup(N, CHANCES * 1000 * Hz, name="steady")
        moving = brian2.PoissonGroup(N, CHANCES * 2000 * Hz, name="moving")
        moving.run_regularly("rates *= 0.5", dt=50 * ms)
        monitors = [brian2.SpikeMonitor(g, name=f"of_{g.name}") for g in (steady, moving)]
        net = brian2.Network(steady, moving, monitors)
        net.run(FIRST * ms)
        steady.rates = CHANCES[::-1] * 1000 * Hz
        net.run((N_STEPS - FIRST) * ms)
        yield


@pytest.fixture
def trials(network: None) -> CompiledNetwork:
    return compile_network()


def rasters(trials: CompiledNetwork, n_trials: int = N_TRIALS) -> list[NDArray[np.bool_]]:
    """Whether each neuron spikes in each step of each trial; order and repeats checked."""
    found, block = [], trials.run(n_trials, seed=3)
    for record in (block["of_steady"], block["of_moving"]):
        trial = np.repeat(np.arange(n_trials), record.counts)
        step = np.rint(record.columns["t"] / 1e-3).astype(int)
        place = (trial * N_STEPS + step) * N + record.columns["i"]
        assert (np.diff(place) > 0).all()
        raster = np.zeros(n_trials * N_STEPS * N, bool)
        raster[place] = True
        found.append(raster.reshape(n_trials, N_STEPS, N))
    return found


def near(found: NDArray[np.float64], p: NDArray[np.float64], n: float) -> bool:
    return bool((np.abs(found - p) <= SIGMAS * np.sqrt(p * (1 - p) / n)).all())


def test_chances_are_those_of_draws_in_every_step(trials):
    found, _ = rasters(trials)
    first, second = found[:, :FIRST], found[:, FIRST:]
    for part, p in ((first, P), (second, P[::-1])):
        assert near(part.mean(axis=(0, 1)), p, part[..., 0].size)
        for step in (0, part.shape[1] - 1):
            assert near(part[:, step].mean(axis=0), p, N_TRIALS), step
        both = part[:, 1:] & part[:, :-1]
        assert near(both.mean(axis=(0, 1)), p**2, both[..., 0].size / 3)
        pairs = part[..., 1:] & part[..., :-1]
        assert near(pairs.mean(axis=(0, 1)), p[1:] * p[:-1], part[..., 0].size)
    assert len({trial.tobytes() for trial in found}) == N_TRIALS


def test_chances_that_a_step_changes_are_drawn_in_every_step(trials):
    _, found = rasters(trials)
    for k in range(3):
        part = found[:, 50 * k : 50 * k + 50]
        p = np.clip(CHANCES * 0.5**k, 0, 1)
        assert near(part.mean(axis=(0, 1)), p, part[..., 0].size), k


def test_workers_change_nothing(trials):
    for one, two in zip(rasters(trials, 5), rasters(compile_network(workers=2), 5), strict=True):
        np.testing.assert_array_equal(one, two)


def test_rates_that_are_set_are_those_of_the_trials_to_come(trials):
    trials.set("steady", "rates", 0)
    found, _ = rasters(trials, 20)
    assert not found[:, :FIRST].any()
    assert found[:, FIRST:].any()


def test_a_number_a_step_can_be_asked_for(network, trials):
    found, _ = rasters(compile_network(draws="a step"), 100)
    assert near(found[:, :FIRST].mean(axis=(0, 1)), P, 100 * FIRST)
    assert not np.array_equal(rasters(trials, 100)[0], found)


def test_other_draws_are_refused(network):
    with pytest.raises(EngineError, match="draws is one of 'a spike', 'a step', not 'a neuron'"):
        compile_network(draws="a neuron")
