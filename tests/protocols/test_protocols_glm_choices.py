"""GLM networks are chosen by cross-validation; test accuracies choose nothing."""

from __future__ import annotations

import pandas as pd
import pytest

from brainsnn.config import apply_overrides
from brainsnn.datasets import MNIST
from brainsnn.learning.glm import raised_cosines
from brainsnn.protocols.glm.basis import PROTOCOL as BASIS
from brainsnn.protocols.glm.basis import _basis as basis_section
from brainsnn.protocols.glm.basis import _claims as basis_claims
from brainsnn.protocols.glm.codes import PROTOCOL as CODES
from brainsnn.protocols.glm.complexity import _ratio_claims as ratio_claims
from brainsnn.protocols.glm.selection import cross_validated, selected
from brainsnn.records import RunDirectory

SCORE = "accuracy_spikes_alone"


def results(accuracies: dict[tuple[str, int], float]) -> pd.DataFrame:
    """Three seeds of networks (rule, T = K), as an experiment's table."""
    rows = [
        {
            "digits": "57",
            "rule": rule,
            "n_steps": size,
            "functions": size,
            "seed": seed,
            "accuracy": accuracy + 0.001 * seed,
            SCORE: accuracy + 0.001 * seed,
            "additions": 100.0 * size if rule == "rate" else 10.0 * size,
            "multiplications": 0.0,
        }
        for (rule, size), accuracy in accuracies.items()
        for seed in range(3)
    ]
    return pd.DataFrame(rows)


def folds(accuracies: dict[tuple[str, int], float]) -> pd.DataFrame:
    rows = [
        {"rule": rule, "n_steps": size, "functions": size, "accuracy": value, SCORE: value}
        for (rule, size), value in accuracies.items()
    ]
    return pd.DataFrame(rows).assign(digits="57")


SIZES = [(rule, size) for rule in ("first_to_spike", "rate") for size in (2, 4)]


def test_k_is_the_best_in_cross_validation_not_on_the_test():
    tested = results(dict(zip(SIZES, (0.99, 0.9, 0.9, 0.8), strict=True)))
    held_out = folds(dict(zip(SIZES, (0.5, 0.6, 0.7, 0.5), strict=True)))
    found = {c.text: c for c in basis_claims(tested, held_out)}
    first = found["Test accuracy, digits 57, first_to_spike"]
    assert first.ours == pytest.approx(90.1)
    assert "K = 4, the best in cross-validation" in first.note
    assert "K = 2" in found["Test accuracy, digits 57, rate"].note


def test_without_cross_validation_k_is_fixed():
    tested = results(dict(zip(SIZES, (0.99, 0.9, 0.99, 0.8), strict=True)))
    found = {c.text: c for c in basis_claims(tested, folds({})[:0].assign(rule="", digits=""))}
    assert "K = 4, the largest" in found["Test accuracy, digits 57, first_to_spike"].note


def test_at_every_k_is_what_the_least_sure_k_says():
    tested = results(dict(zip(SIZES, (0.9, 0.95, 0.8, 0.8), strict=True)))
    unsure = tested["rule"].eq("first_to_spike") & tested["functions"].eq(4)
    tested.loc[unsure, SCORE] += [-0.2, 0.0, 0.2]  # in the mean still the larger gain
    claim = next(c for c in basis_claims(tested, pd.DataFrame({"rule": []})) if "alone" in c.text)
    assert claim.verdict == "direction only: open"
    assert "K = 4" in claim.note


def test_costs_are_those_of_the_smallest_network_that_cross_validation_finds():
    """On the test, T = 2 would do for first-to-spike and none for rate; it is not asked."""
    tested = results(dict(zip(SIZES, (0.99, 0.97, 0.9, 0.9), strict=True)))
    held_out = folds(dict(zip(SIZES, (0.97, 0.985, 0.9, 0.985), strict=True)))
    ratio, *rest = ratio_claims(tested, held_out, 0.984, SCORE)
    assert ratio.ours == pytest.approx(400 / 40)
    assert (ratio.paper, ratio.verdict, ratio.note) == (5.0, "met", "")
    assert {claim.note for claim in rest if "Operations" in claim.text} == {
        "T = 4, cross-validated"
    }
    reached = next(claim for claim in rest if claim.text.startswith("Test accuracy"))
    assert reached.ours == pytest.approx(97.1)


def test_a_rule_that_never_gets_there_is_a_bound():
    tested = results(dict(zip(SIZES, (0.99, 0.99, 0.9, 0.9), strict=True)))
    held_out = folds(dict(zip(SIZES, (0.985, 0.985, 0.9, 0.9), strict=True)))
    ratio = ratio_claims(tested, held_out, 0.984, SCORE)[0]
    assert ratio.ours == pytest.approx(400 / 20)
    assert "a lower bound" in ratio.note
    nothing = ratio_claims(tested, held_out, 0.999, SCORE)[0]
    assert (nothing.ours, nothing.verdict) == (None, "no comparison")


def test_basis_functions_are_drawn_as_they_are_used(tmp_path):
    for name, text in (("provenance.json", "{}"), ("config.toml", "seed = 0\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    config = BASIS.config()
    picture = basis_section(config, RunDirectory.read(tmp_path)).items[0]
    lines = picture.figure.axes[0].lines
    drawn = {line.get_label(): line.get_ydata().tolist() for line in lines}
    values = raised_cosines(4, 4)
    assert drawn == {f"k = {k + 1}": values[:, k].tolist() for k in range(4)}


def test_cross_validated_accuracies_are_those_of_the_selected_rate(tmp_path):
    rows = [
        {"condition": "c", "digits": "57", "n_steps": 4, "functions": 2, "rule": "rate"}
        | {"learning_rate": rate, "fold": fold, "accuracy": good, SCORE: alone}
        for rate, good, alone in ((0.1, 0.8, 0.7), (0.01, 0.9, 0.6))
        for fold in (0, 1)
    ]
    pd.DataFrame(rows).to_parquet(tmp_path / "selection.parquet")
    (tmp_path / "provenance.json").write_text("{}", encoding="utf-8")
    (tmp_path / "config.toml").write_text("seed = 0\n", encoding="utf-8")
    table = cross_validated(RunDirectory.read(tmp_path))
    assert table[["accuracy", SCORE]].to_numpy().tolist() == [[0.9, 0.6]]


@pytest.mark.skipif(MNIST().find() is None, reason="MNIST is not there")
def test_rates_are_scored_by_the_share_of_right_decisions(tmp_path, monkeypatch):
    given = ["engine=runtime", "training.epochs=3", "training.folds=2", "data.train=10"]
    given += ["digits=[0, 1]", "n_steps=4", "functions=2", "training.learning_rates=[0.1, 1e-6]"]
    config = apply_overrides(CODES.config(), given)
    condition = CODES.conditions(config)[0]
    with RunDirectory.create(tmp_path / "run", config, ["x"]) as run:
        assert selected(CODES, condition, run, []) == 0.1
        monkeypatch.setattr("brainsnn.protocols.glm.selection.Folds.score", None)
        assert selected(CODES, condition, run, []) == 0.1  # nothing is trained again
        table = run.table("selection")
    assert table["fold"].tolist() == [0, 1] * 2
    table = table[table["learning_rate"] == 0.1]
    assert table["accuracy"].mean() > 0.6
    assert (table[SCORE] <= table["accuracy"]).all()
