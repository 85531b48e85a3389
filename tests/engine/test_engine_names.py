"""Names that Brian2 takes and that mean something to C++, to Brian2's C++ or to the engine."""

from __future__ import annotations

import brian2
import numpy as np
import pytest
from brian2 import ms
from engine.judged import assert_trials_are, by_brian2, compiled, quick  # noqa: F401

from brainsnn.engine.resident import compile_network
from brainsnn.engine.resident.device import active_device
from brainsnn.errors import EngineError

pytestmark = pytest.mark.usefixtures("quick")


def awkward():
    """Words, types, macros and functions of C and C++, and what the engine calls its own."""
    space = {
        "register": 0.3,
        "NULL": 2.0,
        "INFINITY": 0.5,
        "errno": brian2.TimedArray([0.1, 0.4, 0.2], dt=2 * ms, name="time"),
    }
    clock = brian2.Clock(0.1 * ms, name="vector")
    source = brian2.SpikeGeneratorGroup(
        3, [0, 1, 2, 0], [0.5, 1, 2, 3] * ms, clock=clock, name="trial"
    )
    cells = brian2.NeuronGroup(
        4,
        """dnew/dt = (errno(t) + long - new)/(5*ms) : 1 (unless refractory)
        long = double*INFINITY : 1
        double : 1
        exit : 1
        size_t : integer
        stdout : boolean""",
        threshold="new > register and size_t < 9",
        reset="""short = new*2
                 new = 0
                 exit += short
                 size_t += 1""",
        refractory=1 * ms,
        method="euler",
        clock=clock,
        namespace=space,
        name="delete",
    )
    cells.double = "0.4 + 0.1*i"
    cells.stdout = "i > 1"
    often = cells.run_regularly(
        "signed = exit/NULL\ndouble = clip(double + 0.01*signed*int(stdout), 0, 1)",
        dt=1 * ms,
        name="often",
    )
    path = brian2.Synapses(
        source,
        cells,
        "connectivity : 1\ndense : 1\nchanges : 1",
        on_pre={"gettime": "new_post += connectivity*dense", "settime": "changes += 1"},
        clock=clock,
        namespace=space,
        name="clock",
    )
    path.connect(j="new for new in range(4) if (new + i) % 2 == 0")
    path.connectivity = "0.1*(i + 1)"
    path.dense = "j + 1"
    spikes = brian2.SpikeMonitor(cells, variables=["new", "exit"], name="exit")
    names = ["new", "long", "double", "stdout"]
    state = brian2.StateMonitor(cells, names, record=[1, 3], dt=1 * ms, name="union")
    seen = brian2.StateMonitor(path, "changes", record=[0, 2], dt=1 * ms, name="monitors")
    network = brian2.Network(source, cells, often, path, spikes, state, seen, name="spikes")
    network.run(4 * ms)
    network.run(4 * ms)
    return network


def test_awkward_names_are_only_names():
    expected = by_brian2(awkward)
    with compiled(awkward) as trials:
        assert_trials_are(trials, expected)
        assert trials.view("clock", "dense").size == 6
        trials.set("delete", "double", 0)


def test_the_default_names_of_two_networks_in_one_script():
    def script():
        cells = brian2.NeuronGroup(2, "v : 1", name="one")
        cells.run_regularly("v += 1", name="more")
        state = brian2.StateMonitor(cells, "v", record=True, name="state")
        other = brian2.NeuronGroup(1, "v : 1", name="other")
        brian2.Network(other, name="Network").run(1 * ms)
        network = brian2.Network(cells, cells.contained_objects, state, name="Clock")
        network.run(1 * ms)
        return network

    expected = by_brian2(script)
    with compiled(script) as trials:
        assert_trials_are(trials, expected)


@pytest.mark.parametrize(
    ("name", "message"),
    [("double", "TimedArray 'double': this is a word"), ("INT_MAX", "name 'INT_MAX' is a macro")],
)
def test_a_name_that_user_code_needs_as_it_is_may_be_refused(name, message):
    with active_device(build_on_run=False):
        drive = brian2.TimedArray([1.0], dt=1 * ms, name=name)
        cells = brian2.NeuronGroup(1, "v = drive(t) : 1", namespace={"drive": drive}, name="cells")
        state = brian2.StateMonitor(cells, "v", record=True, name="state")
        with pytest.raises(EngineError, match=message):
            compile_network(brian2.Network(cells, state), 1 * ms)


def test_what_brian2_refuses_is_said_in_the_user_s_names():
    with active_device(build_on_run=False):
        cells = brian2.NeuronGroup(2, "v : 1\nshared : 1 (shared)", threshold="v > 1", name="cells")
        cells.run_regularly("shared = v")
        with pytest.raises(brian2.BrianObjectException) as caught:
            compile_network(brian2.Network(cells, cells.contained_objects), 1 * ms)
    cause = str(caught.value.__cause__)
    assert "shared" in cause
    assert "shared_" not in cause


def gain_in_a_file(folder, factor: float):
    """A function whose header has no guard, and which reads an array of its own."""
    (folder / "gain.h").write_text("double gain_of(double x);\nextern double n_calls;\n")
    (folder / "gain.cpp").write_text(
        f'#include "gain.h"\ndouble n_calls = 0;\n'
        f"double gain_of(double x) {{ n_calls++; return {factor}*x; }}\n"
    )

    @brian2.implementation(
        "cpp",
        "double gain(double x) { return gain_of(x) + _namespacemonitors[1]; }",
        headers=[f'"{folder / "gain.h"}"'],
        sources=[str(folder / "gain.cpp")],
        namespace={"monitors": np.array([0.0, 0.25])},
    )
    @brian2.check_units(x=1, result=1)
    def gain(x):
        return factor * x + 0.25

    def script():
        group = brian2.NeuronGroup(2, "v : 1", name="group", namespace={"gain": gain})
        first = group.run_regularly("v = gain(1.5)", name="first")
        second = group.run_regularly("v += gain(v)", name="second", order=1)
        state = brian2.StateMonitor(group, "v", record=True, when="end", name="state")
        network = brian2.Network(group, first, second, state)
        network.run(0.2 * ms)
        return network

    return script


def test_a_function_in_a_source_file_and_its_header_are_compiled_anew_when_they_change(tmp_path):
    for factor in (2.0, 3.0):
        script = gain_in_a_file(tmp_path, factor)
        expected = by_brian2(script)
        with compiled(script) as trials:
            assert_trials_are(trials, expected)
