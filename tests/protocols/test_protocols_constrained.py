"""Networks trained under constraints: curve, gradients, spikes, and the experiment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from brainsnn.config import apply_overrides
from brainsnn.engine import build_engine
from brainsnn.errors import ConfigError, DataError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.constrained.conditions import WHOLE, Road
from brainsnn.protocols.constrained.curve import Curve, measure
from brainsnn.protocols.constrained.mnist import PROTOCOL
from brainsnn.protocols.constrained.spiking import LifConfig
from brainsnn.protocols.constrained.units import Step, Units
from brainsnn.records import RunDirectory

LITTLE = (
    *("seeds=1", "hidden=20", "epochs=6", "n_steps=60", "bits=[4]", "rates=[0.003]"),
    *("data.n_train=600", "data.n_validation=100", "data.n_test=60"),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    path = tmp_path_factory.mktemp("constrained") / "run"
    start(PROTOCOL, config, path, ["brainsnn", "run"])
    return RunDirectory.read(path)


def test_the_measured_rates_are_those_of_a_formula() -> None:
    """Without noise, by Euler: n steps to the threshold, and a refractory one without change."""
    road = Road.of(LifConfig(noise=0.0), (4, 30, 2), 1000, WHOLE)
    with build_engine("runtime", road.model, 1000) as engine:
        curve = measure(engine, np.linspace(-1, 5, 61), 2, road.tau, "hidden")
    above = curve.currents > 1.05
    steps = np.ceil(np.log(1 - 1 / curve.currents[above]) / np.log(1 - 1 / 20))
    np.testing.assert_allclose(curve.rates[above], 1000 / (steps + 1), atol=2.5)
    assert (curve.rates[curve.currents < 0.95] == 0).all()


def test_the_smooth_curve_is_near_the_rates_and_has_their_slope() -> None:
    current = np.linspace(-4, 4, 161)
    wanted, noise = np.logaddexp(0, 2 * current) / 2, np.random.default_rng(0).normal(size=161)
    curve = Curve(current, np.maximum(wanted + 0.03 * noise, 0) / 0.02, 0.02)
    inside = np.linspace(-3, 3, 50).astype(np.float32)
    np.testing.assert_allclose(curve.value(inside), np.logaddexp(0, 2 * inside) / 2, atol=0.05)
    np.testing.assert_allclose(curve.slope(inside), 1 / (1 + np.exp(-2 * inside)), atol=0.15)
    beyond = np.array([-5, 9], np.float32)
    assert (curve.slope(beyond) == 0).all()
    assert curve.value(beyond)[1] == pytest.approx(4, abs=0.1)


@pytest.mark.parametrize(
    ("currents", "rates", "tau"),
    [
        (np.arange(4.0), np.arange(4.0), 0.02),
        (np.arange(6.0), np.arange(5.0), 0.02),
        (np.zeros(6), np.arange(6.0), 0.02),
        (np.arange(6.0), -np.arange(6.0), 0.02),
        (np.arange(6.0), np.full(6, np.nan), 0.02),
        (np.arange(6.0), np.arange(6.0), 0.0),
    ],
)
def test_what_is_no_curve_is_refused(currents: Any, rates: Any, tau: float) -> None:
    with pytest.raises(DataError, match="f-I curve"):
        Curve(currents, rates, tau)


def loss(network: Units, x: Any, labels: Any) -> float:
    scores = network.forward(x)[2].astype(float)
    scores -= scores.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(x)), labels]))


def test_the_gradient_is_that_of_differences() -> None:
    current = np.linspace(-4, 4, 60)
    smooth = Curve(current, 50 * np.logaddexp(0, current), 0.02)
    rng = np.random.default_rng(0)
    network = Units.drawn((6, 5, 3), smooth, 0.3, rng)
    x, labels = rng.random((8, 6)).astype(np.float32), rng.integers(0, 3, 8)
    found = network.gradient(x, labels)
    assert found.keys() == network.weights.keys()
    for name, weight in network.weights.items():
        direction = rng.normal(size=weight.shape)
        step, values, sides = 1e-2 / np.linalg.norm(direction), weight.copy(), []
        for sign in (1, -1):
            weight[...] = values + sign * step * direction
            sides.append(loss(network, x, labels))
        weight[...] = values
        wanted = (sides[0] - sides[1]) / (2 * step)
        assert float((found[name] * direction).sum()) == pytest.approx(wanted, rel=0.03, abs=2e-3)


def test_a_step_passes_errors_straight_through_near_its_threshold() -> None:
    z = np.array([-1.5, -0.5, 0.0, 0.5, 1.5], np.float32)
    assert Step().value(z).tolist() == [0, 0, 0, 1, 1]
    assert Step().slope(z).tolist() == [0, 1, 1, 1, 0]


def test_binary_units_and_their_spikes_decide_alike() -> None:
    road = Road.of(LifConfig(), (784, 12, 3), 50, 1)
    rng = np.random.default_rng(1)
    network = road.drawn(Step(), rng)
    for name in ("hidden.bias", "output.bias"):
        network.weights[name][...] = rng.normal(size=network.weights[name].shape)
    images = rng.integers(0, 256, (30, 28, 28), dtype=np.uint8)
    with build_engine("runtime", road.model, road.n_steps) as engine:
        engine.set_weights(network.weights)
        recording = engine.run(road.encoded(images))
    _, active, scores = network.forward(road.prepared(images))
    np.testing.assert_array_equal(recording.counts("hidden"), active)
    np.testing.assert_allclose(recording.final["output"], scores, atol=1e-4)


def test_a_mean_current_is_what_weights_and_pixels_say() -> None:
    """Two neurons, one driven by a pixel and one by a bias of the same size, spike alike."""
    road = Road.of(LifConfig(noise=0.0), (1, 2, 2), 2000, WHOLE)
    weights = {
        "input_hidden": np.array([[3.0, 0.0]]),
        "hidden.bias": np.array([[0.0, 1.5]]),
        "hidden_output": np.zeros((2, 2)),
        "output.bias": np.zeros((1, 2)),
    }
    with build_engine("runtime", road.model, road.n_steps) as engine:
        engine.set_weights(weights)
        counts = engine.run(road.encoded(np.array([[0.5]]))).counts("hidden")[0]
    assert counts[0] == pytest.approx(counts[1], rel=0.05)
    assert counts[1] > 50


def test_every_condition_is_trained_and_spikes(run: RunDirectory) -> None:
    results = run.table("results").set_index("condition")
    assert results["bits"].to_dict() == {
        "f-I units": 64,
        "4-bit weights": 4,
        "binary": 1,
        "ReLU, converted": 64,
    }
    assert (results["source_accuracy"] > 0.5).all()
    assert (results["accuracy"] > results["source_accuracy"] - 0.15).all()
    assert results["steps"].tolist() == [60, 60, 3, 60]
    assert results.loc["binary", "accuracy"] == results.loc["binary", "source_accuracy"]
    assert results.loc["binary", "spikes"] <= 20
    assert (results["input_spikes"] > 0).tolist() == [True, True, True, False]
    assert run.table("curve")["condition"].unique().tolist() == ["f-I units", "4-bit weights"]


def test_the_page_has_the_table_and_the_curve(run: RunDirectory) -> None:
    page = run.report.read_text(encoding="utf-8")
    assert "Bits a weight" in page
    assert "f-I curve" in page
    steps = run.table("steps")
    last = steps.groupby("condition", sort=False)["accuracy"].last()
    results = run.table("results").set_index("condition")["accuracy"]
    pd.testing.assert_series_equal(last, results, check_names=False)


def test_bits_given_twice_are_refused() -> None:
    with pytest.raises(ConfigError, match="bits has one twice"):
        PROTOCOL.check(PROTOCOL.config(bits=(4, 4)))
