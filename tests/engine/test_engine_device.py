"""Plain Brian2 scripts on the resident device, in this process."""

from __future__ import annotations

from collections.abc import Iterator

import brian2
import numpy as np
import pytest
from brian2 import ms

from brainsnn.engine.resident.compiler import CACHE_VARIABLE
from brainsnn.engine.resident.device import ResidentDevice, active_device
from brainsnn.errors import EngineError


@pytest.fixture
def device() -> Iterator[ResidentDevice]:
    with active_device(build_on_run=True) as active:
        yield active


def decaying(n: int = 3) -> brian2.NeuronGroup:
    return brian2.NeuronGroup(n, "dv/dt = -v/(10*ms) : 1", method="exact", name="decaying")


@pytest.mark.usefixtures("device")
def test_values_are_read_as_usual_after_the_run():
    group = decaying()
    group.v = "i + 1"
    states = brian2.StateMonitor(group, "v", record=[0, 2])
    network = brian2.Network(group, states)
    network.run(10 * ms)
    assert np.allclose(group.v, np.exp(-1) * np.arange(1, 4))
    assert states.v.shape == (2, 100)
    assert np.allclose(states[2].v[:2], [3, 3 * np.exp(-0.01)])
    with pytest.raises(RuntimeError, match="compile_network"):
        network.run(10 * ms)


def test_run_args_start_the_script_anew(device, tmp_path):
    device.build_on_run = False
    group = decaying()
    drive = brian2.TimedArray([0.0, 1.0], dt=1 * ms, name="drive")
    other = brian2.NeuronGroup(1, "x = drive(t) : 1", name="other")
    states = brian2.StateMonitor(other, "x", record=0, name="states")
    network = brian2.Network(group, other, states)
    network.run(2 * ms)
    device.build(run=False)
    device.run(run_args={group.v: [1, 2, 3], drive: [5.0, 6.0]})
    assert np.allclose(group.v, np.exp(-0.2) * np.arange(1, 4))
    assert np.allclose(states.x[0][[0, -1]], [5, 6])
    device.run(run_args=["decaying.v=4"])
    assert np.allclose(group.v, 4 * np.exp(-0.2))
    assert np.allclose(states.x[0][[0, -1]], [0, 1])
    device.run()
    assert np.allclose(group.v, 0)
    with pytest.raises(EngineError, match=r"no variable 'decaying\.u'"):
        device.run(run_args=["decaying.u=4"])
    for label in ("decaying.i", "states.N", "states._indices"):
        with pytest.raises(EngineError, match="Brian2's own"):
            device.run(run_args=[f"{label}=100000000"])
    two = tmp_path / "two.values"
    np.ones(2).tofile(two)
    with pytest.raises(EngineError, match="holds 2 values of float64; 3 are needed"):
        device.run(run_args=[f"decaying.v={two}"])
    with pytest.raises(EngineError, match="cannot be read"):
        device.run(run_args=[f"decaying.v={tmp_path / 'none'}"])
    with pytest.raises(TypeError, match="VariableView"):
        device.run(run_args={"v": 4})


@pytest.mark.usefixtures("device")
def test_progress_is_reported_and_can_be_hushed(capfd):
    group = decaying()
    brian2.Network(group).run(1 * ms, report="text")
    assert "Starting simulation" in capfd.readouterr().out


def test_with_output_false_prints_nothing(device, capfd):
    device.build_options = {"with_output": False}
    brian2.Network(decaying()).run(1 * ms, report="text")
    assert capfd.readouterr().out == ""


def test_profiling_names_the_objects(device):
    network = brian2.Network(decaying())
    network.run(1 * ms, profile=True)
    info = device.network_get_profiling_info(network)
    assert [name for name, _ in info] == ["decaying_stateupdater_codeobject"]
    assert info[0][1] > 0 * ms


@pytest.mark.usefixtures("device")
def test_profiling_must_have_been_asked_for():
    network = brian2.Network(decaying())
    network.run(1 * ms)
    with pytest.raises(ValueError, match="profile=True"):
        _ = network.profiling_info


@pytest.mark.usefixtures("device")
def test_openmp_is_refused():
    brian2.prefs.devices.cpp_standalone.openmp_threads = 2
    try:
        with pytest.raises(EngineError, match="workers"):
            brian2.Network(decaying()).run(1 * ms)
    finally:
        brian2.prefs.devices.cpp_standalone.openmp_threads = 0


def test_functions_of_run_are_refused(device):
    with pytest.raises(NotImplementedError, match="run_function"):
        device.run_function("later")


@pytest.mark.usefixtures("device")
def test_a_cache_that_cannot_be_written_does_no_harm(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv(CACHE_VARIABLE, str(blocked))
    group = decaying()
    group.v = 1
    brian2.Network(group).run(10 * ms)
    assert np.allclose(group.v, np.exp(-1))


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")  # Brian2's check for 1e50
@pytest.mark.usefixtures("device")
def test_single_precision():
    brian2.prefs.core.default_float_dtype = np.float32
    try:
        group = decaying()
        group.v = 1
        brian2.Network(group).run(10 * ms)
        assert group.variables["v"].get_value().dtype == np.float32
        assert np.allclose(group.v, np.exp(-1), rtol=1e-5)
    finally:
        brian2.prefs.core.default_float_dtype = np.float64


@pytest.mark.usefixtures("device")
def test_several_clocks():
    slow = brian2.NeuronGroup(1, "n : 1", name="slow", dt=1 * ms)
    slow.run_regularly("n += 1", dt=1 * ms)
    fast = brian2.NeuronGroup(1, "n : 1", name="fast", dt=0.1 * ms)
    fast.run_regularly("n += 1", dt=0.1 * ms)
    brian2.Network(slow, fast).run(10 * ms)
    assert (slow.n[0], fast.n[0]) == (10, 100)


def test_the_floating_point_mode_of_the_process_stays():
    """Brian2's default flags include -ffast-math, which must not reach Python's arithmetic."""
    with active_device(build_on_run=True):
        brian2.Network(decaying()).run(1 * ms)
    tiny = np.array([np.finfo(float).smallest_subnormal])
    assert (tiny * 2 > 0).all()
