"""Compiled gradients are those that NumPy derives, in every order, delay and connectivity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms
from learning.equations.neurons_to_derive import NEURONS

from brainsnn.engine import compiled_network as engine
from brainsnn.engine.derived import CompiledGradient
from brainsnn.errors import DataError, DerivationError
from brainsnn.learning.equations import DerivedNetwork, Spike, derive

N_STEPS, N_TRIALS, N_IN, N = 100, 2, 5, 4
FIRST = ["start", "synapses", "groups", "thresholds", "resets", "end"]


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compile without optimisation, on Brian2's NumPy."""
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    monkeypatch.setattr(engine, "EXACT", ("-O0",))
    brian2.defaultclock.dt = 0.1 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms


def derived_of(name: str, first: bool = False, dense: bool = False) -> DerivedNetwork:
    """Inputs, a recurrent group with delays of their own, or all pairs at one delay."""
    rng, neuron = np.random.default_rng(3), NEURONS[name]
    given = brian2.SpikeGeneratorGroup(N_IN, [], [] * ms, name="given")
    cells = neuron.group(N, "cells")
    into, among = neuron.synapses(given, cells, "into"), neuron.synapses(cells, cells, "among")
    into.connect()
    if dense:
        among.connect()
        among.delay = 0.3 * ms
    else:
        among.connect(condition="i != j")
        among.delay = rng.integers(0, 6, len(among)) * 0.1 * ms
    into.w = brian2.Quantity(neuron.weight * rng.uniform(0.1, 1, len(into)), dim=into.w.dim)
    among.w = brian2.Quantity(neuron.weight * rng.normal(0, 0.3, len(among)), dim=into.w.dim)
    network = brian2.Network(given, cells, into, among)
    if first:
        network.schedule = FIRST
    trained = {"cells": neuron.trained, "into": "w", "among": "w"}
    return derive(network, trained, spike=Spike(scale=neuron.scale))


