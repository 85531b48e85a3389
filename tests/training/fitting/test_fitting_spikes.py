"""Parameters from recorded spikes: by distance of trains, by likelihood, by traces that they reset.

Likelihoods are held against a loop of this file's own, and recordings are Brian2's own runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms, mV

from brainsnn.errors import DataError, ModelError
from brainsnn.learning.equations import Spike
from brainsnn.network.neurons import Neuron
from brainsnn.network.neurons.library import adex, hodgkin_huxley
from brainsnn.training.fitting import fit
from brainsnn.training.fitting.neuron import derived_neuron
from brainsnn.training.fitting.recordings import _read
from brainsnn.training.fitting.search import Search

DT = 1e-3
LEAKY = Neuron(
    "dv/dt = (I_ext - v)/tau : 1 (unless refractory)\nI_ext : 1\ntau : second (constant)\n"
    "theta : 1 (constant)",
    threshold="v > theta",
    reset="v = 0",
    refractory="3*ms",
    method="euler",
    parameters={"tau": "20*ms", "theta": 1.0, "I_ext": 0.0},
)
ESCAPE = "exp((v - theta)/0.2)*50*Hz"


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    yield
    brian2.start_scope()


def drive(n: int, mean: float, spread: float) -> Any:
    rng = np.random.default_rng(3)
    slow = np.convolve(rng.normal(size=n + 20), np.ones(20) / np.sqrt(20), "valid")[:n]
    return mean + spread * slow


def recorded(neuron: Neuron, stimulus: Any, dt: float, threshold: str = "") -> tuple[Any, Any]:
    """Potential at the ends of steps before resets, and times of spikes, by Brian2 itself."""
    unit = brian2.Quantity(1.0, dim=brian2.get_dimensions(neuron.parameters["I_ext"]))
    given = brian2.TimedArray(stimulus * unit, dt=dt * brian2.second)
    lines = [
        line if not line.strip().startswith("I_ext") else line.replace(":", "= given(t) :", 1)
        for line in neuron.equations.replace("(constant)            # constant", "#").split("\n")
    ]
    lines = [x.replace(" (constant)", "") if "given(t)" in x else x for x in lines]
    group = brian2.NeuronGroup(
        1,
        "\n".join(lines),
        threshold=threshold or neuron.threshold,
        reset=neuron.reset,
        refractory=neuron.refractory,
        method=neuron.method,
        dt=dt * brian2.second,
        namespace={"given": given},
    )
    for name, value in {**neuron.parameters, **neuron.initial}.items():
        if name != "I_ext":
            setattr(group, name, value)
    spikes = brian2.SpikeMonitor(group)
    trace = brian2.StateMonitor(group, "v", record=True, when="before_resets")
    brian2.seed(5)
    brian2.Network(group, spikes, trace).run(stimulus.size * dt * brian2.second)
    return np.array(trace.v[0]), np.array(spikes.t)


def test_the_likelihood_is_that_of_a_loop_and_its_gradient_that_of_differences() -> None:
    stimulus = drive(300, 1.1, 0.4)
    _, times = recorded(LEAKY, stimulus, DT, f"rand() < 1 - exp(-({ESCAPE})*{DT}*second)")
    assert 4 < times.size < 60
    steps = set(np.round(times / DT).astype(int).tolist())

    def by_hand(tau: float, theta: float) -> float:
        v, last, total = 0.0, -1000, 0.0
        for t, current in enumerate(stimulus):
            free = t - last >= 3
            if free:
                v += DT * (current - v) / tau
                expected = np.exp((v - theta) / 0.2) * 50 * DT
                total -= np.log(-np.expm1(-expected)) if t in steps else -expected
            if t in steps:
                v, last = 0.0, t
        return total

    bounds = {"tau": (5 * ms, 60 * ms), "theta": (0.5, 2.0)}
    target, given = _read(
        "likelihood", stimulus, times, None, DT, "I_ext", "v", 0.0, 0.0, ESCAPE, 0.01
    )
    derived = derived_neuron(LEAKY, given, ("tau", "theta"), Spike())
    low, width = np.array([0.005, 0.5]), np.array([0.055, 1.5])
    search = Search(derived, target, ("tau", "theta"), low, width, False, 0.03)
    share = np.array([0.4, 0.3])
    value, slope = search(share)
    assert value == pytest.approx(by_hand(*(low + share * width)), rel=1e-12)
    for k in range(2):
        step = 1e-6 * np.eye(2)[k]
        ahead, behind = (by_hand(*(low + (share + x) * width)) for x in (step, -step))
        assert slope[k] == pytest.approx((ahead - behind) / 2e-6, rel=1e-6)
    found = fit(
        LEAKY,
        stimulus,
        times,
        bounds,
        dt=DT,
        to="likelihood",
        escape=ESCAPE,
        starts=1,
        seed=1,
        compiled=True,
    )
    best = tuple(found.parameters.values())
    assert found.error == pytest.approx(by_hand(*best))
    assert found.error < by_hand(0.02, 1.0)
    for name, truth in (("tau", 0.02), ("theta", 1.0)):
        assert abs(found.parameters[name] - truth) < 3 * found.deviations[name]


def test_without_refractoriness_the_step_after_a_spike_counts_once() -> None:
    neuron = Neuron(
        LEAKY.equations.replace(" (unless refractory)", ""),
        LEAKY.threshold,
        LEAKY.reset,
        method="euler",
        parameters=LEAKY.parameters,
    )
    stimulus, times = np.full(40, 1.2), np.array([9, 10, 25, 39]) * DT
    target, given = _read(
        "likelihood", stimulus, times, None, DT, "I_ext", "v", 0.0, 0.0, ESCAPE, 0.01
    )
    search = Search(
        derived_neuron(neuron, given, ("tau",), Spike()),
        target,
        ("tau",),
        np.array([0.02]),
        np.array([1.0]),
        False,
        0.03,
    )
    v, total = 0.0, 0.0
    for t in range(40):
        v += DT * (1.2 - v) / 0.02
        expected = np.exp((v - 1.0) / 0.2) * 50 * DT
        hit = t in (9, 10, 25, 39)
        total -= np.log(-np.expm1(-expected)) if hit else -expected
        v = 0.0 if hit else v
    assert search(np.zeros(1))[0] == pytest.approx(total, rel=1e-12)


def test_spike_times_are_fitted_by_the_distance_of_trains() -> None:
    stimulus = drive(400, 1.6, 0.5)
    _, times = recorded(LEAKY, stimulus, DT)
    found = fit(
        LEAKY,
        stimulus,
        times,
        {"theta": (0.4, 2.0)},
        dt=DT,
        to="spikes",
        tau=0.02,
        spike=Spike("superspike", 0.2, attached=False),
        starts=1,
        iterations=20,
    )
    assert found.error < 0.1
    assert found.parameters["theta"] == pytest.approx(1.0, abs=0.05)
    assert np.isnan(found.deviations["theta"])
    assert found.simulations >= 20


def test_recorded_spikes_reset_a_neuron_that_is_fitted_to_its_trace() -> None:
    neuron = adex.neuron.with_parameters(V_cut=-30 * mV)
    stimulus = 8e-10 + 2e-10 * drive(500, 0, 1)
    trace, times = recorded(neuron, stimulus, 1e-4)
    assert times.size >= 3
    bounds = {"b": (10e-12, 200e-12), "V_T": (-55 * mV, -45 * mV)}
    noisy = trace + 3e-4 * np.random.default_rng(0).normal(size=trace.size)
    found = fit(
        neuron,
        stimulus,
        noisy,
        bounds,
        dt=1e-4,
        spikes=times,
        leave_out=2e-3,
        starts=1,
        iterations=12,
    )
    for name, truth in (("b", 60e-12), ("V_T", -0.05)):
        assert abs(found.parameters[name] - truth) < 4 * found.deviations[name]
    assert found.error == pytest.approx(9e-8, rel=0.1)


def test_a_trace_that_pulls_leads_to_channels() -> None:
    neuron = hodgkin_huxley.neuron
    stimulus = 4e-9 + 5e-10 * drive(350, 0, 1)
    trace, times = recorded(neuron, stimulus, 2e-5)
    assert times.size >= 1
    bounds = {"g_K": (3e-6, 15e-6)}
    found = fit(
        neuron,
        stimulus,
        trace,
        bounds,
        dt=2e-5,
        pull=2000.0,
        starts=1,
        iterations=20,
        compiled=True,
    )
    assert found.parameters["g_K"] == pytest.approx(7.2e-6, rel=1e-3)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"to": "rates"}, DataError, "'trace', 'spikes' or 'likelihood'"),
        ({"to": "likelihood"}, DataError, "a likelihood needs one"),
        ({"escape": ESCAPE}, DataError, "belongs to a likelihood"),
        ({"optimiser": "sgd"}, DataError, "'lbfgs' and 'adam'"),
        ({"pull": -1.0}, DataError, "pull is 0 or more"),
        ({"to": "spikes", "target": [0.5]}, DataError, "lie within"),
        ({"to": "spikes", "target": []}, DataError, "at least one"),
        ({"to": "spikes", "target": [0.01, 0.0101]}, DataError, "within one step"),
        ({"spikes": [0.01], "leave_out": 1.0}, DataError, "leave out less"),
    ],
)
def test_what_is_impossible_is_refused(
    settings: dict[str, Any], error: type[Exception], words: str
) -> None:
    given = {"target": np.zeros(50), **settings}
    with pytest.raises(error, match=words):
        fit(LEAKY, np.zeros(50), bounds={"tau": (0.01, 0.03)}, dt=DT, **given)


def test_a_likelihood_takes_a_refractory_time_alone() -> None:
    neuron = Neuron(
        LEAKY.equations, "v > 1", "v = 0", refractory="v > 0.5", parameters=LEAKY.parameters
    )
    with pytest.raises(ModelError, match="needs a refractory time"):
        fit(
            neuron,
            np.zeros(50),
            [0.01],
            {"tau": (0.01, 0.03)},
            dt=DT,
            to="likelihood",
            escape=ESCAPE,
        )
