"""Brian2's features on the resident device: each equal to what its runtime gives with numpy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import Hz, ms
from brian2.core.base import BrianObjectException
from engine.brian2_features import FEATURES, run_all

from brainsnn.engine.resident import CompiledNetwork, compile_network
from brainsnn.engine.resident.device import active_device
from brainsnn.errors import EngineError

FLAGS = "codegen.cpp.extra_compile_args_gcc"


@pytest.fixture(scope="module", autouse=True)
def quickly() -> Iterator[None]:
    """numpy, and a compiler that does not optimise."""
    target, flags = brian2.prefs.codegen.target, brian2.prefs[FLAGS]
    brian2.prefs.codegen.target, brian2.prefs[FLAGS] = "numpy", ["-w", "-O0"]
    yield
    brian2.prefs.codegen.target, brian2.prefs[FLAGS] = target, flags


@pytest.fixture
def device() -> Iterator[Any]:
    with active_device(build_on_run=False) as active:
        yield active


@pytest.fixture(scope="module")
def results() -> list[dict[str, dict[str, np.ndarray]]]:
    runtime = run_all()
    with active_device(build_on_run=True):
        return [run_all(), runtime]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f.__name__)
def test_a_feature_is_as_on_the_runtime(feature, results):
    resident, runtime = (result[feature.__name__] for result in results)
    for name, expected in runtime.items():
        assert expected.size, name
        np.testing.assert_allclose(resident[name], expected, 1e-10, 1e-12, err_msg=name)


def script() -> list[np.ndarray]:
    """Two networks, runs in turns, objects that come and pause."""
    a, b = (brian2.NeuronGroup(2, "n : 1", name=name) for name in "ab")
    counting = a.run_regularly("n += 1", name="counting")
    b.run_regularly("n += 1", dt=0.5 * ms, name="slow")
    first, second = brian2.Network(a, *a.contained_objects), brian2.Network(b, *b.contained_objects)
    first.run(1 * ms)
    second.run(2 * ms)
    counting.active = False
    a.n[1] = 50
    first.run(1 * ms)
    counting.active = True
    late = brian2.NeuronGroup(1, "n : 1", name="late")
    late.run_regularly("n += 1", name="later")
    first.add(late, *late.contained_objects)
    first.run(0.5 * ms)
    device = brian2.get_device()
    if hasattr(device, "compile_source"):
        device.build()
    return [group.n[:].copy() for group in (a, b, late)]


def test_several_networks_that_change_between_their_runs():
    expected = script()
    with active_device(build_on_run=False):
        np.testing.assert_equal(script(), expected)


@pytest.mark.usefixtures("device")
def test_random_numbers_have_their_distribution():
    n = 4000
    group = brian2.NeuronGroup(
        n,
        "normal : 1\npoisson_ : 1\nbinomial : 1\nx : 1",
        namespace={"draw": brian2.BinomialFunction(10, 0.3, approximate=False)},
        name="random",
    )
    group.run_regularly("normal = randn()\npoisson_ = poisson(3)\nbinomial = draw()", name="drawn")
    inputs = brian2.PoissonInput(group, "x", N=100, rate=50 * Hz, weight=1)
    trials = compile_network(brian2.Network(group, *group.contained_objects, inputs), 10 * ms)
    trials.run(seed=1)
    expected = {"normal": (0, 1), "poisson_": (3, 3), "binomial": (3, 2.1), "x": (50, 50)}
    for name, (mean, variance) in expected.items():
        values = trials.view(group, name)
        assert abs(values.mean() - mean) < 5 * np.sqrt(variance / n), name  # false alarm: 6e-7
        assert abs(values.var() / variance - 1) < 0.2, name


def drawn_each_trial() -> CompiledNetwork:
    group = brian2.NeuronGroup(3, "v : 1", name="group")
    start = brian2.StateMonitor(group, "v", record=True, name="start")
    network = brian2.Network(group, start)
    network.run(0 * ms)
    group.v = "rand()"
    network.run(0.1 * ms)
    return compile_network()


@pytest.mark.usefixtures("device")
def test_initial_values_behind_a_run_of_no_length_are_drawn_anew_in_each_trial():
    trials = drawn_each_trial()
    one, other = (trials.run(3, seed=2)["start"].columns["v"] for _ in range(2))
    assert one.shape == (3, 3)
    assert np.unique(one).size == 9
    assert np.array_equal(one, other)
    assert not np.isin(trials.run(3)["start"].columns["v"], one).any()


@pytest.mark.usefixtures("device")
def test_delays_cannot_be_set_between_trials():
    source = brian2.PoissonGroup(2, 10 * Hz, name="source")
    group = brian2.NeuronGroup(2, "v : 1\ndelay : 1", name="group")
    synapses = brian2.Synapses(source, group, on_pre="v += 1", name="synapses")
    synapses.connect(j="i")
    trials = compile_network(brian2.Network(source, group, synapses), 10 * ms)
    trials.set("group", "delay", 3)
    with pytest.raises(EngineError, match=r"synapses\.delay.*set delays before"):
        trials.set("synapses", "delay", [2e-3, 5e-3])


def operation(network: brian2.Network) -> None:
    network.add(brian2.NetworkOperation(lambda: None, name="operation"))
    network.run(1 * ms)


def restore(network: brian2.Network) -> None:
    network.run(1 * ms)
    network.restore()


def value_between_runs(network: brian2.Network) -> None:
    network.run(1 * ms)
    _ = network["group"].v[0]


def python_function(network: brian2.Network) -> None:
    @brian2.check_units(x=1, result=1)
    def double(x):
        return 2 * x

    network["group"].run_regularly("v = double(v)")
    network.run(1 * ms, namespace={"double": double})


REFUSED = {
    operation: "NetworkOperation .* runs Python",
    brian2.Network.store: "store/restore",
    restore: "store/restore",
    value_between_runs: "before the simulation has been run",
    python_function: "group_run_regularly",
}


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("attempt", REFUSED, ids=lambda f: f.__name__)
def test_what_needs_python_within_a_trial_is_refused(attempt):
    group = brian2.NeuronGroup(1, "dv/dt = -v/(5*ms) : 1", method="exact", name="group")
    with pytest.raises(
        (NotImplementedError, EngineError, BrianObjectException), match=REFUSED[attempt]
    ):
        attempt(brian2.Network(group))
