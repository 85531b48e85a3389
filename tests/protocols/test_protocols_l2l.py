"""Learning to learn from data to report, on small networks; regressions beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.config import apply_overrides
from brainsnn.datasets.drawn.function_examples import Examples
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.recurrent.l2l import NAMES, PROTOCOL
from brainsnn.protocols.recurrent.l2l_page import last
from brainsnn.protocols.recurrent.l2l_references import guesses
from brainsnn.records import RunDirectory

LITTLE = (
    *("engine=runtime", "seeds=1", "training.epochs=1", "training.batch_size=3"),
    *("data.n_train=6", "data.n_validation=4", "data.n_test=5", "data.n_each=3"),
    *("data.n_examples=4", "data.n_show=5", "network.n_regular=3", "network.n_adaptive=3"),
)
RNG = np.random.default_rng(4)


def test_functions_from_data_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    table, results = run.table("examples"), run.table("results")
    assert set(table["learner"]) == {*NAMES.values(), "constant", "linear", "best constant"}
    assert (table.groupby(["condition", "seed", "learner"]).size() == 4).all()
    own = table[(table["learner"] == table["condition"]) & (table["example"] == 1)]
    both = own.merge(results[["condition", "first_error"]], on="condition")
    assert len(both) == 2
    np.testing.assert_allclose(both["error"], both["first_error"])
    linear = table[table["learner"] == "linear"].groupby("condition")["error"].apply(list)
    assert linear.iloc[0] == linear.iloc[1]
    assert run.trials()["error"].notna().all()
    assert set(PROTOCOL.totals(run)) == {f"last_error_{name}" for name in NAMES.values()}
    claims = run.table("claims")["claim"].tolist()
    assert "Error, examples 4 to 4: first example minus these, LSNN" in claims
    assert "Error, examples 4 to 4: LSNN, told of another function minus LSNN" in claims
    assert "Error against examples" in run.report.read_text(encoding="utf-8")


def test_a_linear_function_is_known_after_three_examples() -> None:
    inputs = RNG.uniform(-1, 1, (6, 8, 2))
    targets = 0.5 + inputs @ np.array([0.2, -0.1])
    found = guesses(Examples(inputs, targets), 0.4)
    assert (found["linear"][:, 0] == 0.4).all()
    np.testing.assert_allclose(found["linear"][:, 3:], targets[:, 3:], atol=1e-9)
    assert (np.abs(found["linear"][:, 1] - targets[:, 1]) > 1e-6).any()
    for k in range(1, 8):
        np.testing.assert_allclose(found["constant"][:, k], targets[:, :k].mean(axis=1))
    np.testing.assert_allclose(found["best constant"][:, 5], targets.mean(axis=1))


def test_guesses_stay_where_values_are() -> None:
    inputs = RNG.uniform(-1, 1, (20, 4, 2))
    steep = np.clip(0.5 + 5 * inputs[..., 0], 0, 1)
    found = guesses(Examples(inputs, steep), 0.5)["linear"]
    assert found.min() >= 0
    assert found.max() <= 1


def test_the_last_quarter_has_an_example_at_least() -> None:
    assert [len(range(n)[last(n)]) for n in (2, 3, 4, 7, 8, 20)] == [1, 1, 1, 1, 2, 5]


def test_both_networks_are_asked_of_the_same_functions() -> None:
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    tasks = [config.data.task(3, told).load().validation for told in ("own", "other")]
    one, other = (task.targets.of(np.arange(4)) for task in tasks)
    np.testing.assert_array_equal(one, other)
    frames = [pd.DataFrame({"neuron": task.inputs.neuron}) for task in tasks]
    assert not frames[0].equals(frames[1])


def test_a_condition_twice_is_refused() -> None:
    config = apply_overrides(PROTOCOL.config(), ['told=["own", "own"]'])
    with pytest.raises(ConfigError, match="told has one twice"):
        PROTOCOL.check(config)
