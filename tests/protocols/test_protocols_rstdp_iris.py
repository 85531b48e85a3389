"""Flowers named by reward: receptive fields, the network's competition, what is learned."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.datasets import Iris
from brainsnn.engine import build_engine
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.common.receptive_fields import field_times
from brainsnn.protocols.reward.iris import PROTOCOL, RewardNetwork
from brainsnn.records import RunDirectory
from brainsnn.spikes import SpikeTrains

LITTLE = ("seeds=2", "punishments=[0.6]")


def test_fields_spike_first_at_their_centres():
    times = field_times(np.array([[0.5, 0.0], [0.5, 1.0]]), 5, 1.0)
    assert times.shape == (2, 10)
    assert times[0, :5].argmin() == 2
    np.testing.assert_allclose(times[0, 2], 0, atol=1e-12)
    np.testing.assert_allclose(times[0, 1], 10 * (1 - np.exp(-0.5)))
    np.testing.assert_allclose(times[0, 5:], times[1, :4:-1])  # 0 and 1 mirror each other
    assert (field_times(np.array([[0.3]]), 5, 2.0) < field_times(np.array([[0.3]]), 5, 1.0)).all()


def test_who_spikes_first_holds_the_others_back():
    network = RewardNetwork(fields=3, threshold=1.5, dt=0.5)
    model = network.model(1, 3)
    inputs = SpikeTrains.from_first_steps(np.array([[0, 2, 4]]), network.n_steps)
    weights = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    with build_engine("runtime", model, network.n_steps) as engine:
        held = {"output_output": np.full(model.shapes["output_output"], 1000.0)}
        engine.set_weights({"input_output": weights, **held})
        recording = engine.run(inputs)
    spikes = recording.to_frame().query("population == 'output'")
    assert spikes["neuron"].tolist() == [0]  # Neuron 1 would have reached 2 by step 4.
    assert recording.final["output"][0, 1] < -900


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(Exception, match="fields"):
        apply_overrides(PROTOCOL.config(), ["network.fields=2"])


@pytest.mark.skipif(Iris().find() is None, reason="the iris are not here")
def test_from_flowers_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    assert (results["accuracy"] > 0.85).all()
    assert results["condition"].unique().tolist() == ["punishment 0.6"]
    assert len(run.table("course")) == 2 * config.epochs
    assert run.report.exists()
