"""LSNN: gradients of the derived network, held against the authors' program and the paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import ms
from lsnn import COMPARED, Numbers, lsnn, readout, strings

from brainsnn.engine.derived import CompiledGradient
from brainsnn.learning.equations import check_gradient

DATA = Path(__file__).parent / "data" / "memory"
FILES = sorted(path.stem for path in DATA.glob("lsnn_*.npz"))


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


def by_trial(values: Any) -> Any:
    return np.moveaxis(values, 0, 1)


@pytest.mark.parametrize("version", COMPARED)
def test_gradients_are_those_of_the_oracle(oracle: Numbers, version: str) -> None:
    wanted = {k.removeprefix(f"{version}_"): v for k, v in oracle.items() if version in k}
    derived = lsnn(oracle, version)
    n_steps = oracle["x"].shape[1]
    # Our hidden neurons are one step behind the oracle's, the readout two.
    given = np.zeros((n_steps + 2, len(oracle["x"]), derived.populations["given"].size))
    given[:n_steps] = by_trial(oracle["x"])
    compiled = CompiledGradient(derived, [("hidden", "v"), ("out", "v")])
    ran = compiled.run({"given": given}, n_steps + 2)
    spikes = by_trial(ran.raster("hidden"))[:, 1:-1]
    np.testing.assert_array_equal(spikes, wanted["spikes"])
    membrane = by_trial(ran.states["hidden", "v"])[:, 1:-1]
    np.testing.assert_allclose(membrane, wanted["membrane"], atol=1e-12)
    out = ran.states["out", "v"][2:]
    np.testing.assert_allclose(by_trial(out), wanted["output"], atol=1e-12)
    loss, slopes, logits = readout(oracle, out)
    np.testing.assert_allclose(logits, wanted["logits"], atol=1e-12)
    np.testing.assert_allclose(loss, wanted["loss_class"], rtol=1e-11)
    by_out = np.zeros(ran.states["out", "v"].shape)
    by_spike = np.zeros(ran.raster("hidden").shape)
    by_out[2:] = slopes
    excess = spikes.mean(axis=(0, 1)) - float(oracle["reg_rate"]) / 1000
    rate_loss = float(oracle["reg"]) * (excess**2).sum()
    np.testing.assert_allclose(rate_loss, wanted["loss_rate"], rtol=1e-11)
    by_spike[1:-1] = 2 * float(oracle["reg"]) * excess / (len(oracle["x"]) * n_steps)
    small = derived.populations["hidden"].size * n_steps < 300
    trace = derived.run({"given": given}, n_steps + 2) if small else None
    for more, ending in ((None, "_noreg"), ({"hidden": by_spike}, "")):
        found = compiled.gradient(more, {("out", "v"): by_out})
        ways = [found]
        if trace is not None:
            ways.append(derived.gradient(trace, more, {("out", "v"): by_out}))
        for name in ("w_in", "w_rec"):
            check(derived, name, ways, wanted[f"d{name}{ending}"])
    check(derived, "w_out", ways, wanted["dw_out"])
    # The readout begins at its bias, which the derivative by its first value takes in.
    first = found["out", "bias"] + found["out", "v(0)"].sum(axis=0)
    np.testing.assert_allclose(first, wanted["db_out"], rtol=1e-9)


def check(derived: Any, name: str, ways: list[Any], wanted: Any) -> None:
    path = derived.connections[name]
    mine = wanted[path.i, path.j]
    assert np.abs(mine).max() > 0
    for gradient in ways:
        assert np.abs(gradient[name, "w"] - mine).max() / np.abs(mine).max() < 1e-9, name


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("version", COMPARED)
def test_other_sizes_and_seeds_agree_with_differences(version: str, seed: int) -> None:
    """Networks drawn at random, with smooth spikes: the same strings, held against differences."""
    numbers = drawn(np.random.default_rng(seed))
    network, trained = strings(numbers, version)
    given = {"given": by_trial(numbers["x"])}
    found = check_gradient(network, trained, given, len(given["given"]), scale=0.3, most=4)
    assert (found["largest"] > 0).all()
    assert found["error"].max() < 1e-6


def drawn(rng: np.random.Generator) -> Numbers:
    """A network of the oracles' kind, of other sizes, without refractoriness (a jump)."""
    n_in, n, n_out, n_steps = (int(k) for k in rng.integers((2, 3, 2, 12), (5, 7, 4, 20)))
    return {
        "x": (rng.random((2, n_steps, n_in)) < 0.3).astype(float),
        "w_in": rng.normal(0, 2, (n_in, n)),
        "w_rec": rng.normal(0, 1, (n, n)),
        "w_out": rng.normal(0, 1, (n, n_out)),
        "b_out": rng.normal(0, 1, n_out),
        "delay_in": rng.integers(0, 3, (n_in, n)),
        "delay_rec": rng.integers(0, 3, (n, n)),
        "beta": np.where(np.arange(n) < n // 2, 0.0, rng.uniform(0.5, 2)),
        "tau_v": np.array(rng.uniform(5, 30)),
        "tau_a": np.array(rng.uniform(50, 200)),
        "thr": np.array(rng.uniform(0.3, 1)),
        "n_ref": np.array(0),
    }
