"""Conversion from training to report, on small networks."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.conversion import Linear
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.conversion import sources
from brainsnn.protocols.conversion.mnist import PROTOCOL
from brainsnn.records import RunDirectory

LITTLE = (
    *("seeds=2", "hidden=[12]", "epochs=15", "n_steps=32"),
    *("data.n_train=600", "data.n_validation=100", "data.n_test=60"),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    path = tmp_path_factory.mktemp("conversion") / "run"
    start(PROTOCOL, config, path, ["brainsnn", "run"])
    return RunDirectory.read(path)


def test_each_network_is_trained_once_and_converted_in_every_way(run):
    results = run.table("results")
    assert len(results) == 2 * 5
    assert (results.groupby("seed")["source_accuracy"].nunique() == 1).all()
    assert results["validation_accuracy"].nunique() == 2
    assert results["condition"].unique()[0] == "mlp, percentile, subtract, from 0.5"


def test_what_is_lost_is_small_with_a_percentile_and_many_steps(run):
    results = run.table("results")
    first = results[results["scaling"] == "percentile, subtract, from 0.5"]
    assert (first["source_accuracy"] > 0.5).all()
    assert (abs(first["source_accuracy"] - first["accuracy"]) < 0.07).all()


def test_results_are_those_of_the_last_step(run):
    results, steps = run.table("results"), run.table("steps")
    last = steps[steps["steps"] == 32]
    np.testing.assert_array_equal(results["accuracy"], last["accuracy"])
    claims = run.table("claims").set_index("claim")
    lost = claims.loc["Accuracy lost, mlp, percentile, zero, from 0.5, after 32 steps"]
    zero = results[results["scaling"] == "percentile, zero, from 0.5"]
    mean = (100 * (zero["source_accuracy"] - zero["accuracy"])).mean()
    assert lost["ours"] == pytest.approx(mean)
    assert "Accuracy against steps" in run.report.read_text(encoding="utf-8")


def test_the_epoch_best_on_validation_images_is_kept():
    class Network:
        """Better in the second epoch than in the first and third."""

        scores = iter((0.5, 0.9, 0.7))

        def __init__(self, *_, **__):
            self.epoch = 0

        def partial_fit(self, *_, **__):
            self.epoch += 1
            self.coefs_ = [np.full((4, 3), self.epoch), np.full((3, 2), self.epoch)]
            self.intercepts_ = [np.zeros(3), np.zeros(2)]

        def score(self, *_):
            return next(self.scores)

    splits = PROTOCOL.config(data={"n_validation": 10, "n_train": 20, "n_test": 1}).data.load()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "MLPClassifier", Network)
        found = sources.train("mlp", splits, (3,), 3, sources.Streams(0))
    assert (found.epochs, found.validation_accuracy) == (2, 0.9)
    assert all((layer.weight == 2).all() for layer in found.layers if isinstance(layer, Linear))


def test_what_cannot_be_trained_is_refused():
    config = PROTOCOL.config(sources=("cnn",), channels=(4,))
    with pytest.raises(ConfigError, match="two convolutions"):
        PROTOCOL.check(config)
    twice = PROTOCOL.config(scalings=({}, {"method": "percentile"}))
    with pytest.raises(ConfigError, match="scalings has one twice"):
        PROTOCOL.check(twice)
