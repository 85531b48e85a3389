"""Spikes given to a SpikeGeneratorGroup come when, and in the order in which, Brian2 has them."""

from __future__ import annotations

from functools import partial

import brian2
import numpy as np
import pytest
from brian2 import ms, mV, second
from brian2.utils.logger import catch_logs
from engine.judged import assert_trials_are, by_brian2, compiled, quick  # noqa: F401

from brainsnn.engine.resident.loaded.inputs import InputGroup
from brainsnn.errors import DataError, EngineError
from brainsnn.spikes import SpikeTrains

pytestmark = pytest.mark.usefixtures("quick")

NOTHING = np.array([], int), np.array([])


def changing_step(indices, times):
    """The group is inactive in the first millisecond; the last run has steps twice as long."""
    source = brian2.SpikeGeneratorGroup(5, indices, times * second, name="source")
    spikes = brian2.SpikeMonitor(source, name="spikes")
    network = brian2.Network(source, spikes)
    source.active = False
    network.run(1 * ms)
    source.active = True
    network.run(2 * ms)
    brian2.defaultclock.dt = 0.2 * ms
    network.run(2 * ms)
    return network


def renewed(indices, times):
    """The script itself gives other spikes, and more of them, before the second run."""
    source = brian2.SpikeGeneratorGroup(3, indices, times * second, name="source")
    spikes = brian2.SpikeMonitor(source, name="spikes")
    network = brian2.Network(source, spikes)
    network.run(1 * ms)
    source.set_spikes(np.arange(60) % 3, (1.05 + 0.1 * (np.arange(60) // 3)) * ms)
    network.run(3 * ms)
    return network


class TestTimes:
    def test_off_the_grid_unsorted_and_between_runs_of_other_steps(self):
        rng = np.random.default_rng(3)
        on_grid = np.array([2.0, 3.0, 3.4, 4.0]) * 1e-3
        almost = on_grid - 0.9e-7  # less than a thousandth of a step before it
        times = np.concatenate([rng.uniform(0, 5e-3, 60), on_grid + 5e-4, almost])
        neurons = rng.integers(0, 5, times.size)
        taken = _spike_once(neurons, times, (1e-4, 2e-4))
        given = neurons[taken], times[taken]
        expected = by_brian2(partial(changing_step, *given))
        with compiled(partial(changing_step, *NOTHING)) as trials:
            trials.set_spikes("source", *given)
            assert_trials_are(trials, expected)
            with pytest.raises(EngineError, match="says no time: give its spikes in seconds"):
                trials.set_inputs("source", SpikeTrains.from_first_steps(np.zeros((1, 5), int), 9))

    def test_what_the_script_gives_between_runs_belongs_to_the_trial(self):
        first = np.array([0, 2]), np.array([1e-4, 5e-4])
        expected = by_brian2(partial(renewed, *first))
        with compiled(partial(renewed, *first)) as trials:
            assert_trials_are(trials, expected, 4)
            trials.set_spikes("source", [1, 0], [2e-3, 1e-3])
            record = trials.run(2)["spikes"]
            assert record.columns["i"].tolist() == [0, 1] * 2
            trials.set_inputs("source", None)
            assert_trials_are(trials, expected, 3)

    def test_more_spikes_than_neurons_in_a_step_end_the_call(self):
        def gap():
            source = brian2.SpikeGeneratorGroup(
                1, [0] * 40, np.arange(40) * 0.1 * ms, name="source"
            )
            network = brian2.Network(source, brian2.SpikeMonitor(source, name="spikes"))
            for active in (True, False, True):
                source.active = active
                network.run(1 * ms)
            return network

        with compiled(gap) as trials:
            with pytest.raises(EngineError, match="source: more spikes are due in one step"):
                trials.run()
            trials.set_spikes("source", [0, 0], [0.5e-3, 2.5e-3])
            assert np.allclose(trials.run(2)["spikes"].columns["t"], [0.5e-3, 2.5e-3] * 2)
            trials.set_spikes("source", [0] * 40, np.arange(40) * 1e-4)
            with pytest.raises(EngineError, match="source: more spikes are due in one step"):
                trials.run(2)


def _spike_once(neurons, times, dts):
    """Which spikes to take so that no neuron spikes twice in a step of any length."""
    taken, seen = [], set()
    for k in np.argsort(times):
        mine = {(dt, neurons[k], int((times[k] + 1e-3 * dt) / dt)) for dt in dts}
        if not mine & seen:
            taken.append(k)
            seen |= mine
    return np.random.default_rng(5).permutation(taken)


class TestChecks:
    group = InputGroup("source", 4, (1e-4, 2e-4))

    def test_order_is_that_of_times_then_of_neurons(self):
        given = self.group.at_times([3, 0, 2, 1], [3.5e-4, 3.5e-4, 3.1e-4, 0])
        assert given.neuron.tolist() == [1, 2, 0, 3]
        assert [s.tolist() for s in given.steps] == [[0, 3, 3, 3], [0, 1, 1, 1]]

    def test_quantities_are_taken_by_their_units(self):
        given = self.group.at_times([0], [3] * ms)
        assert given.steps[0].tolist() == [30]
        with pytest.raises(DataError, match="has the unit s, not V"):
            self.group.at_times([0], [3] * mV)

    @pytest.mark.parametrize(
        ("indices", "times", "message"),
        [
            ([0, 1], [1e-3], "2 neurons and 1 times"),
            ([4], [0], r"whole numbers in 0..3 as neurons, got int64 of shape \(1,\) in 4..4"),
            ([-1], [0], r"in -1..-1"),
            ([0.5], [0], "whole numbers"),
            ([[0]], [0], r"of shape \(1, 1\)"),
            ([0], [-1e-4], r"with -0.0001 s"),
            ([0], [np.nan], "with nan s"),
            ([0], [1e9], "beyond the last step"),
            ([0], ["soon"], "takes numbers"),
            ([1, 1], [3.1e-4, 3.6e-4], "neuron 1 spikes more than once during step 3"),
            ([1, 0, 1], [3.1e-4, 3.3e-4, 3.6e-4], "neuron 1 spikes more than once"),
            ([1, 1], [2.1e-4, 3.6e-4], "with a step of 0.0002 s"),
        ],
    )
    def test_what_cannot_be_is_refused(self, indices, times, message):
        with pytest.raises(DataError, match=message):
            self.group.at_times(indices, times)

    def test_spikes_before_the_group_is_active_are_left_out_with_a_warning(self):
        late = InputGroup("source", 4, (1e-4,), start=2e-3)
        with catch_logs() as logs:
            late.at_times([0, 1], [2e-3, 5e-3])
            assert not logs
            late.at_times([0, 1], [1.9e-3, 5e-3])
        assert [(level, "active from 0.002 s on" in text) for level, _, text in logs] == [
            ("WARNING", True)
        ]

    def test_a_group_that_is_never_active_takes_nothing(self):
        with pytest.raises(EngineError, match="active in no run"):
            InputGroup("source", 4, ()).at_times([0], [0])
