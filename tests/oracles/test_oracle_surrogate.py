"""Surrogate gradients of a SuperSpike program, from its network written as Brian2 strings.

The program resets a step late: the spike of a step acts on the next value of the membrane. Here the
spike sets `fired`, which acts in the next state update and is gone after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms
from numpy.typing import NDArray

from brainsnn.engine.derived import CompiledGradient
from brainsnn.learning.equations import DerivedNetwork, Spike, derive
from brainsnn.learning.losses.readouts import PotentialReadout

DATA = Path(__file__).parent / "data" / "surrogate"
FILES = sorted(path.stem for path in DATA.glob("*.npz"))
MODES = ("zero_detached", "zero_attached", "subtract_detached", "subtract_attached")
MEMBRANE = {
    "zero": "((beta*mem + syn)*(1 - fired) - mem)/ms",
    "subtract": "((beta - 1)*mem + syn - fired)/ms",
}
Numbers = dict[str, NDArray[np.float64]]


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


def network(numbers: Numbers, mode: str) -> DerivedNetwork:
    """The program's network; spikes of our step t are those of its step t + 1."""
    constants = {"alpha": float(numbers["alpha"]), "beta": float(numbers["beta"])}
    n_in, n = numbers["w1"].shape
    given = brian2.SpikeGeneratorGroup(n_in, [], [] * ms, name="given")
    hidden = brian2.NeuronGroup(
        n,
        f"""
        dmem/dt = {MEMBRANE[mode.split("_")[0]]} : 1
        dsyn/dt = (alpha - 1)*syn/ms : 1
        dfired/dt = -fired/ms : 1
        """,
        threshold="mem > 1",
        reset="fired = 1",
        method="euler",
        namespace=constants,
        name="hidden",
    )
    out = brian2.NeuronGroup(
        numbers["w2"].shape[1],
        "dv/dt = ((beta - 1)*v + flt)/ms : 1\ndflt/dt = (alpha - 1)*flt/ms : 1",
        method="euler",
        namespace=constants,
        name="out",
    )
    ways = {"w1": (given, hidden, "syn", 0), "w2": (hidden, out, "flt", 1)}
    if "v1" in numbers:
        ways["v1"] = (hidden, hidden, "syn", 2)
    parts = [given, hidden, out]
    for name, (source, target, state, delay) in ways.items():
        path = brian2.Synapses(source, target, "w : 1", on_pre=f"{state}_post += w", name=name)
        path.connect()
        path.w, path.delay = numbers[name].ravel(), delay * ms
        parts.append(path)
    slope = Spike(
        "1 / (1 + abs(_g)/_scale)**2", 1 / float(numbers["scale"]), mode.endswith("attached")
    )
    trained = dict.fromkeys(ways, "w")
    return derive(brian2.Network(parts), trained, spike=slope)


def loss(numbers: Numbers, out: NDArray[Any]) -> tuple[float, NDArray[Any]]:
    """Cross-entropy of the largest value of each output, and its derivative by all values."""
    readout, target = PotentialReadout("largest"), numbers["target"].astype(int)
    course = np.moveaxis(out, 0, 1)
    slopes = np.moveaxis(readout.slope(course, target), 0, 1) / target.size
    return float(readout.value(course, target).mean()), slopes


@pytest.mark.parametrize("mode", MODES)
def test_gradients_are_those_of_the_program(oracle: Numbers, mode: str) -> None:
    derived = network(oracle, mode)
    given = {"given": np.moveaxis(oracle["x"], 1, 0).astype(float)}
    n_steps = given["given"].shape[0]
    compiled = CompiledGradient(derived, [("hidden", "mem"), ("out", "v")])
    recorded = compiled.run(given, n_steps)
    spikes = np.moveaxis(recorded.raster("hidden"), 0, 1)[:, :-1]
    np.testing.assert_array_equal(spikes, oracle[f"{mode}_spikes"][:, 1:])
    membrane = np.moveaxis(recorded.states["hidden", "mem"], 0, 1)[:, :-1]
    np.testing.assert_allclose(membrane, oracle[f"{mode}_membrane"][:, 1:], atol=1e-12)
    out = recorded.states["out", "v"]
    np.testing.assert_allclose(np.moveaxis(out, 0, 1), oracle[f"{mode}_output"][:, 1:], atol=1e-11)
    value, by_out = loss(oracle, out)
    np.testing.assert_allclose(value, oracle[f"{mode}_loss_ce"], rtol=1e-11)
    by_spike = np.zeros(recorded.raster("hidden").shape)
    counts = spikes.sum(axis=(0, 1))
    by_spike[:-1] = oracle["l1"] + 2 * oracle["l2"] * counts / counts.size
    trace = derived.run(given, n_steps)
    for more, ending in ((None, "_noreg"), ({"hidden": by_spike}, "")):
        found = compiled.gradient(more, {("out", "v"): by_out})
        in_numpy = derived.gradient(trace, more, {("out", "v"): by_out})
        for name in [k for k in ("w1", "w2", "v1") if k in oracle]:
            wanted = oracle[f"{mode}_d{name}{ending}"].ravel()
            assert np.abs(wanted).max() > 0
            for gradient in (found, in_numpy):
                worst = np.abs(gradient[name, "w"] - wanted).max() / np.abs(wanted).max()
                assert worst < 1e-9, (name, ending)
