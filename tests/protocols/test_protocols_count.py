"""The protocols of spike counts from data to report, on little data."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from brainsnn.config import apply_overrides
from brainsnn.datasets import MNIST, ImageSet, Iris, Splits
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.experiment.installed import load_protocol
from brainsnn.protocols.common import augmentation
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.common.warps import WarpConfig
from brainsnn.protocols.count.base import CountNetworkConfig, fixed_trials, image_trials
from brainsnn.protocols.count.recipe import WARPED
from brainsnn.protocols.record import rows
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback

ENGINE = "resident" if shutil.which("g++") else "runtime"


def carry_out(name, path, *overrides):
    protocol = load_protocol(name)
    config = apply_overrides(protocol.config(), [f"engine={ENGINE}", *overrides])
    return start(protocol, config, path, ["brainsnn", "run", name])


@pytest.mark.slow
def test_mnist_from_data_to_report(tmp_path):
    if MNIST().find() is None:
        pytest.skip("MNIST is not there")
    outcome = carry_out(
        "count-mnist",
        tmp_path / "run",
        "epochs=2",
        "average.name=off",
        "network.n_steps=6",
        "network.hidden=40",
        "short.epochs=1",
        "short.n_steps=3",
        "data.n_train=600",
        "data.n_validation=100",
        "data.n_test=200",
    )
    run = RunDirectory.read(outcome.path)
    assert outcome.summary["accuracy"] > 0.3
    assert len(run.table("short")) == 1
    assert len(run.metrics()) == 2
    assert list(run.table("transfer")["population"]) == ["hidden1", "output"]
    early = run.table("early").set_index(["code", "step"])["accuracy"]
    trials = run.trials()
    strictly = ((trials["decision"] == trials["label"]) & ~trials["tie"] & ~trials["silent"]).mean()
    assert early["rate", 7] == strictly
    assert "Table II" in run.report.read_text(encoding="utf-8")


@pytest.fixture
def images():
    values = np.random.default_rng(0).integers(0, 256, (7, 6, 6), dtype=np.uint8)
    return ImageSet("seven", values, np.arange(7) % 2, ("a", "b"))


def test_training_trials_are_drawn_anew_in_each_epoch(images):
    trials = image_trials(images, CountNetworkConfig(n_steps=5), WarpConfig(shift=1), Streams(1))
    first, again, other = (trials.epoch(k).block(np.arange(7))[0].inputs for k in (0, 0, 1))
    np.testing.assert_array_equal(first.step, again.step)
    assert first.step.size != other.step.size or (first.step != other.step).any()
    assert trials.plain().inputs.n_trials == 7


def test_the_even_code_draws_nothing(images):
    network = CountNetworkConfig(n_steps=5, code="regular")
    first, second = (fixed_trials(images, network, Streams(k), "test").inputs for k in (1, 2))
    np.testing.assert_array_equal(first.step, second.step)


@pytest.mark.parametrize(
    "setting", ["network.n_steps=0", "rule.rate_target=1.5", "rule.temperature=0"]
)
def test_impossible_constraints_are_refused(setting):
    with pytest.raises(ConfigError, match=setting.partition("=")[0]):
        apply_overrides(load_protocol("count-mnist").config(), [setting])


@pytest.mark.slow
def test_uci_from_data_to_report(tmp_path):
    if Iris().find() is None:
        pytest.skip("uci/iris is not there")
    few = ('sets=["iris"]', "seeds=2", "training.updates=200", 'codes=["regular"]')
    outcome = carry_out("count-uci", tmp_path / "run", *few)
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    assert len(results) == 8
    means = results.groupby("decoder")["accuracy"].mean()
    assert means["counts, regular inputs"] > 0.6
    assert means["logistic regression"] > 0.85
    assert "What 100 % could mean" in run.report.read_text(encoding="utf-8")
    ledger = pd.DataFrame(rows(run))
    assert set(ledger["variant"]) >= {"iris, by logistic regression"}


@pytest.mark.slow
def test_latency_from_data_to_report(tmp_path):
    if MNIST().find() is None:
        pytest.skip("MNIST is not there")
    outcome = carry_out(
        "count-latency",
        tmp_path / "run",
        "n_steps=[1, 6]",
        "constrained=6",
        "bits=[2]",
        "epochs=2",
        "network.hidden=30",
        "data.n_train=600",
        "data.n_validation=100",
        "data.n_test=200",
    )
    run = RunDirectory.read(outcome.path)
    results = run.table("results").set_index("condition")
    assert list(results.index)[-1] == "T = 6, rate 0.05, 2 bits"
    assert results.loc["T = 6", "accuracy"] > 0.3
    assert (results["levels"] <= 4).tolist() == [False, False, True, False, True]
    rates = results["hidden_rate"]
    assert rates["T = 6, rate 0.05"] < rates["T = 6"]
    assert "trained for T" in run.report.read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", ["bits=[0]", "rate_targets=[2.0]", "n_steps=[0]"])
def test_impossible_targets_are_refused(setting):
    with pytest.raises(ConfigError, match=setting.partition("=")[0]):
        apply_overrides(load_protocol("count-latency").config(), [setting])


class Said(Callback):
    def __init__(self, lines):
        self.on_message = lines.append


def test_a_study_that_was_interrupted_does_nothing_twice(tmp_path):
    if Iris().find() is None:
        pytest.skip("uci/iris is not there")
    protocol = load_protocol("count-uci")
    few = [f"engine={ENGINE}", 'sets=["iris"]', "training.updates=5", 'codes=["bernoulli"]']
    config, said = apply_overrides(protocol.config(), [*few, "seeds=1"]), []
    work = protocol.prepare(protocol.conditions(config)[0])
    with RunDirectory.create(tmp_path / "run", config, ["test"], 0) as run:
        for _ in range(2):
            work(run, [Said(said)])
        assert len(said) == 1
        assert len(run.table("results")) == 4


@pytest.fixture
def asked(monkeypatch):
    """Settle with given shares of right neighbours among images and warped copies; no test set."""
    rng = np.random.default_rng(0)
    few = ImageSet(
        "few", rng.integers(0, 256, (40, 28, 28), np.uint8), np.arange(40) % 10, tuple("0123456789")
    )
    monkeypatch.setattr(MnistConfig, "load", lambda _: Splits(few, few, None))

    def settle(among_images, among_warped, *overrides):
        shares = {40: among_images, 40 * augmentation.COPIES: among_warped}
        monkeypatch.setattr(augmentation, "nearest_right", lambda kept, *_: shares[len(kept)])
        protocol, said = load_protocol("count-mnist"), []
        return *protocol.settle(apply_overrides(protocol.config(), overrides), said.append), said

    return settle


@pytest.mark.parametrize(
    ("gain", "warp"), [(0.1, WARPED), (0.0, WarpConfig()), (-0.1, WarpConfig())]
)
def test_images_are_warped_only_where_neighbours_gain(asked, gain, warp):
    found, tables, said = asked(0.5, 0.5 + gain)
    assert (found.warp, found.recipe.fitted) == (warp, False)
    assert tables["recipe"]["value"].tolist() == [0.5, 0.5 + gain]
    assert said[0].startswith("augmentation: ")
    again = load_protocol("count-mnist").settle(found, said.append)
    assert (again[0], again[1], len(said)) == (found, {}, 1)


def test_warps_that_were_given_are_kept_and_short_trainings_are_not_asked(asked):
    for given in ("warp.share=0", "recipe.fitted=false"):
        found, tables, said = asked(0.9, 0.1, given)
        assert (found.warp.rotation, tables, said) == (WARPED.rotation, {}, [])
    found, tables, said = asked(0.9, 0.1, "epochs=15")
    assert found.warp == WARPED
    assert tables["recipe"]["value"].isna().all()
    assert "too short" in said[0]
    assert asked(0.9, 0.1, "epochs=16")[0].warp == WarpConfig()
