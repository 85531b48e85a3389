"""Experiments with memory from data to report, on small networks."""

from __future__ import annotations

import pytest

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.recurrent import delayed_match
from brainsnn.protocols.recurrent.network import MemoryNetwork
from brainsnn.protocols.recurrent.store_recall import PROTOCOL
from brainsnn.records import RunDirectory

LITTLE = (
    "engine=runtime",
    "seeds=1",
    "delays=[2]",
    "adaptive=[0, 3]",
    "network.n_regular=2",
    "network.n_adaptive=2",
    "data.n_train=12",
    "data.n_validation=6",
    "data.n_test=8",
    "data.n_symbol=10",
    "data.n_each=2",
    "training.epochs=1",
    "training.batch_size=6",
)


def test_store_recall_from_data_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run", PROTOCOL.name])
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    assert results["condition"].tolist() == [f"20 ms, {n} adaptive" for n in (0, 3)]
    assert len(run.trials()) == 2 * 8
    assert not run.trials()["spikes_output"].any()
    claims = run.table("claims")["claim"].tolist()
    assert "Errors with none minus 3 adaptive, 20 ms" in claims
    assert "Error against delay" in run.report.read_text(encoding="utf-8")


def test_a_condition_has_as_many_adaptive_neurons_as_it_says():
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    for condition in PROTOCOL.conditions(config):
        model = PROTOCOL.model(condition.config)
        assert model.sizes == {"input": 8, "hidden": 4, "output": 2}
        beta = model.populations[1].neuron.parameters["beta"]
        assert beta == f"0.2*int(i >= {4 - condition.columns['adaptive']})"
        assert PROTOCOL.n_steps(condition.config) == condition.columns["delay"] + 10


def test_more_adaptive_neurons_than_there_are_are_refused():
    config = apply_overrides(PROTOCOL.config(), [*LITTLE, "adaptive=[5]"])
    with pytest.raises(ConfigError, match="5 of 4 hidden neurons cannot adapt"):
        PROTOCOL.check(config)


MATCH = (
    *("engine=runtime", "seeds=1", "delays=[7]", "adaptive=[0, 3]", "network.n_regular=2"),
    *("network.n_adaptive=2", "data.n_train=12", "data.n_validation=6", "data.n_test=8"),
    *("data.n_cue=5", "data.n_cues=3", "data.n_each=2", "training.epochs=1"),
)


def test_a_delayed_match_from_data_to_report(tmp_path):
    protocol = delayed_match.PROTOCOL
    config = apply_overrides(protocol.config(), MATCH)
    outcome = start(protocol, config, tmp_path / "run", ["brainsnn", "run", protocol.name])
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    assert results["condition"].tolist() == [f"7 ms, {n} adaptive" for n in (0, 3)]
    assert results["delay"].tolist() == [7, 7]
    assert protocol.n_steps(config) == 3 * 5 + 7
    assert protocol.model(config).sizes == {"input": 6, "hidden": 4, "output": 2}
    assert "Errors with none minus 3 adaptive, 7 ms" in run.table("claims")["claim"].tolist()
    assert "was shown up to 7 ms before" in run.report.read_text(encoding="utf-8")


def test_the_networks_size():
    assert MemoryNetwork(n_regular=3, n_adaptive=0).size == 3
