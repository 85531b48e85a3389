"""E-prop: traces, learning signals and gradients, held against the authors' programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms
from eprop import Numbers, eprop_network, error

from brainsnn.engine.derived import CompiledGradient
from brainsnn.learning.equations.eprop import ForwardGradient

DATA = Path(__file__).parent / "data" / "memory"
FILES = sorted(path.stem for path in DATA.glob("eprop_*.npz"))


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 1 * ms
    yield
    brian2.defaultclock.dt = 0.1 * ms


@pytest.fixture(params=FILES)
def oracle(request: pytest.FixtureRequest) -> Numbers:
    with np.load(DATA / f"{request.param}.npz", allow_pickle=False) as file:
        return dict(file)


def padded(oracle: Numbers) -> dict[str, Any]:
    """Input spikes; our hidden neurons are one step behind the oracle's, the readout two."""
    x = np.moveaxis(oracle["x"], 0, 1).astype(float)
    return {"given": np.concatenate([x, np.zeros((2, *x.shape[1:]))])}


def as_matrix(network: Any, name: str, values: Any, shape: tuple[int, ...]) -> Any:
    """Values of synapses in the places of their weights; zero where there is none."""
    found, path = np.zeros(shape), network.connections[name]
    found[path.i, path.j] = values
    return found


def assert_near(found: Any, wanted: Any) -> None:
    assert np.abs(wanted).max() > 0
    assert np.abs(found - wanted).max() / np.abs(wanted).max() < 1e-9


def rates(oracle: Numbers) -> tuple[float, Any]:
    """Loss of mean rates, and its derivative by each spike of a neuron."""
    n_trials, n_steps, _ = oracle["spikes"].shape
    excess = oracle["spikes"].mean(axis=(0, 1)) - float(oracle["reg_rate"]) / 1000
    factor = float(oracle["reg"]) * (1 if oracle["target"].ndim == 3 else 2)
    return 0.5 * factor * (excess**2).sum(), factor * excess / (n_trials * n_steps)


@pytest.fixture
def ran(oracle: Numbers) -> tuple[Any, Any, Any, Any]:
    """The network along its trials: its spikes and the derivatives by readout and rates."""
    network, given = eprop_network(oracle), padded(oracle)
    n_steps = len(given["given"])
    ran = CompiledGradient(network, [("out", "v"), ("hidden", "v")]).run(given, n_steps)
    spikes = {**given, "hidden": ran.raster("hidden")}
    mine = np.moveaxis(spikes["hidden"][1:-1], 0, 1)
    np.testing.assert_array_equal(mine, oracle["spikes"])
    membrane = np.moveaxis(ran.states["hidden", "v"][1:-1], 0, 1)
    np.testing.assert_allclose(membrane, oracle["membrane"], atol=1e-12)
    out = ran.states["out", "v"]
    np.testing.assert_allclose(np.moveaxis(out[2:], 0, 1), oracle["output"], atol=1e-12)
    loss, slopes = error(oracle, out[2:])
    np.testing.assert_allclose(loss, oracle["loss"], rtol=1e-11)
    by_output, by_spike = np.zeros(out.shape), np.zeros(spikes["hidden"].shape)
    by_output[2:] = slopes
    loss, by_spike[1:-1] = rates(oracle)
    np.testing.assert_allclose(loss, oracle["loss_rate"], rtol=1e-11)
    return network, spikes, by_output, by_spike


@pytest.mark.parametrize("kind", ["symmetric", "random"])
def test_gradients_are_those_of_the_program(oracle: Numbers, ran: Any, kind: str) -> None:
    network, spikes, by_output, by_spike = ran
    forward = ForwardGradient(network, ("out", "v"))
    feedback = {"hidden": oracle["b_feedback"]} if kind == "random" else None
    for more, ending in ((None, "_noreg"), ({"hidden": by_spike}, "")):
        found = forward.gradient(spikes, by_output, more, feedback)
        for name in ("w_in", "w_rec"):
            wanted = oracle[f"{kind}_d{name}{ending}"]
            assert_near(as_matrix(network, name, found[name, "w"], wanted.shape), wanted)
    assert_near(found["w_out", "w"].reshape(oracle["dw_out"].shape), oracle["dw_out"])


def test_traces_are_those_of_the_program(oracle: Numbers, ran: Any) -> None:
    """A loss of one step's spikes has the trace of that step as its gradient."""
    network, spikes, by_output, _ = ran
    forward, nothing = ForwardGradient(network, ("out", "v")), np.zeros_like(by_output)
    n_steps = oracle["x"].shape[1]
    for t in (n_steps // 3, n_steps - 1):
        alone = np.zeros_like(spikes["hidden"])
        alone[t + 1, 0] = 1
        found = forward.gradient(spikes, nothing, {"hidden": alone})
        for name in ("in", "rec"):
            wanted = oracle[f"e_{name}"][t]
            mine = as_matrix(network, f"w_{name}", found[f"w_{name}", "w"], wanted.shape)
            np.testing.assert_allclose(mine, wanted, atol=1e-9 * np.abs(oracle["e_in"]).max())


def test_through_time_everything_is_followed(oracle: Numbers, ran: Any) -> None:
    _, _, by_output, by_spike = ran
    network, given = eprop_network(oracle, through_time=True), padded(oracle)
    compiled = CompiledGradient(network, [("out", "v")])
    compiled.run(given, len(by_output))
    found = compiled.gradient({"hidden": by_spike}, {("out", "v"): by_output})
    for name in ("w_in", "w_rec"):
        wanted = oracle[f"bptt_d{name}"]
        assert_near(as_matrix(network, name, found[name, "w"], wanted.shape), wanted)
