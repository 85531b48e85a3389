"""E-prop beside back-propagation from data to report, on small networks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.config import apply_overrides
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.eprop import evidence, page, pattern
from brainsnn.protocols.eprop.base import NAMES
from brainsnn.records import RunDirectory

LITTLE = (
    *("engine=runtime", "seeds=1", "training.epochs=2", "training.batch_size=3"),
    *("data.n_train=6", "data.n_validation=4", "data.n_test=5", "data.n_each=2"),
)
CURVES = (
    *(*LITTLE, "network.n_regular=6", "data.n_steps=30", "data.n_outputs=2"),
    *("data.probability=0.5", "data.cycles=[1, 2]"),
)
CUES = (
    *(*LITTLE, "network.n_regular=3", "network.n_adaptive=3", "data.n_cues=3", "data.n_cue=6"),
    *("data.n_gap=2", "data.n_delay=6", "data.n_recall=5", "network.scale=8"),
)


def test_curves_from_data_to_report(tmp_path):
    config = apply_overrides(pattern.PROTOCOL.config(), [*CURVES, 'methods=["bptt", "adaptive"]'])
    outcome = start(pattern.PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    named = [NAMES["bptt"], NAMES["adaptive"]]
    assert results["condition"].tolist() == named
    errors = run.trials().groupby("condition", sort=False)["nmse"].mean()
    np.testing.assert_allclose(results.set_index("condition")["nmse"], errors)
    assert set(pattern.PROTOCOL.totals(run)) == {f"nmse_{name}" for name in named}
    assert (run.table("costs")[["gradient_seconds", "kept_bytes"]] > 0).all(axis=None)
    assert run.table("courses")["step"].nunique() == 30
    assert "What was drawn" in run.report.read_text(encoding="utf-8")


def test_cues_from_data_to_report(tmp_path):
    config = apply_overrides(evidence.PROTOCOL.config(), [*CUES, 'methods=["bptt", "random"]'])
    outcome = start(evidence.PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    assert run.table("results")["condition"].tolist() == ["BPTT", "e-prop, random"]
    adaptation = run.table("adaptation")
    assert adaptation["step"].unique().tolist() == [0, 20]
    assert (adaptation["adaptation"] >= 0).all()
    claims = run.table("claims")["claim"].tolist()
    assert claims == ["Test error, BPTT", "Test error, e-prop, random"]
    assert "Adaptation over a trial" in run.report.read_text(encoding="utf-8")


@pytest.mark.parametrize("experiment", [pattern.PROTOCOL, evidence.PROTOCOL])
def test_rules_differ_in_what_they_are_named_for_alone(experiment):
    conditions = experiment.conditions(experiment.config(seed=7))
    bptt, *others = (experiment.rule(c.config) for c in conditions)
    assert bptt.name == "bptt"
    assert [rule.feedback for rule in others] == ["symmetric", "random", "adaptive"]
    for rule in others:
        assert rule.feedback_seed == 7
        shared = {key: getattr(rule, key) for key in bptt.model_dump() if key != "name"}
        assert shared == {key: getattr(bptt, key) for key in shared}


def test_a_rule_twice_is_refused():
    config = apply_overrides(evidence.PROTOCOL.config(), ['methods=["bptt", "bptt"]'])
    with pytest.raises(ConfigError, match="methods has one twice"):
        evidence.PROTOCOL.check(config)


def test_the_answer_is_read_in_its_own_steps():
    config = evidence.PROTOCOL.config()
    share = evidence.PROTOCOL.rule(config).read_share
    assert share * evidence.PROTOCOL.n_steps(config) == pytest.approx(config.data.n_recall)


def test_claims_are_errors_and_two_comparisons():
    names = list(NAMES.values())
    rows = [(name, seed, k + seed) for k, name in enumerate(names) for seed in (0, 1, 2)]
    results = pd.DataFrame(rows, columns=["condition", "seed", "error"])
    found = {claim.text: claim.ours for claim in page.judged(results, "error", "Error", "%", 1)}
    assert found == {
        **{f"Error, {name}": pytest.approx(k + 1) for k, name in enumerate(names)},
        "Error: e-prop, symmetric minus BPTT": pytest.approx(1),
        "Error: e-prop, random minus e-prop, symmetric": pytest.approx(1),
    }
