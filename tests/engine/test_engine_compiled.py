"""Many trials of plain Brian2 networks: each equal to what Brian2 gives when run for it alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import brian2
import numpy as np
import pytest
from brian2 import Hz, ms

from brainsnn.engine.resident import CompiledNetwork, compile_network
from brainsnn.engine.resident.device import active_device
from brainsnn.errors import DataError, EngineError
from brainsnn.spikes import SpikeTrains

NOISY = "dv/dt = 0.3*kHz + 0.1*xi*sqrt(kHz) : 1"
LEAKY = "dv/dt = (drive - v)/(10*ms) : 1\ndrive : 1"


@pytest.fixture
def device() -> Iterator[None]:
    with active_device(build_on_run=False):
        yield


def leaky(n: int, name: str = "leaky") -> brian2.NeuronGroup:
    return brian2.NeuronGroup(n, LEAKY, threshold="v > 1", reset="v = 0", method="exact", name=name)


def source_and_synapses(group: brian2.NeuronGroup, **kwds: object) -> list[object]:
    source = brian2.SpikeGeneratorGroup(3, [0], [2] * ms, name="source")
    synapses = brian2.Synapses(source, group, "w : 1", on_pre="v += w", name="synapses", **kwds)
    synapses.connect()
    synapses.w = 0.6
    return [source, synapses]


def network_of_spikes() -> CompiledNetwork:
    group = leaky(4)
    parts = source_and_synapses(group)
    spikes = brian2.SpikeMonitor(group, variables="v", name="spikes")
    return compile_network(brian2.Network(group, *parts, spikes), 30 * ms)


@pytest.mark.usefixtures("device")
class TestArrays:
    def test_weights_and_inputs_can_be_renewed_between_trials(self):
        trials = network_of_spikes()
        assert trials.run()["spikes"].counts.tolist() == [0]
        trials.set_spikes("source", [0, 1], [0.002, 0.003])
        record = trials.run(3)["spikes"]
        assert record.counts.tolist() == [4, 4, 4]
        assert np.allclose(record.columns["t"], 0.0031)
        trials.set("synapses", "w", [2.0, 0, 0, 0] * 3)
        assert trials.run(2)["spikes"].columns["i"].tolist() == [0, 0, 0, 0]
        assert trials.view("synapses", "w").shape == (12,)

    def test_a_trial_changes_nothing_for_the_next(self):
        trials = network_of_spikes()
        trials.set("leaky", "drive", [0, 0.5, 1.5, 2])
        first = trials.run()["spikes"]
        block = trials.run(3)["spikes"]
        for k in range(3):
            assert np.array_equal(block.trial(k)["t"], first.columns["t"])
            assert np.array_equal(block.trial(k)["v"], first.columns["v"])

    def test_what_is_kept_goes_on(self):
        group = brian2.NeuronGroup(
            1, "v : 1\nn : 1", threshold="v > 1", reset="v = 0\nn += 1", name="counter"
        )
        group.run_regularly("v += 0.3")
        trials = compile_network(brian2.Network(group), 1 * ms)
        trials.run(2)
        assert trials.view(group, "n").tolist() == [2]
        trials.keep(group, "n")
        trials.set(group, "n", 0)
        trials.run(5)
        assert trials.view(group, "n").tolist() == [10]
        trials.restore(group, "n")
        trials.run(5)
        assert trials.view(group, "n").tolist() == [2]

    def test_unknown_names_and_sizes_are_refused(self):
        trials = network_of_spikes()
        with pytest.raises(EngineError, match=r"'leaky\.u'.*leaky\.v"):
            trials.view("leaky", "u")
        with pytest.raises(DataError, match="takes 12 values or one for all, not 5"):
            trials.set("synapses", "w", np.ones(5))
        with pytest.raises(EngineError, match="No SpikeGeneratorGroup 'sourc'"):
            trials.set_spikes("sourc", [], [])
        with pytest.raises(DataError, match="at least one trial"):
            trials.run(0)
        for seconds in (-1, np.nan, np.inf, 1e300):
            with pytest.raises(DataError, match=r"1 times in 0\.\.1e\+09 s"):
                trials.run(durations=seconds)
        with pytest.raises(DataError, match="durations has the unit s, not V"):
            trials.run(durations=3 * brian2.mV)

    def test_timed_array_values_can_be_replaced(self):
        drive = brian2.TimedArray([0.0, 0.0, 3.0], dt=10 * ms, name="steps_of_drive")
        group = brian2.NeuronGroup(
            1,
            "dv/dt = (f(t) - v)/(10*ms) : 1",
            threshold="v > 1",
            reset="v = 0",
            method="euler",
            namespace={"f": drive},
        )
        spikes = brian2.SpikeMonitor(group, name="spikes")
        trials = compile_network(brian2.Network(group, spikes), 30 * ms)
        late = trials.run()["spikes"].columns["t"]
        assert late.size
        assert late.min() > 0.02
        trials.set_timed_array(drive, [3.0, 0.0, 0.0])
        early = trials.run()["spikes"].columns["t"]
        assert early.size == late.size
        assert np.allclose(early + 0.02, late)
        with pytest.raises(DataError, match=r"values of shape \(3,\), not \(2,\)"):
            trials.set_timed_array(drive, [1, 2])


@pytest.mark.usefixtures("device")
class TestRuns:
    def test_inputs_of_each_trial(self):
        trials = network_of_spikes()
        trials.set("synapses", "w", 2)
        offsets, step = np.array([0, 1, 1, 3]), np.array([5, 7, 90])
        trials.set_inputs("source", SpikeTrains(3, 300, offsets, np.array([0, 2, 1]), step))
        assert trials.run(3)["spikes"].counts.tolist() == [4, 0, 8]
        with pytest.raises(DataError, match="given 3 trials of spikes, not 2"):
            trials.run(2)
        trials.set_inputs("source", None)
        assert trials.run(2)["spikes"].counts.tolist() == [4, 4]

    def test_another_duration(self):
        group = leaky(1)
        group.drive = 2
        spikes = brian2.SpikeMonitor(group, name="spikes")
        trials = compile_network(brian2.Network(group, spikes), 50 * ms)
        short = trials.run()["spikes"].counts[0]
        assert trials.run(durations=0.1)["spikes"].counts[0] == 2 * short
        assert trials.run()["spikes"].counts[0] == 2 * short

    def test_several_runs_and_what_is_between_them(self):
        group = leaky(2)
        states = brian2.StateMonitor(group, "v", record=True, dt=5 * ms, name="states")
        network = brian2.Network(group, states)
        network.run(10 * ms)
        group.drive = [0.5, 0.8]
        network.run(10 * ms)
        trials = compile_network()
        record = trials.run(2)["states"]
        assert record.counts.tolist() == [4, 4]
        v = record.trial(1)["v"]
        assert (v[:3] == 0).all()
        assert np.allclose(v[3], np.array([0.5, 0.8]) * (1 - np.exp(-0.5)))
        assert np.array_equal(record.trial(0)["v"], v)
        frame = record.to_frame()
        assert frame.columns.tolist() == ["trial", "index", "t", "v"]
        assert len(frame) == 16

    def test_seeds_repeat_a_block(self):
        group = brian2.PoissonGroup(20, 100 * Hz, name="noise")
        rate = brian2.PopulationRateMonitor(group, name="rate")
        spikes = brian2.SpikeMonitor(group, name="spikes")
        trials = compile_network(brian2.Network(group, spikes, rate), 50 * ms)
        one, other = (trials.run(4, seed=7)["spikes"] for _ in range(2))
        assert np.array_equal(one.columns["t"], other.columns["t"])
        assert len(set(one.counts)) > 1
        assert np.array_equal(
            trials.run(2, seed=7)["spikes"].columns["i"], one.columns["i"][: one.offsets[2]]
        )
        record = trials.run(1, seed=7)
        n = record["spikes"].counts[0]
        assert np.isclose(record["rate"].columns["rate"].sum() * 20 * 1e-4, n)

    def test_calls_of_several_threads_wait_for_each_other(self):
        group = brian2.NeuronGroup(20, NOISY, threshold="v > 1", reset="v = 0", method="euler")
        spikes = brian2.SpikeMonitor(group, name="spikes")
        trials = compile_network(brian2.Network(group, spikes), 20 * ms)
        alone = [trials.run(3, seed=k)["spikes"].columns["t"] for k in range(3)]
        with ThreadPoolExecutor(3) as threads:
            found = list(threads.map(lambda k: trials.run(3, seed=k % 3), range(60)))
        for k, records in enumerate(found):
            np.testing.assert_array_equal(records["spikes"].columns["t"], alone[k % 3])

    def test_a_trial_may_be_counted_from_the_end(self):
        trials = network_of_spikes()
        trials.set("leaky", "drive", [0, 0.5, 1.5, 2])
        record = trials.run(3)["spikes"]
        assert record.counts.min() > 0
        np.testing.assert_array_equal(record.trial(-1)["t"], record.trial(2)["t"])
        for k in (3, -4):
            with pytest.raises(DataError, match=rf"There are trials 0\.\.2, got {k}"):
                record.trial(k)

    def test_a_view_of_several_workers_cannot_be_written_to(self):
        group = leaky(4)
        spikes = brian2.SpikeMonitor(group, name="spikes")
        trials = compile_network(brian2.Network(group, spikes), 30 * ms, workers=2)
        with pytest.raises(ValueError, match="read-only"):
            trials.view("leaky", "drive")[...] = 2
        trials.set("leaky", "drive", 2)
        assert trials.run(4)["spikes"].counts.tolist() == [16] * 4

    def test_delays_of_their_own_for_each_synapse(self):
        group = leaky(4)
        source, synapses = source_and_synapses(group)
        synapses.delay = "(i + 2*j)*ms"
        synapses.w = 2
        spikes = brian2.SpikeMonitor(group, name="spikes")
        trials = compile_network(brian2.Network(group, source, synapses, spikes), 30 * ms)
        for _ in range(2):
            assert np.allclose(
                trials.run()["spikes"].columns["t"], [2.1e-3, 4.1e-3, 6.1e-3, 8.1e-3]
            )
        trials.set_spikes(source, [2], [0.0])
        assert np.allclose(trials.run()["spikes"].columns["t"], [2.1e-3, 4.1e-3, 6.1e-3, 8.1e-3])

    def test_several_networks_live_side_by_side(self):
        first = network_of_spikes()
        brian2.get_device().reinit()
        brian2.get_device().activate(build_on_run=False)
        second = network_of_spikes()
        first.set("synapses", "w", 2)
        assert first.run()["spikes"].counts[0] == 4
        assert second.run()["spikes"].counts[0] == 0

    def test_profile_of_a_trial(self):
        group = leaky(3)
        network = brian2.Network(group)
        network.run(10 * ms, profile=True)
        trials = compile_network()
        trials.run(2)
        assert (trials.profile() > 0).all()
        assert any("stateupdater" in name for name in trials.profile().index)


@pytest.mark.usefixtures("device")
def test_workers_change_nothing():
    group = brian2.PoissonGroup(20, 100 * Hz, name="noise")
    spikes = brian2.SpikeMonitor(group, name="spikes")
    one = compile_network(brian2.Network(group, spikes), 20 * ms)
    reset = brian2.get_device()
    reset.reinit()
    reset.activate(build_on_run=False)
    group = brian2.PoissonGroup(20, 100 * Hz, name="noise")
    spikes = brian2.SpikeMonitor(group, name="spikes")
    three = compile_network(brian2.Network(group, spikes), 20 * ms, workers=3)
    for n_trials in (7, 2):
        alone, shared = (trials.run(n_trials, seed=5)["spikes"] for trials in (one, three))
        assert np.array_equal(alone.offsets, shared.offsets)
        assert np.array_equal(alone.columns["t"], shared.columns["t"])
        assert np.array_equal(alone.columns["i"], shared.columns["i"])
    with pytest.raises(EngineError, match="no order"):
        three.keep("noise", "rates")


def test_the_device_must_be_the_active_one():
    with pytest.raises(EngineError, match="set_device"):
        compile_network()


@pytest.mark.usefixtures("device")
def test_connections_made_in_a_trial_are_refused():
    group = leaky(2)
    network = brian2.Network(group)
    network.run(1 * ms)
    synapses = brian2.Synapses(group, group, on_pre="v += 1", name="late")
    synapses.connect()
    network.add(synapses)
    network.run(1 * ms)
    with pytest.raises(EngineError, match=r"late.*connected after the first run"):
        compile_network()
