"""Surrogate gradients from data to report, on small networks; their slopes and latencies."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.surrogate import fashion, randman, shapes
from brainsnn.protocols.surrogate.base import HEIGHT_ONE, surrogate
from brainsnn.protocols.surrogate.fashion import ChargingCode
from brainsnn.protocols.surrogate.network import CurrentNetwork
from brainsnn.records import RunDirectory

LITTLE = ("engine=runtime", "seeds=1", "network.hidden=[5]", "training.epochs=1")
DRAWN = (
    *("data.n_train=12", "data.n_validation=6", "data.n_test=8", "data.n_steps=12"),
    *("data.n_neurons=3", "data.n_classes=2"),
)
MANIFOLDS = (
    *LITTLE,
    *("dimensions=[1]", "smoothness=[1]", 'shapes=["superspike"]', "scales=[0.1]", "resets=[0]"),
    *DRAWN,
)
HEIGHTS = (
    *(*LITTLE, 'shapes=["superspike", "piecewise"]', "widths=[0.1, 1]"),
    *DRAWN,
)
CLOTHES = (
    *LITTLE,
    *("data.name=mnist", "data.n_train=12", "data.n_validation=6", "data.n_test=8"),
    *("latencies.n_steps=12", "penalties=[10000]"),
)


def test_manifolds_from_data_to_report(tmp_path):
    config = apply_overrides(randman.PROTOCOL.config(), MANIFOLDS)
    outcome = start(randman.PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    assert results["part"].tolist() == ["difficulty", "slope"]
    assert results["accuracy"].nunique() == 1  # It is the same rule.
    assert run.table("claims")["claim"].tolist() == ["Test accuracy, dimension 1, smoothness 1"]
    assert "Shape and width of the slope" in run.report.read_text(encoding="utf-8")


def test_conditions_are_every_difficulty_and_then_every_slope_on_the_first():
    config = apply_overrides(randman.PROTOCOL.config(), ["bptt.learning_rate=0.5"])
    found = randman.PROTOCOL.conditions(config)
    tasks, slopes = found[:6], found[6:]
    assert [(c.config.dimensions, c.config.smoothness) for c in tasks] == [
        ((d,), (a,)) for a in (1, 2) for d in (1, 2, 3)
    ]
    rules = [(c.columns["shape"], c.config.bptt.scale, c.config.bptt.follow_reset) for c in slopes]
    shapes, scales = ("superspike", "sigmoid", "triangle"), (0.01, 0.1, 1, 10)
    assert rules == [(s, w, r) for r in (False, True) for s in shapes for w in scales]
    assert {c.config.bptt.learning_rate for c in found} == {0.5}
    assert {c.columns["dimension"] for c in slopes} == {1}


def test_what_the_sweep_costs_is_from_the_best_to_the_worst():
    rows = [
        ("slope", 0, s, w, r) for r in ("followed", "not followed") for s in "ab" for w in (1, 2)
    ]
    results = randman.pd.DataFrame(rows, columns=["part", "seed", "shape", "width", "reset"])
    results["condition"] = "one"
    results["accuracy"] = [0.5, 0.7, 0.6, 0.9, 0.8, 0.8, 0.7, 0.4]
    ours = {claim.text: claim.ours for claim in randman._claims(results)}
    worst = "Between the best and the worst"
    assert ours == {
        f"{worst} shape, each at its best width, reset followed": pytest.approx(20),
        f"{worst} width, a, reset followed": pytest.approx(20),
        f"{worst} width, b, reset followed": pytest.approx(30),
        f"{worst} shape, each at its best width, reset not followed": pytest.approx(10),
        f"{worst} width, a, reset not followed": pytest.approx(0),
        f"{worst} width, b, reset not followed": pytest.approx(30),
        "Accuracy without minus with derivatives through the reset, mean over slopes": (
            pytest.approx(0)
        ),
    }


def test_a_sweep_of_heights_from_data_to_report(tmp_path):
    config = apply_overrides(shapes.PROTOCOL.config(), HEIGHTS)
    outcome = start(shapes.PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    assert results["condition"].tolist() == [
        f"{shape}, width {width:g}, height {height}"
        for height in ("one", "growing")
        for shape in ("superspike", "piecewise")
        for width in (0.1, 1)
    ]
    same = results[results["width"] == 1].pivot(index="shape", columns="height", values="accuracy")
    assert (same["one"] == same["growing"]).all()  # It is the same rule.
    names = run.table("claims")["claim"].tolist()
    assert names[-1] == "Accuracy with height one minus growing, narrowest slopes, mean over shapes"
    assert "Where the height grows" in run.report.read_text(encoding="utf-8")


def test_every_height_of_every_slope_with_the_settings_rate():
    protocol = shapes.PROTOCOL
    config = apply_overrides(protocol.config(), ["bptt.learning_rate=0.5", "bptt.follow_reset=1"])
    found = protocol.conditions(config)
    assert len(found) == 2 * len(HEIGHT_ONE) * 4
    assert {(c.config.bptt.learning_rate, c.config.bptt.follow_reset) for c in found} == {
        (0.5, True)
    }
    for condition in found:
        width, names = condition.columns["width"], {"exp": np.exp, "clip": np.clip, "abs": np.abs}
        height = eval(
            condition.config.bptt.pseudo_derivative, {**names, "_scale": width, "_g": 0.0}
        )
        wanted = 1 if condition.columns["height"] == "one" else 1 / width
        assert height == pytest.approx(wanted)
        assert condition.config.bptt.scale == width


def test_shapes_are_compared_at_widths_that_validation_chose():
    rows = [(h, 0, s, w) for h in ("one", "growing") for s in "ab" for w in (0.1, 1)]
    results = shapes.pd.DataFrame(rows, columns=["height", "seed", "shape", "width"])
    results["validation_accuracy"] = [0.9, 0.1, 0.2, 0.8, 0.5, 0.6, 0.7, 0.5]
    results["accuracy"] = [0.6, 0.9, 0.7, 0.4, 0.2, 0.3, 0.4, 0.1]
    ours = {claim.text: claim.ours for claim in shapes._claims(results)}
    best = "width best on validation trials"
    worst = "Between the best and the worst"
    width, costs = "mean over shapes", "What width costs minus what shape costs"
    assert ours == {
        f"Test accuracy, a, height one, {best}": pytest.approx(60),
        f"Test accuracy, b, height one, {best}": pytest.approx(40),
        f"{worst} shape, each at its best width, height one": pytest.approx(20),
        f"{worst} width, {width}, height one": pytest.approx(0),
        f"{costs}, height one": pytest.approx(-20),
        f"Test accuracy, a, height growing, {best}": pytest.approx(30),
        f"Test accuracy, b, height growing, {best}": pytest.approx(40),
        f"{worst} shape, each at its best width, height growing": pytest.approx(10),
        f"{worst} width, {width}, height growing": pytest.approx(10),
        f"{costs}, height growing": pytest.approx(0),
        "Accuracy with height one minus growing, narrowest slopes, mean over shapes": (
            pytest.approx(35)
        ),
    }


def test_a_value_twice_is_refused():
    config = apply_overrides(randman.PROTOCOL.config(), [*MANIFOLDS, "scales=[1, 1]"])
    with pytest.raises(ConfigError, match="surrogate-randman: scales has a value twice"):
        randman.PROTOCOL.check(config)
    config = apply_overrides(shapes.PROTOCOL.config(), [*HEIGHTS, 'heights=["one", "one"]'])
    with pytest.raises(ConfigError, match="surrogate-shapes: heights has a value twice"):
        shapes.PROTOCOL.check(config)


@pytest.mark.parametrize("shape", HEIGHT_ONE)
def test_slopes_are_one_at_the_threshold_and_fall_on_both_sides(shape):
    rule = surrogate(shape, 0.25, follow_reset=True, learning_rate=0.5)
    assert (rule.scale, rule.follow_reset, rule.learning_rate) == (0.25, True, 0.5)
    names = {"exp": np.exp, "clip": np.clip, "abs": np.abs, "_scale": rule.scale}
    margins = np.linspace(-1, 1, 41)
    heights = np.array([eval(rule.pseudo_derivative, {**names, "_g": g}) for g in margins])
    assert heights[20] == pytest.approx(1)
    np.testing.assert_allclose(heights, heights[::-1])
    assert (np.diff(heights[20:]) <= 0).all()
    assert heights[-1] < 0.1


def test_clothes_from_data_to_report(tmp_path):
    config = apply_overrides(fashion.PROTOCOL.config(), CLOTHES)
    outcome = start(fashion.PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    assert results["condition"].tolist() == ["penalty 10000"]
    trials = run.trials()
    hidden = trials.groupby("condition", sort=False)["spikes_hidden1"].mean()
    np.testing.assert_allclose(results["hidden_spikes"], hidden)
    assert not trials["spikes_output"].any()
    claims = run.table("claims")
    assert claims["claim"].tolist() == [f"Test accuracy, {n}" for n in results["condition"]]
    assert claims["paper"].isna().all()  # of MNIST it says nothing


def test_latencies_are_when_a_charged_membrane_reaches_its_threshold():
    code = ChargingCode(n_steps=60, tau=20, threshold=0.2)
    images = np.array([[0, 51, 52, 60, 128, 255]], np.uint8)
    found = code.encode(images).first_steps()[0]

    def latency(pixel):
        return brentq(lambda t: pixel / 255 * (1 - np.exp(-t / 20)) - 0.2, 0, 1000)

    wanted = [60, 60, 60, *(int(latency(pixel)) for pixel in (60, 128, 255))]
    assert found.tolist() == wanted


def test_the_networks_layers():
    model = CurrentNetwork(hidden=(4, 3)).model("net", 5, 2)
    assert model.sizes == {"input": 5, "hidden1": 4, "hidden2": 3, "output": 2}
    assert [(c.source, c.target) for c in model.connections] == [
        ("input", "hidden1"),
        ("hidden1", "hidden2"),
        ("hidden2", "output"),
    ]
    assert CurrentNetwork(hidden=(4, 3)).notation(5, 2) == "5-4-3-2"
    again = CurrentNetwork(hidden=(4, 3), recurrent=2).model("net", 5, 2)
    assert [(c.source, c.target) for c in again.connections[3:]] == [
        ("hidden1", "hidden1"),
        ("hidden2", "hidden2"),
    ]
