"""Exact beside surrogate gradients, from data to report, on small networks."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.eventprop import mnist
from brainsnn.protocols.eventprop.network import LatencyNetwork
from brainsnn.protocols.eventprop.yin_yang import PROTOCOL, YinYangData, disc
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import BPTT, EventProp

LITTLE = (
    "engine=runtime",
    "seeds=1",
    "network.hidden=6",
    "network.step=1",
    "data.n_train=12",
    "data.n_validation=6",
    "data.n_test=8",
    "training.epochs=1",
    "training.batch_size=4",
    "plane=7",
    "timed=4",
)


@pytest.fixture(autouse=True)
def quickly_compiled(monkeypatch):
    monkeypatch.setattr("brainsnn.engine.compiled_network.EXACT", ("-O0",))


def test_yin_yang_from_data_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run", PROTOCOL.name])
    run = RunDirectory.read(outcome.path)
    results, trials, plane = run.table("results"), run.trials(), run.table("plane")
    assert results["condition"].tolist() == ["eventprop", "bptt"]
    own = trials.groupby("condition", sort=False)
    np.testing.assert_allclose(results["decision_ms"], own["decision_step"].mean() + 1)
    np.testing.assert_allclose(results["hidden_spikes"], own["spikes_hidden"].mean())
    assert len(plane) == 2 * len(disc(7))
    assert set(plane["label"]) == {0, 1, 2}
    assert (run.table("speed").filter(like="microseconds") > 0).to_numpy().all()
    claims = run.table("claims").set_index("claim")
    assert claims.loc["Test accuracy, eventprop", "paper"] != 98.1  # of another network
    assert "Accuracy of exact minus surrogate" in claims.index
    figures = {path.stem for path in run.figures.glob("*.png")}
    assert figures == {"decisions", "learning", "first_spikes_eventprop", "first_spikes_bptt"}


def test_both_rules_teach_the_same_network_from_the_same_trials():
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    exact, surrogate = (c.config for c in PROTOCOL.conditions(config))
    assert (PROTOCOL.rule(exact), PROTOCOL.rule(surrogate)) == (config.eventprop, config.bptt)
    assert isinstance(config.eventprop, EventProp)
    assert isinstance(config.bptt, BPTT)
    assert PROTOCOL.model(exact) == PROTOCOL.model(surrogate)
    assert PROTOCOL.training(exact) == PROTOCOL.training(surrogate)
    assert (PROTOCOL.code(exact), PROTOCOL.code(surrogate)) == ("first_spike", "first_spike")


def test_times_in_ms_become_steps():
    network = LatencyNetwork(step=0.25)
    assert network.model("net", 5, 3).dt == pytest.approx(0.25e-3)
    task = YinYangData(n_train=50, n_validation=1, n_test=1).task(3)
    table = task.load().train
    first = YinYangData().encode(table, network).inputs.first_steps()
    np.testing.assert_array_equal(first[:, :4], np.rint(40 + 120 * table.rows))
    assert (first[:, 4] == 80).all()


def test_times_beyond_the_trial_are_refused():
    config = apply_overrides(PROTOCOL.config(), [*LITTLE, "data.duration=30"])
    with pytest.raises(ConfigError, match="within a trial of 30 steps"):
        PROTOCOL.check(config)


def test_the_disc_is_round():
    points = disc(11)
    assert (np.hypot(*(points - 0.5).T) <= 0.5).all()
    assert len(points) == 81


DIGITS = (
    *("engine=runtime", "seeds=1", "network.hidden=6", "network.step=2", "training.epochs=1"),
    *("network.input_mean=0.2", "data.n_train=12", "data.n_validation=6", "data.n_test=8"),
    *("training.batch_size=4", "timed=0"),
)


def test_digits_from_data_to_report(tmp_path):
    protocol = mnist.PROTOCOL
    config = apply_overrides(protocol.config(), DIGITS)
    outcome = start(protocol, config, tmp_path / "run", ["brainsnn", "run", protocol.name])
    run = RunDirectory.read(outcome.path)
    results, trials = run.table("results"), run.trials()
    assert results["condition"].tolist() == ["eventprop", "bptt"]
    assert not trials["spikes_output"].any()
    assert not run.has_table("speed")
    claims = run.table("claims")
    assert claims["claim"].tolist() == [
        "Test accuracy, eventprop",
        "Test accuracy, bptt",
        "Accuracy of exact minus surrogate",
    ]
    assert claims["paper"].isna().all()  # of another network, and fewer images


def test_digits_spike_within_the_bright_part_of_a_trial():
    protocol, config = mnist.PROTOCOL, apply_overrides(mnist.PROTOCOL.config(), DIGITS)
    train = protocol.material(config, Streams(0)).train
    first = train.inputs.first_steps()
    assert protocol.n_steps(config) == train.inputs.n_steps == 22
    assert (first[first < 22] < 15).all()
    assert protocol.model(config).population("output").neuron.threshold == "v > 1e+06"
