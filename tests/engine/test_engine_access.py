"""What can be looked at and set between trials, and what is refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator

import brian2
import numpy as np
import pytest
from brian2 import ms, mV, nA
from engine.judged import compiled, quick  # noqa: F401

from brainsnn.engine.resident import CompiledNetwork
from brainsnn.errors import DataError, EngineError

SHEET = np.arange(24.0).reshape(4, 6)


def script():
    sheet = brian2.TimedArray(0 * SHEET, dt=1 * ms, name="sheet")
    source = brian2.SpikeGeneratorGroup(2, [0], [1] * ms, name="source")
    cells = brian2.NeuronGroup(
        6,
        "v : 1\nu : volt\nk : integer\ngain : 1 (shared)\nseen : 1\ncurrent = sheet(t, i) : 1",
        threshold="v > 3",
        reset="v -= 3",
        name="cells",
        namespace={"sheet": sheet},
    )
    cells.seen = "10*i"
    often = cells.run_regularly("v += 1", dt=1 * ms, name="often")
    path = brian2.Synapses(source, cells, "w : 1", on_pre="v_post += w", delay=1 * ms, name="path")
    path.connect()
    path.w = "i + j"
    spikes = brian2.SpikeMonitor(cells, name="spikes")
    some = brian2.StateMonitor(cells, ["seen", "gain", "current"], [1, 4], dt=1 * ms, name="some")
    part = brian2.StateMonitor(cells[2:], "seen", [0, 3], dt=1 * ms, name="part")
    weights = brian2.StateMonitor(path, "w", record=[5, 7], dt=1 * ms, name="weights")
    network = brian2.Network(source, cells, often, path, spikes, some, part, weights)
    network.run(4 * ms, profile=True, report="text")
    return network


@pytest.fixture(scope="module")
def trials() -> Iterator[CompiledNetwork]:
    flags = brian2.prefs["codegen.cpp.extra_compile_args_gcc"]
    brian2.prefs["codegen.cpp.extra_compile_args_gcc"] = ["-w", "-O0"]
    with compiled(script) as network:
        yield network
    brian2.prefs["codegen.cpp.extra_compile_args_gcc"] = flags


@pytest.mark.parametrize(
    ("owner", "variable", "reason"),
    [
        ("defaultclock", "dt", "build it with another step"),
        ("defaultclock", "t", "other durations"),
        ("path", "delay", "set delays before"),
        ("source", "spike_time", "set_spikes and set_inputs"),
        ("source", "neuron_index", "set_spikes and set_inputs"),
        ("cells", "i", "Brian2 keeps it itself"),
        ("cells", "_spikespace", "Brian2 keeps it itself"),
        ("path", "_synaptic_post", "Brian2 keeps it itself"),
        ("spikes", "N", "Brian2 keeps it itself"),
    ],
)
def test_what_the_network_is_laid_out_by_cannot_be_set(trials, owner, variable, reason):
    with pytest.raises(EngineError, match=rf"{owner}\.{variable} cannot be set.*{reason}"):
        trials.set(owner, variable, 0)
    with pytest.raises(EngineError, match=rf"{owner}\.{variable} cannot be set"):
        trials.keep(owner, variable)
    view = trials.view(owner, variable)
    with pytest.raises(ValueError, match="read-only"):
        view[...] = 0


def test_units_of_quantities_are_checked(trials):
    trials.set("cells", "u", [1, 2, 3, 4, 5, 6] * mV)
    assert np.allclose(trials.view("cells", "u"), np.arange(1, 7) * 1e-3)
    with pytest.raises(DataError, match=r"cells\.u has the unit V, not A"):
        trials.set("cells", "u", 1 * nA)
    with pytest.raises(DataError, match=r"cells\.v takes numbers"):
        trials.set("cells", "v", "rand()")


def test_no_number_becomes_another(trials):
    trials.set("cells", "k", [0, 1.0, -3, 4, 5, 2**31 - 1])
    assert trials.view("cells", "k").tolist() == [0, 1, -3, 4, 5, 2**31 - 1]
    for value in (0.5, np.nan, np.inf, 2**31, -1e300):
        with pytest.raises(DataError, match=r"cells\.k: whole numbers of int32"):
            trials.set("cells", "k", value)


def test_what_a_monitor_holds_is_a_copy(trials):
    trials.run()
    held = trials.view("spikes", "t")
    before = held.copy()
    assert before.size
    trials.run(200)
    assert np.array_equal(held, before)
    assert trials.view("spikes", "t").size == 200 * before.size


def test_timed_arrays_keep_their_shape(trials):
    for other in (SHEET.T, SHEET.reshape(2, 12), SHEET.ravel(), SHEET[:3]):
        with pytest.raises(DataError, match=r"has values of shape \(4, 6\), not"):
            trials.set_timed_array("sheet", other)
    with pytest.raises(DataError, match="'sheet' has the unit 1, not V"):
        trials.set_timed_array("sheet", SHEET * mV)
    with pytest.raises(EngineError, match=r"No TimedArray 'shet'.*sheet"):
        trials.set_timed_array("shet", SHEET)
    trials.set_timed_array("sheet", SHEET)
    assert np.array_equal(trials.run()["some"].columns["current"], SHEET[:, [1, 4]])


def test_tables_of_states_say_which_neurons_and_synapses_they_are_of(trials):
    records = trials.run(2)
    for name, column, factor, wanted in (
        ("some", "seen", 10, [1, 4]),
        ("part", "seen", 10, [0, 3]),
        ("weights", "w", 1, [5, 7]),
    ):
        table = records[name].to_frame()
        shift = 20 if name == "part" else 0  # index of the subgroup
        first = {"weights": [5, 2]}.get(name, np.array(wanted) * factor + shift)
        assert table["index"].tolist() == wanted * 8
        assert table[column].tolist() == list(first) * 8
    assert records["spikes"].index is None


def test_a_run_with_two_clocks_and_a_report_is_profiled(trials):
    trials.run(3)
    spent = trials.profile()
    assert {"cells_spike_thresholder_codeobject", "often_codeobject"} < set(spent.index)
    assert (spent > 0).all()
