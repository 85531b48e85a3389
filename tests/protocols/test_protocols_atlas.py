"""The atlas of codes: what goes together, the rate that validation chooses, data to report."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.atlas import tasks
from brainsnn.protocols.atlas.codes import PROTOCOL, AtlasConfig
from brainsnn.protocols.atlas.methods import METHODS
from brainsnn.protocols.atlas.page import chosen_rates, claims
from brainsnn.protocols.atlas.tasks import TABLE_ROWS, TASKS, AtlasData
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

LITTLE = (
    *("seeds=1", "engine=runtime", 'tasks=["yin-yang"]', 'methods=["s4nn", "bptt-potential"]'),
    *("factors=[0.3, 1.0]", "budget=40", "data.n_train=20", "data.n_validation=10"),
    *("data.n_test=10", "data.n_steps=20"),
)


def test_from_data_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    assert results.groupby(["code", "factor"]).size().tolist() == [1] * 4
    trials = run.trials()
    inner = trials.filter(regex="^spikes_(?!to_decision|input)").sum(axis=1)
    by_run = inner.groupby(trials["condition"], sort=False).mean()
    assert results.set_index("condition")["spikes"].to_dict() == by_run.to_dict()
    assert sorted(outcome.summary) == ["accuracy_Yin-Yang bptt-potential", "accuracy_Yin-Yang s4nn"]
    assert run.table("claims")["claim"].tolist() == [
        "Test accuracy, Yin-Yang, first spike, by S4NN",
        "Test accuracy, Yin-Yang, potential, by BPTT",
    ]
    assert "yin-yang" in run.report.read_text(encoding="utf-8")


def test_conditions_are_what_goes_together():
    found = PROTOCOL.conditions(AtlasConfig(factors=(1.0,)))
    pairs = {(c.columns["task"], c.columns["method"]) for c in found}
    assert len(pairs) == len(found)
    assert {method for _, method in pairs} == set(METHODS)
    memory = {method for task, method in pairs if task == "Delayed match"}
    assert memory == {"bptt-rate", "bptt-first", "bptt-potential", "eprop"}
    assert ("MNIST as rates", "s4nn") not in pairs
    assert ("MNIST as latencies", "s4nn") in pairs


@pytest.mark.parametrize("name", TASKS)
def test_trials_of_a_task_fit_its_sizes(name):
    task = TASKS[name]
    data = AtlasData(n_train=60, n_validation=20, n_test=30, n_steps=50)
    material = task.material(data, Streams(0))
    n_inputs, n_classes = task.sizes
    for trials in (material.train.plain(), material.validation):
        assert trials.inputs.n_neurons == n_inputs
        assert trials.inputs.n_steps == task.steps(data)
        assert set(np.unique(trials.labels)) <= set(range(n_classes))
    assert len(material.classes) == n_classes
    assert len(material.train) == task.n_train(data) == (TABLE_ROWS if "table" in name else 60)
    spikes = material.train.plain().inputs.neuron.size / len(material.train)
    assert spikes == pytest.approx(task.active(data), rel=0.5)


def test_the_rate_is_chosen_by_validation_and_the_rule_too():
    rows = [
        (method, factor, seed, valid, test)
        for method, factor, valid, test in (
            ("one", 0.3, 0.8, 0.1),
            ("one", 1.0, 0.7, 0.9),
            ("other", 0.3, 0.6, 1.0),
            ("other", 1.0, 0.75, 0.2),
        )
        for seed in (0, 1)
    ]
    names = ["method", "factor", "seed", "validation_accuracy", "accuracy"]
    table = pd.DataFrame(rows, columns=names)
    table = table.assign(task="t", code="rate", rule=table["method"].str.upper())
    best = chosen_rates(table)
    assert best.groupby("method")["factor"].first().to_dict() == {"one": 0.3, "other": 1.0}
    (claim,) = claims(best)
    assert claim.text == "Test accuracy, t, rate, by ONE"
    assert claim.ours == pytest.approx(10)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('tasks=["digit"]', "no task 'digit'"),
        ('methods=["stdp"]', "no method 'stdp'"),
        ("factors=[0.0]", "above 0"),
        ("factors=[1.0, 1.0]", "each once"),
        ('tasks=["match"]; methods=["s4nn"]', "no condition"),
    ],
)
def test_what_cannot_be_is_refused(settings, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        PROTOCOL.check(apply_overrides(PROTOCOL.config(), settings.split("; ")))


def test_test_rows_of_a_table_scale_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = tasks.load_breast_cancer()
    order = Streams(0)["split"].permutation(len(found.data))
    half = (len(order) - TABLE_ROWS) // 2
    before = TASKS["table"].material(AtlasData(), Streams(0))
    found.data[order[TABLE_ROWS + half :]] *= 3
    monkeypatch.setattr(tasks, "load_breast_cancer", lambda: found)
    after = TASKS["table"].material(AtlasData(), Streams(0))
    for part in ("train", "validation"):
        ours, theirs = (getattr(one, part).inputs.step for one in (before, after))
        np.testing.assert_array_equal(ours, theirs)
    assert not np.array_equal(before.test.inputs.step, after.test.inputs.step)
