"""Thousands of trials in one process leave nothing behind: no memory, descriptor, file."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import brian2
import numpy as np
import pytest
from brian2 import ms

from brainsnn.engine.resident import CompiledNetwork, compile_network
from brainsnn.engine.resident.device import active_device

STATM, DESCRIPTORS = Path("/proc/self/statm"), Path("/proc/self/fd")


def small_network() -> CompiledNetwork:
    """Inputs, synapses, and every kind of monitor."""
    source = brian2.SpikeGeneratorGroup(5, [0], [0] * ms, name="source")
    group = brian2.NeuronGroup(
        10, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact", name="group"
    )
    synapses = brian2.Synapses(source, group, "w : 1", on_pre="v += w", name="synapses")
    synapses.connect()
    spikes = brian2.SpikeMonitor(group, name="spikes")
    states = brian2.StateMonitor(group, "v", record=True, name="states")
    rate = brian2.PopulationRateMonitor(group, name="rate")
    network = brian2.Network(source, group, synapses, spikes, states, rate)
    return compile_network(network, 1 * ms)


def run_block(trials: CompiledNetwork, seed: int) -> int:
    rng = np.random.default_rng(seed)
    trials.set("synapses", "w", rng.uniform(0, 3, 50))
    trials.set_spikes("source", rng.permutation(5)[:3], rng.uniform(0, 8e-4, 3))
    return int(trials.run(100, seed=seed)["spikes"].counts.sum())


def memory() -> int:
    """Bytes in memory."""
    gc.collect()
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not STATM.exists(), reason="reads /proc")
def test_trials_leave_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with active_device(build_on_run=False):
        trials = small_network()
    n_spikes = sum(run_block(trials, k) for k in range(10))
    assert n_spikes
    before, descriptors = memory(), len(list(DESCRIPTORS.iterdir()))
    for k in range(40):
        run_block(trials, k)
    assert memory() - before < 4e6  # a kilobyte a trial would be no fewer
    assert len(list(DESCRIPTORS.iterdir())) <= descriptors
    assert not list(tmp_path.iterdir())
