"""Digits read pixel by pixel: kinds of networks, and the experiment from data to report."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.experiment.carry_out import start
from brainsnn.learning.optimisers import AdamConfig, DeepRConfig
from brainsnn.protocols.recurrent.pixels import PROTOCOL, SequenceCode
from brainsnn.records import RunDirectory

LITTLE = (
    "engine=runtime",
    "seeds=1",
    'kinds=["LSNN with DEEP R"]',
    "network.n_regular=3",
    "network.n_adaptive=2",
    "sequence.n_cue=3",
    "sequence.n_thresholds=3",
    "data.n_train=4",
    "data.n_validation=2",
    "data.n_test=3",
    "training.epochs=1",
    "training.batch_size=4",
)


def test_pixels_from_data_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run", PROTOCOL.name])
    run = RunDirectory.read(outcome.path)
    (row,) = run.table("results").to_dict("records")
    places = 6 * 5 + 5 * 5 + 5 * 10
    assert row["connected"] == pytest.approx(int(0.12 * places) / places)
    assert row["hidden_spikes"] == run.trials()["spikes_hidden"].mean()
    assert run.table("claims")["claim"].tolist() == ["Test accuracy, LSNN with DEEP R"]
    assert "pixel by pixel" in run.report.read_text(encoding="utf-8")


def test_kinds_differ_in_who_adapts_and_in_what_is_connected():
    config = PROTOCOL.config()
    kinds = {c.name: c.config for c in PROTOCOL.conditions(config)}
    beta = {
        k: PROTOCOL.model(c).population("hidden").neuron.parameters["beta"]
        for k, c in kinds.items()
    }
    assert beta == {
        "LIF": "1.0*int(i >= 220)",
        "LSNN": "1.0*int(i >= 120)",
        "LSNN with DEEP R": "1.0*int(i >= 120)",
    }
    trained = {k: PROTOCOL.training(c) for k, c in kinds.items()}
    averages = {k: training.average.name for k, training in trained.items()}
    assert averages == {"LIF": "exponential", "LSNN": "exponential", "LSNN with DEEP R": "off"}
    used = {k: type(training.optimiser) for k, training in trained.items()}
    assert used == {"LIF": AdamConfig, "LSNN": AdamConfig, "LSNN with DEEP R": DeepRConfig}
    assert {tuple(PROTOCOL.model(c).sizes.values()) for c in kinds.values()} == {(80, 220, 10)}


def test_a_pixel_takes_a_step_and_then_the_answer_is_asked_for():
    code = SequenceCode(n_cue=5, n_thresholds=4)
    trains = code.encoder().encode(np.zeros((1, 28, 28), np.uint8))
    assert (code.n_steps, trains.n_steps, trains.n_neurons) == (789, 789, 8)
    assert trains.step.tolist() == list(range(784, 789))
