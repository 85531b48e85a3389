"""Traces that neurons own: which they are, and that nobody notices where they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import brian2
import numpy as np
import pytest
from engine.random_networks.comparison import differences
from engine.random_networks.execution import RESIDENT, RUNTIME, on_device, quickly, run_script
from engine.random_networks.execution import script_namespace as names_of

import brainsnn as bs
from brainsnn.engine.resident import compile_network
from brainsnn.engine.resident.compiled import CompiledNetwork
from brainsnn.engine.resident.engine import write_sources
from brainsnn.engine.resident.generated.layout import main_context
from brainsnn.engine.resident.generated.owned import owned_traces
from brainsnn.learning.local import PairSTDP

PAIR = """w : 1
dapre/dt = -apre/(20*ms) : 1 (event-driven)
dapost/dt = -apost/taupost : 1 (event-driven)
taupost : second (shared, constant)"""
ON_PRE = "v_post += w; w = clip(w - 0.1*apost, 0, 1); apre += 1"
ON_POST = "w = clip(w + 0.1*apre, 0, 1); apost = 1"


@pytest.fixture(autouse=True)
def numpy_and_no_optimisation() -> Iterator[None]:
    with quickly():
        yield


def owners(equations: str, on_pre: Any, on_post: Any) -> dict[str, str]:
    with on_device(RUNTIME):
        group = brian2.NeuronGroup(1, "v : 1", threshold="v > 1", reset="v = 0")
        synapses = brian2.Synapses(group, group, equations, on_pre=on_pre, on_post=on_post)
        return {trace.name: trace.side for trace in owned_traces(synapses)}


@pytest.mark.parametrize(
    ("on_pre", "on_post"),
    [
        (ON_PRE, ON_POST),
        ("apre = apre*(1 - a) + a; w += apost*v_post", "apost += exp(-a)*taupost/ms"),
        ({"one": "apre += 1", "two": "apre *= 0.5; w -= apost"}, "apost = 1"),
    ],
)
def test_traces_of_one_value_a_neuron_are_found(on_pre, on_post):
    assert owners(PAIR, on_pre, on_post) == {"apre": "pre", "apost": "post"}


@pytest.mark.parametrize(
    ("on_pre", "on_post", "other"),
    [
        (ON_PRE, ON_POST + "; apre = 0", ""),
        (ON_PRE + "; apre += w", ON_POST, ""),
        (ON_PRE + "; apre += apost", ON_POST, ""),
        (ON_PRE + "; apre += v_pre", ON_POST, ""),
        (ON_PRE + "; apre += rand()", ON_POST, ""),
        (ON_PRE + "; apre += t/second", ON_POST, ""),
        (ON_PRE + "; apre += mine(1)", ON_POST, ""),
        (ON_PRE + "; apre += gain", ON_POST + "; gain = 2", "gain : 1 (shared)"),
        (ON_PRE + "; apre += wave", ON_POST, "wave = sin(t/ms) : 1 (shared)"),
        (ON_PRE + "; apre += gain", ON_POST, "gain : 1 (shared)"),
        (ON_PRE + "; more = w; apre += more", ON_POST, ""),
        (ON_PRE + "; w += (t - lastupdate)/second", ON_POST, ""),
        (ON_PRE + "; w += gap", ON_POST, "gap = lastupdate/second : 1"),
        (ON_PRE, "w += apre", ""),
        (ON_PRE, ON_POST, "deach/dt = -each/(3*ms) : 1 (event-driven)"),
        (ON_PRE + "; each += 1", ON_POST, "deach/dt = -each/tau : 1 (event-driven)\ntau : second"),
        (ON_PRE + "; each += 1", ON_POST, "deach/dt = (1 - each)/(3*ms) : 1 (event-driven)"),
        (ON_PRE + "; each += 1", ON_POST, "deach/dt = (apre - each)/ms : 1 (event-driven)"),
    ],
)
def test_others_stay_with_the_synapses(on_pre, on_post, other):
    assert owners(f"{PAIR}\n{other}", on_pre, on_post) == {}


NETWORK = '''
{p}inputs = SpikeGeneratorGroup(
    4, [0, 1, 2, 3, 0, 1, 2, 0, 3, 1] , [1, 1, 2, 3, 6, 6.5, 9, 14, 14, 18]*ms, name="{p}inputs")
{p}cells = NeuronGroup(5, "dv/dt = (drive - v)/(10*ms) : 1\\ndrive : 1", threshold="v > 1",
    reset="v = 0", method="exact", name="{p}cells")
{p}cells.drive = "1.3*int(i > 1)"
{p}s = Synapses({p}inputs, {p}cells, """w : 1
    dapre/dt = -apre/(20*ms) : 1 (event-driven)
    dapost/dt = -apost/(7*ms) : 1 (event-driven)""",
    on_pre="v_post += w; w = clip(w - 0.1*apost, 0, 1); apre += 1",
    on_post="w = clip(w + 0.1*apre, 0, 1); apost = 1", name="{p}s")
{connect}
{p}s.w = "0.2 + 0.05*i + 0.03*j"
{more}
{p}network = Network({p}inputs, {p}cells, {p}s)
{runs}
'''
CASES = {
    "plain": {},
    "begun": {"more": "{p}s.apre = '0.2*i'; {p}s.apost = 0.5"},
    "begunapart": {"more": "{p}s.apre = '0.2*i + 0.1*j'"},
    "delayed": {"more": "{p}s.pre.delay = 1*ms; {p}s.post.delay = 0.5*ms"},
    "delayedapart": {"more": "{p}s.pre.delay = '(1 + 0.5*j)*ms'"},
    "sparse": {"connect": "{p}s.connect(condition='(i + 2*j) % 3 != 0')"},
    "twice": {"connect": "{p}s.connect(n=2)"},
    "random": {"connect": "{p}s.connect(i=[3, 0, 0, 2, 1, 0], j=[1, 4, 2, 3, 0, 0])"},
    "noneof": {"connect": "{p}s.connect(condition='i > 1 and j < 2')"},
    "runs": {"runs": "{p}network.run(7*ms)\n{p}network.run(0*ms)\n{p}network.run(15*ms)"},
    "anddelays": {
        "runs": "{p}network.run(7*ms)\n{p}s.pre.delay = '0.5*ms*j'\n{p}network.run(15*ms)"
    },
    "andset": {"runs": "{p}network.run(7*ms)\n{p}s.apre = 0.5\n{p}network.run(15*ms)"},
    "andused": {"runs": "{p}network.run(7*ms)\n{p}s.w = 'w + 0.1*apost'\n{p}network.run(15*ms)"},
    "longer": {"runs": "{p}network.run(20*ms)\n{p}network.run(300*ms)"},
    "later": {
        "more": "{p}s.active = False",
        "runs": "{p}network.run(5*ms)\n{p}s.active = True\n{p}network.run(15*ms)",
    },
}


def text(case: str) -> str:
    options = {"connect": "{p}s.connect()", "more": "", "runs": "{p}network.run(22*ms)"}
    filled = {key: value.format(p=case) for key, value in {**options, **CASES[case]}.items()}
    return NETWORK.format(p=case, **filled)


@pytest.fixture(scope="module")
def together() -> dict[str, np.ndarray]:
    """What all cases leave, in one script for a single compilation."""
    with quickly():
        return run_script("\n".join(map(text, CASES)), RESIDENT)


@pytest.mark.parametrize("case", CASES)
def test_what_a_script_leaves_is_as_on_brian2(case, together):
    expected = run_script(text(case), RUNTIME)
    found = {name: value for name, value in together.items() if name.split(".")[0] in _names(case)}
    assert differences(found, expected) == []
    updated = f"{case}s.lastupdate"
    np.testing.assert_array_equal(found[updated], expected[updated])


def _names(case: str) -> set[str]:
    return {f"{case}{kind}" for kind in ("inputs", "inputs_spike", "cells", "s", "s_pre", "s_post")}


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    with quickly():
        return run_script(text("plain"), RUNTIME)


@pytest.fixture(scope="module")
def compiled(expected: dict[str, np.ndarray]) -> Iterator[tuple[Any, CompiledNetwork]]:
    assert expected  # first: there is one device at a time
    with quickly(), on_device(RESIDENT) as device:
        names_of(text("plain"))
        yield device, compile_network()


@pytest.fixture
def trials(compiled) -> CompiledNetwork:
    return CompiledNetwork(compiled[0])


def raw(trials: CompiledNetwork, variable: str) -> np.ndarray:
    """An array of the synapses, without a word to the network that it is looked at again."""
    library = trials._library
    return library.view(library.find("plains", variable))


def test_a_trial_leaves_the_arrays_of_the_synapses_alone(trials, expected):
    arrays = {name: raw(trials, name) for name in ("apre", "apost", "lastupdate")}
    trials.run(3)
    assert all((array == 0).all() for array in arrays.values())
    for name, array in arrays.items():
        np.testing.assert_allclose(trials.view("plains", name), expected[f"plains.{name}"], 1e-12)
        np.testing.assert_array_equal(trials.view("plains", name), array)


def test_a_view_goes_on_to_show_the_last_trial(trials, expected):
    view = trials.view("plains", "apre")
    for _ in range(2):
        trials.run()
        np.testing.assert_allclose(view, expected["plains.apre"], 1e-12)
        np.testing.assert_allclose(trials.view("plains", "w"), expected["plains.w"], 1e-12)


def test_trials_begin_with_what_is_set(trials, expected):
    trials.run()
    trials.set("plains", "apre", 0.5)
    trials.run(2)
    changed = trials.view("plains", "w").copy()
    assert not np.allclose(changed, expected["plains.w"])
    trials.set("plains", "apre", np.arange(20) * 0.1)  # several values a neuron
    trials.run(2)
    assert not np.allclose(trials.view("plains", "w"), changed)
    trials.set("plains", "apre", 0)
    trials.run(2)
    np.testing.assert_allclose(trials.view("plains", "w"), expected["plains.w"], 1e-12)


def test_a_trace_that_is_kept_goes_on(trials, expected):
    trials.run()
    trials.keep("plains", "apre")
    np.testing.assert_allclose(trials.view("plains", "apre"), expected["plains.apre"], 1e-12)
    trials.run()
    assert not np.allclose(trials.view("plains", "apre"), expected["plains.apre"])
    trials.restore("plains", "apre")
    trials.run(2)
    np.testing.assert_allclose(trials.view("plains", "apre"), expected["plains.apre"], 1e-12)


def test_workers_have_traces_of_their_own(compiled, expected):
    trials = CompiledNetwork(compiled[0], workers=2)
    trials.run(4)
    np.testing.assert_allclose(trials.view("plains", "apre"), expected["plains.apre"], 1e-12)


def possible(more: str = "", runs: str = "plainnetwork.run(22*ms)") -> bool:
    with on_device(RESIDENT) as device:
        names_of(text("plain").replace("plainnetwork.run(22*ms)", f"{more}\n{runs}"))
        (owned,) = main_context(device)["owned"]
        return owned.possible


READ = "Synapses(plaininputs, plains, on_pre='w_post += {0}', name='plainonto')"


@pytest.mark.parametrize(
    ("more", "runs"),
    [
        ("plainnetwork.add(StateMonitor(plains, 'apre', record=[0], name='plainmonitor'))", ""),
        ("plains.run_regularly('w *= exp(-apost)', dt=1*ms); plainnetwork.add(plains)", ""),
        ("plains.run_regularly('lastupdate = 0*ms', dt=1*ms); plainnetwork.add(plains)", ""),
        ("", "plains.apre = 1\nplainnetwork.run(1*ms)"),
        ("", "plains.apre = 'rand()'\nplainnetwork.run(1*ms)"),
        ("", "plains.connect(i=0, j=0)\nplainnetwork.run(1*ms)"),
    ],
)
def test_what_else_touches_a_trace_keeps_it_with_the_synapses(more, runs):
    assert possible()
    assert not possible(more, f"plainnetwork.run(2*ms)\n{runs}")


def test_a_model_of_our_own_has_its_traces_in_neurons_too(tmp_path):
    leaky = bs.Neuron("dv/dt = -v / (10*ms) : 1", "v > 1", "v = 0", method="exact")
    network = PairSTDP(A_plus=0.1).augment(bs.Network("3-2", leaky))
    write_sources(network, tmp_path)
    code = (tmp_path / "code_objects" / "input_output_pre_codeobject.cpp").read_text()
    assert "owned_input_output.in_neurons" in code
