"""SpikeProp's tasks as spike times, its descent, and data to report."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.datasets import Iris
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.common.first_times import decided
from brainsnn.protocols.spikeprop.learning import (
    Descent,
    exclusive_or,
    learn,
    of_table,
    until,
)
from brainsnn.protocols.spikeprop.xor import PROTOCOL, _xor
from brainsnn.records import RunDirectory

LITTLE = ("seeds=1", "starts=2", "cycles=3", "epochs=2", "terminals=4", "hidden_iris=3", "fields=3")
HOW = Descent(5, 1, 16, 7.0, 8.0, 0.001, 0.0)


def test_xor_is_four_patterns_of_times():
    task = exclusive_or()
    early = task.inputs[:, :2] == 0
    np.testing.assert_array_equal(task.wanted[:, 0] == 10, early.sum(axis=1) == 1)
    assert set(task.wanted[:, 0]) == {10, 16}
    assert not task.inputs[:, 2].any()


def test_rows_are_spikes_of_receptive_fields():
    rows = np.array([[0.5, 0.0], [0.5, 1.0]])
    task = of_table(rows, np.array([1, 0]), 5, 3)
    assert task.inputs.shape == (2, 11)
    np.testing.assert_array_equal(task.wanted, [[16, 12, 16], [12, 16, 16]])
    np.testing.assert_allclose(task.inputs[0, 2], 0)  # the middle field's centre
    assert task.inputs[0, :5].argmin() == 2
    assert np.isinf(task.inputs[0, [0, 4]]).all()
    np.testing.assert_allclose(task.inputs[0, 5:10], task.inputs[1, 9:4:-1])
    one = 10 * (1 - np.exp(-0.5 * 1.5**2))
    np.testing.assert_allclose(task.inputs[0, 1], one)


def test_first_weights_have_their_size_and_keep_their_signs():
    rng = np.random.default_rng(0)
    network = HOW.first(3, 1, rng)
    assert network.weights[0].sum(axis=(1, 2)).mean() == pytest.approx(8, rel=0.1)
    assert np.abs(network.weights[1]).sum() == pytest.approx(8, rel=0.15)
    for _ in range(3):
        assert (network.weights[0] >= 0).all()
        assert (network.weights[1][:, 0] <= 0).all()
        assert (network.weights[1][:, 1:] >= 0).all()
        network, error = HOW.step(network, exclusive_or())
        assert 0 < error < np.inf


def test_the_error_falls_until_it_is_small_enough():
    table = until(HOW, exclusive_or(), np.random.default_rng(0), 60, 1.0)
    assert table["error"].iloc[-1] < table["error"].iloc[0] / 2
    assert len(table) == 61
    one = table["error"].iloc[10] + 1e-9
    assert len(until(HOW, exclusive_or(), np.random.default_rng(0), 60, one)) <= 11
    faint = Descent(5, 1, 16, 7.0, 0.1, 0.001, 0.0)
    silent = until(faint, exclusive_or(), np.random.default_rng(0), 2, 1.0)
    assert np.isinf(silent["error"]).all()


def test_the_first_output_decides_and_two_at_once_do_not():
    network = HOW.first(3, 2, np.random.default_rng(0))
    out = network.times(exclusive_or().inputs)[-1]
    np.testing.assert_array_equal(
        decided(network.times(exclusive_or().inputs)[-1]), out.argmin(axis=1)
    )
    network.weights[1][1] = network.weights[1][0]
    assert (decided(network.times(exclusive_or().inputs)[-1]) == -1).all()
    network.weights[1][:] = 0
    assert (decided(network.times(exclusive_or().inputs)[-1]) == -1).all()


def test_from_tasks_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results").set_index("task")
    assert results.loc["xor", "learned"] == 0
    assert 0 <= results.loc["iris", "accuracy"] <= 1
    said = run.table("claims")["claim"].tolist()
    assert "Test accuracy, Iris, undecided counted as wrong" in said
    assert any("within 250 cycles" in text for text in said)
    assert len(run.table("errors")) == 2 * 4 + 2


def test_a_seed_gives_the_same_again_and_another_does_not():
    config = apply_overrides(PROTOCOL.config(), (*LITTLE, 'tasks=["xor"]'))
    one, again, other = (_xor(config, seed)["errors"] for seed in (3, 3, 4))
    assert one.equals(again)
    assert not one.equals(other)


def test_iris_is_learned():
    train = Iris().load(np.random.default_rng(1)).train
    task = of_table(train.rows, train.labels, 8, 3)
    how = Descent(10, 1, 16, 7.0, 8.0, 0.001, 0.0)
    network, errors = learn(how, task, np.random.default_rng(0), 8, 25)
    assert (decided(network.times(task.inputs)[-1]) == train.labels).mean() > 0.8
    assert errors["error"].iloc[-1] < errors["error"].iloc[0] / 3
