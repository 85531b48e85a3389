import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brainsnn.codes import jitter, jitter_steps
from brainsnn.errors import ConfigError
from brainsnn.spikes import SpikeTrains

N_STEPS = 12


class Shifts:
    """Generator that draws what it was told."""

    def __init__(self, shifts):
        self.shifts = np.array(shifts)

    def integers(self, low, high, size, endpoint):
        assert endpoint
        assert low <= self.shifts.min() <= self.shifts.max() <= high
        return self.shifts[:size]


def trains(*trials):
    """Spike trains of 4 neurons from a list of (step, neuron) a trial."""
    offsets = np.cumsum([0, *(len(spikes) for spikes in trials)])
    step, neuron = np.array([pair for spikes in trials for pair in spikes]).reshape(-1, 2).T
    return SpikeTrains(4, N_STEPS, offsets, neuron, step)


def spikes(of):
    return list(zip(of.step.tolist(), of.neuron.tolist(), strict=True))


def test_hand_worked_shifts_are_clipped_and_sorted():
    before = trains([(0, 2), (3, 1), (11, 0)], [(5, 3)])
    after = jitter_steps(before, 9, Shifts([-4, 9, -3, 1]))
    assert spikes(after) == [(0, 2), (8, 0), (11, 1), (6, 3)]
    assert after.offsets.tolist() == [0, 3, 4]
    assert spikes(before) == [(0, 2), (3, 1), (11, 0), (5, 3)]


def test_spikes_of_a_neuron_that_fall_together_become_one():
    after = jitter_steps(trains([(1, 0), (2, 0), (2, 1)], [(4, 0)]), 1, Shifts([1, 0, 0, 0]))
    assert spikes(after) == [(2, 0), (2, 1), (4, 0)]
    assert after.offsets.tolist() == [0, 2, 3]


@given(st.integers(1, 30), st.integers(0, 2**32), st.sampled_from(["uniform", "normal"]))
def test_no_neuron_is_lost_or_gained(amplitude, seed, distribution):
    rng = np.random.default_rng(seed)
    steps = rng.integers(0, N_STEPS + 3, (5, 6))
    before = SpikeTrains.from_first_steps(steps, N_STEPS)
    after = jitter_steps(before, amplitude, rng, distribution)
    np.testing.assert_array_equal(after.offsets, before.offsets)
    silent = before.first_steps() == N_STEPS
    np.testing.assert_array_equal(after.first_steps() == N_STEPS, silent)
    if distribution == "uniform":
        assert np.abs(after.first_steps() - before.first_steps()).max() <= amplitude


def test_every_shift_is_drawn():
    before = SpikeTrains.from_first_steps(np.full((400, 1), 5), N_STEPS)
    shifts = jitter_steps(before, 2, np.random.default_rng(0)).step - 5
    assert np.unique(shifts).tolist() == [-2, -1, 0, 1, 2]
    assert np.bincount(shifts + 2).min() > 50


def test_normal_shifts_have_the_standard_deviation():
    before = SpikeTrains.from_first_steps(np.full((4000, 1), 500), 1000)
    shifts = jitter_steps(before, 20.0, np.random.default_rng(0), "normal").step - 500
    assert abs(shifts.mean()) < 1.5
    assert abs(shifts.std() - 20) < 1


def test_size_of_the_blocks_changes_nothing(monkeypatch):
    before = SpikeTrains.from_first_steps(np.full((30, 7), 6), N_STEPS)
    whole = jitter_steps(before, 4, np.random.default_rng(1))
    monkeypatch.setattr(jitter, "BLOCK", 9)
    assert spikes(jitter_steps(before, 4, np.random.default_rng(1))) == spikes(whole)


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
def test_an_amplitude_for_each_trial(distribution):
    before = SpikeTrains.from_first_steps(np.full((2, 500), 500), 1000)
    amplitudes = np.array([0.0, 20.0])
    after = jitter_steps(before, amplitudes, np.random.default_rng(0), distribution).first_steps()
    assert (after[0] == 500).all()
    assert 10 < after[1].std() < 22
    with pytest.raises(ConfigError, match=r"\(2,\) amplitudes for 1 trials"):
        jitter_steps(trains([(1, 0)]), amplitudes, np.random.default_rng(0), distribution)


def test_no_jitter_draws_nothing():
    before = trains([(1, 0)])
    rng = np.random.default_rng(0)
    state = rng.bit_generator.state
    assert jitter_steps(before, 0, rng) is before
    assert rng.bit_generator.state == state


@pytest.mark.parametrize("amplitude", [-1, float("nan")])
def test_negative_amplitude_is_refused(amplitude):
    with pytest.raises(ConfigError, match="must not be negative"):
        jitter_steps(trains([(1, 0)]), amplitude, np.random.default_rng(0))


def test_unknown_distribution_is_refused():
    with pytest.raises(ConfigError, match="unknown distribution 'poisson'"):
        jitter_steps(trains([(1, 0)]), 1, np.random.default_rng(0), "poisson")