def raster(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {"given": (rng.random((N_STEPS, N_TRIALS, N_IN)) < 0.1).astype(float)}


def derivatives(state: str) -> tuple[dict[str, Any], dict[tuple[str, str], Any]]:
    rng, shape = np.random.default_rng(1), (N_STEPS, N_TRIALS, N)
    return {"cells": rng.normal(size=shape)}, {("cells", state): rng.normal(size=shape)}


def assert_same(derived: DerivedNetwork, keep_every: int, tolerance: float = 1e-12) -> None:
    step = derived.populations["cells"].step
    assert step is not None
    state = step.states[0]
    by_spike, by_state = derivatives(state)
    trace = derived.run(raster(), N_STEPS)
    wanted = derived.gradient(trace, by_spike, by_state)
    compiled = CompiledGradient(derived, [("cells", state)])
    recorded = compiled.run(raster(), N_STEPS, keep_every=keep_every)
    assert trace.spikes["cells"].sum() > 4
    np.testing.assert_array_equal(recorded.raster("cells"), trace.spikes["cells"])
    states = np.stack([x["cells"][state] for x in trace.threshold])
    np.testing.assert_allclose(recorded.states["cells", state], states, rtol=1e-12, atol=1e-15)
    found = compiled.gradient(by_spike, by_state)
    assert found.keys() == wanted.keys()
    for key, values in wanted.items():
        assert found[key].shape == np.shape(values), key
        assert np.abs(found[key] - values).max() <= tolerance * np.abs(values).max(), key


@pytest.mark.parametrize("name", NEURONS)
def test_every_neuron(name: str) -> None:
    first = list(NEURONS).index(name) % 2 == 0
    assert_same(derived_of(name, first), keep_every=7 * first)


@pytest.mark.parametrize("first", [False, True], ids=["Brian2's order", "arrivals first"])
def test_all_pairs_at_one_delay(first: bool) -> None:
    derived = derived_of("adaptive leaky", first, dense=True)
    assert_same(derived, keep_every=0)
    assert_same(derived, keep_every=13)


def test_what_is_written_counts_from_the_next_run_on() -> None:
    derived = derived_of("adaptive leaky")
    compiled = CompiledGradient(derived)
    before = compiled.run(raster(), N_STEPS).raster("cells")
    derived.values(("into", "w"))[...] *= 2
    derived.values(("cells", "beta"))[...] = 1
    after = compiled.run(raster(), N_STEPS).raster("cells")
    np.testing.assert_array_equal(after, derived.run(raster(), N_STEPS).spikes["cells"])
    assert (after != before).any()


def test_float32_is_near() -> None:
    derived = derived_of("adaptive leaky", dense=True)
    by_spike, _ = derivatives("v")
    wanted = derived.gradient(derived.run(raster(), N_STEPS), by_spike)
    compiled = CompiledGradient(derived, dtype="float32")
    compiled.run(raster(), N_STEPS)
    found = compiled.gradient(by_spike)
    assert found["into", "w"].dtype == np.float32
    for key, values in wanted.items():
        assert np.abs(found[key] - values).max() <= 1e-3 * np.abs(values).max() + 1e-12, key


def test_gradients_of_blocks_do_not_add_up() -> None:
    compiled = CompiledGradient(derived_of("adaptive leaky"))
    by_spike, _ = derivatives("v")
    found = []
    for _ in range(2):
        compiled.run(raster(), N_STEPS)
        found += [compiled.gradient(by_spike), compiled.gradient(by_spike)]
    for other in found[1:]:
        np.testing.assert_array_equal(other["among", "w"], found[0]["among", "w"])


def test_a_block_of_no_trial_has_no_gradient() -> None:
    """It reads no memory: nothing is there."""
    derived = derived_of("leaky")
    nothing = {"given": np.zeros((N_STEPS, 0, N_IN))}
    for network in (derived, CompiledGradient(derived)):
        trace = network.run(nothing, N_STEPS)
        assert trace.n_trials == 0 if network is not derived else trace.spikes["cells"].size == 0
    assert network.gradient()["into", "w"].tolist() == [0.0] * (N_IN * N)


def test_constants_that_all_share_and_parameters_that_effects_read() -> None:
    given = brian2.SpikeGeneratorGroup(N_IN, [], [] * ms, name="given")
    cells = brian2.NeuronGroup(
        N,
        "dv/dt = -v/tau : 1\ntau : second (shared, constant)\ngain : 1 (constant)",
        threshold="v > 1",
        reset="v -= 1",
        method="exact",
        name="cells",
    )
    cells.tau, cells.gain = 10 * ms, [0.5, 1, 1.5, 2]
    model = "w : 1\nall : 1 (shared)"
    into = brian2.Synapses(given, cells, model, on_pre="v_post += all*w*gain_post", name="into")
    into.connect(condition="(i + j) % 3 != 0")
    among = brian2.Synapses(cells, cells, "w : 1", on_pre="v_post += w", name="among")
    among.connect(j="i", skip_if_invalid=True)
    into.w, getattr(into, "all")[:], among.w = "0.3 + 0.1*i", 1.5, 0.2  # noqa: B009
    network = brian2.Network(given, cells, into, among)
    trained = {"cells": ("tau",), "into": ("w", "all"), "among": "w"}
    assert_same(derive(network, trained), keep_every=10)


BEND = """
double bent(double x)
{
    return x / (1 + x * x);
}
"""


def richer(dense: bool) -> DerivedNetwork:
    """TimedArrays, a function of the user's, the time and trained parameters in on_pre."""

    @brian2.implementation("cpp", BEND)
    @brian2.check_units(x=1, result=1)
    def bent(x: Any) -> Any:
        return x / (1 + x * x)

    rng = np.random.default_rng(4)
    drive = brian2.TimedArray(rng.uniform(0, 0.2, (20, N)), dt=0.7 * ms)
    pulse = brian2.TimedArray(rng.uniform(0.5, 1.5, 30), dt=0.3 * ms)
    given = brian2.SpikeGeneratorGroup(N_IN, [], [] * ms, name="given")
    cells = brian2.NeuronGroup(
        N,
        "dv/dt = (drive(t, i) + bent(v) - v)/tau : 1\ntau : second\ngain : 1\nstep : 1 (shared)",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="cells",
        namespace={"drive": drive, "bent": bent},
    )
    cells.tau, cells.gain, cells.step, cells.v = [5, 8, 10, 12] * ms, [0.5, 1, 1.5, 2], 0.7, 0.3
    code = "v_post += pulse(t)*w*gain_post*(1 + t/(20*ms)); v_post += 0.02*step_post"
    into = brian2.Synapses(
        given, cells, "w : 1", on_pre=code, name="into", namespace={"pulse": pulse}
    )
    among = brian2.Synapses(
        cells, cells, "w : 1", on_pre="v_post += w*tanh(gain_pre)*step_pre", name="among"
    )
    for path in (into, among):
        path.connect(condition="True" if dense else "(i + 2*j) % 3 != 0")
        path.w = rng.uniform(0.05, 0.5, len(path))
        path.delay = 0.2 * ms if dense else rng.integers(0, 4, len(path)) * 0.1 * ms
    trained = {"cells": ("tau", "gain", "step", "v"), "into": "w", "among": "w"}
    slopes = {"bent": ("(1 - _0**2)/(1 + _0**2)**2",)}
    network = brian2.Network(given, cells, into, among)
    if dense:
        network.schedule = FIRST
    return derive(network, trained, {}, derivatives=slopes)


@pytest.mark.parametrize("dense", [False, True], ids=["sparse", "all pairs"])
def test_functions_and_what_else_on_pre_reads(dense: bool) -> None:
    assert_same(richer(dense), keep_every=11 * dense)


def test_what_does_not_fit_is_refused() -> None:
    derived = derived_of("adaptive leaky")
    with pytest.raises(DataError, match="no state 'u' that a loss"):
        CompiledGradient(derived, [("cells", "u")])
    with pytest.raises(DataError, match="no population 'other'"):
        CompiledGradient(derived, [("other", "v")])
    compiled = CompiledGradient(derived, [("cells", "v")])
    with pytest.raises(DataError, match="before a block"):
        compiled.gradient()
    with pytest.raises(DataError, match="'given' are missing"):
        compiled.run({}, N_STEPS)
    with pytest.raises(DataError, match="keep_every must be 0 or more"):
        compiled.run(raster(), N_STEPS, keep_every=-1)
    compiled.run(raster(), N_STEPS)
    with pytest.raises(DataError, match=r"shape \(3,\); \(steps, trials, neurons\) is"):
        compiled.gradient({"cells": np.zeros(3)})
    with pytest.raises(DataError, match="not in the readout"):
        compiled.gradient(by_state={("cells", "a"): np.zeros((N_STEPS, N_TRIALS, N))})
    derived.connections["among"].values["w"] = np.zeros(3)
    with pytest.raises(DataError, match=r"'among\.w' has 3 values"):
        compiled.run(raster(), N_STEPS)


def test_what_only_numpy_runs_is_refused() -> None:
    neuron = NEURONS["leaky"]
    given = brian2.SpikeGeneratorGroup(2, [], [] * ms, name="given")
    cells = neuron.group(2, "cells")
    into = brian2.Synapses(given, cells, "w : volt", on_pre="current_post += w*v_post/volt")
    into.connect()
    network = brian2.Network(given, cells, into)
    with pytest.raises(DerivationError, match="reads the state 'v_post'"):
        CompiledGradient(derive(network, {"cells": "theta"}, neuron.constants))
    into = brian2.Synapses(
        given, cells, "w : volt", on_pre="current_post += w", on_post="w *= 1.1", name="plastic"
    )
    into.connect()
    network = brian2.Network(given, cells, into)
    with pytest.raises(DerivationError, match="plastic: these synapses do 2 things in a step"):
        CompiledGradient(derive(network, {"cells": "theta"}, neuron.constants))
    smooth = derive(network, {"cells": "theta"}, neuron.constants, Spike(smooth=True))
    with pytest.raises(DerivationError, match="smooth spikes"):
        CompiledGradient(smooth)
