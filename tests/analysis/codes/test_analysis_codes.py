"""Codes side by side: values worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.codes.agreement import agreement, side_by_side
from brainsnn.analysis.codes.curves import cost_at, curve, pareto
from brainsnn.analysis.codes.decisions import accuracy_against_time, decision_times
from brainsnn.analysis.codes.paired import corrected, mcnemar, paired_tests, wilcoxon_seeds
from brainsnn.analysis.figures import plot_curves, plot_pareto
from brainsnn.analysis.tables import TableError


@pytest.fixture
def trials():
    """Two codes, two seeds, four trials each; code `b` errs once more."""
    codes = {"a": ([0, 1, 0, 0], [0, 1, 1, 3]), "b": ([0, 1, 1, 0], [3] * 4)}
    return pd.concat(
        [table(code, seed, *columns) for code, columns in codes.items() for seed in (0, 1)],
        ignore_index=True,
    )


def table(code, seed, decisions, steps):
    label = [0, 1, 0, 1]
    return pd.DataFrame(
        {
            "code": code,
            "seed": seed,
            "trial": range(4),
            "label": label,
            "decision": decisions,
            "decision_step": steps,
            "tie": False,
            "silent": False,
            "candidate": np.equal(label, decisions),
        }
    )


def test_accuracy_against_time(trials):
    table = accuracy_against_time(trials, 4)
    a = table[table["code"] == "a"]["mean"].tolist()
    assert a == [0.25, 0.75, 0.75, 0.75, 0.75]
    assert table[table["code"] == "b"]["mean"].tolist() == [0, 0, 0, 0.5, 0.5]


def test_decision_times(trials):
    table = decision_times(trials).set_index("code")
    assert table.loc["a", "mean"] == 1.25
    assert table.loc["b", ["q05", "median", "q95"]].tolist() == [3, 3, 3]


def test_agreement(trials):
    row = agreement(trials, "code", ("seed", "trial")).iloc[0]
    assert (row["trials"], row["same_decision"]) == (8, 0.75)
    assert (row["both_right"], row["only_first"], row["only_second"], row["both_wrong"]) == (
        0.5,
        0.25,
        0,
        0.25,
    )
    # a decides 0 in 3 of 4, b in 2 of 4: chance is 0.75 * 0.5 + 0.25 * 0.5
    assert row["kappa"] == pytest.approx((0.75 - 0.5) / 0.5)


def test_paired_tests(trials):
    row = paired_tests(trials).iloc[0]
    assert (row["difference"], row["seeds"], row["trials"]) == (0.25, 2, 8)
    assert row["mcnemar_p"] == row["mcnemar_holm"] == 1.0  # one trial of four differs in each seed
    assert row["odds_ratio"] == pytest.approx(1.5 / 0.5)


@pytest.mark.parametrize(("names", "sign"), [("ab", 1), ("ba", -1)])
def test_a_pair_is_compared_in_one_direction(names, sign):
    """The first is right on 2, 4 and 6 of 40 more by seed, or the second, where names change."""
    tables = []
    for seed, more in enumerate((2, 4, 6)):
        for code, wrong in zip(names, (0, more), strict=True):
            columns = {"trial": range(40), "label": 0, "decision": np.arange(40) < wrong}
            tables.append(pd.DataFrame({**columns, "code": code, "seed": seed}))
    row = paired_tests(pd.concat(tables).astype({"decision": int})).iloc[0]
    assert (row["first"], row["second"]) == ("a", "b")
    assert row["difference"] == pytest.approx(sign * 0.1)
    assert row["cohen_d"] == pytest.approx(sign * 0.1 / 0.05)
    assert row["odds_ratio"] == pytest.approx((5 * 9 * 13) ** (sign / 3))
    assert row["wilcoxon_p"] == row["wilcoxon_holm"] == pytest.approx(2 / 2**3)


def many(n_seeds, copies=False):
    """Two codes on 40 images; the first is right on six more, in each seed or in the first."""
    tables = []
    for seed in range(n_seeds):
        right = {"a": np.full(40, True), "b": np.arange(40) >= (6 if copies or seed == 0 else 0)}
        for code, good in right.items():
            columns = {"trial": range(40), "label": 0, "decision": np.where(good, 0, 1)}
            tables.append(pd.DataFrame({**columns, "code": code, "seed": seed}))
    return pd.concat(tables, ignore_index=True)


def test_seeds_that_see_the_same_images_are_no_more_images():
    """Pooled, twenty seeds that err alike would give 2 ** -119; they are one test, and a half."""
    alone = paired_tests(many(1)).iloc[0]
    assert alone["mcnemar_p"] == pytest.approx(2 / 2**6)
    copies = paired_tests(many(20, copies=True)).iloc[0]
    assert copies["mcnemar_p"] == pytest.approx(2 * 2 / 2**6)
    assert (copies["trials"], copies["seeds"]) == (800, 20)


def test_a_difference_in_one_seed_of_many_is_none():
    assert paired_tests(many(5)).iloc[0]["mcnemar_p"] == 1.0


def test_pairs_are_corrected_for_their_number():
    three = many(1)
    third = three[three["code"] == "b"].assign(code="c")
    table = paired_tests(pd.concat([three, third])).set_index(["first", "second"])
    assert table.loc[("a", "b"), "mcnemar_holm"] == pytest.approx(3 * 2 / 2**6)
    assert table.loc[("b", "c"), "mcnemar_holm"] == 1.0
    assert table["wilcoxon_holm"].isna().all()


def test_groups_are_corrected_together():
    one = paired_tests(many(1))
    assert one["mcnemar_holm"].iloc[0] == pytest.approx(2 / 2**6)
    both = corrected(pd.concat([one, one]))
    assert both["mcnemar_holm"].tolist() == pytest.approx([4 / 2**6] * 2)


def test_mcnemar_is_the_binomial_test():
    first = np.repeat([True, True, False, False], [50, 9, 1, 40])
    second = np.repeat([True, False, True, False], [50, 9, 1, 40])
    p, odds = mcnemar(first, second)
    assert p == pytest.approx(2 * (1 + 10) / 2**10)
    assert odds == pytest.approx(9.5 / 1.5)
    assert mcnemar(first, first)[0] == 1.0


def test_wilcoxon_over_seeds():
    p, d = wilcoxon_seeds(np.array([0.01, 0.02, 0.03, 0.04, 0.05]))
    assert p == pytest.approx(2 / 2**5)
    assert d == pytest.approx(0.03 / np.std([1, 2, 3, 4, 5], ddof=1) * 100)
    assert wilcoxon_seeds(np.zeros(4))[0] == 1.0
    assert np.isnan(wilcoxon_seeds(np.ones(1))).all()


def test_the_same_trial_twice_is_refused(trials):
    with pytest.raises(TableError, match="more than once"):
        side_by_side(pd.concat([trials, trials]), "code", ("seed", "trial"), "decision")
    with pytest.raises(TableError, match="Two codes"):
        side_by_side(trials[trials["code"] == "a"], "code", ("seed", "trial"), "decision")


def points():
    return pd.DataFrame(
        {"accuracy": [0.9, 0.8, 0.95, 0.7], "cost": [2.0, 1.0, 4.0, 3.0], "rule": "a", "seed": 0}
    )


def test_cost_at_an_accuracy_is_interpolated():
    assert cost_at(points(), 0.85, "cost") == pytest.approx(1.5)
    assert cost_at(points(), 0.8, "cost") == 1.0
    assert np.isnan(cost_at(points(), 0.99, "cost"))


def test_the_front_leaves_out_what_is_beaten():
    assert pareto(points(), "cost")["cost"].tolist() == [1.0, 2.0, 4.0]


def test_figures_of_curves_and_fronts():
    many = pd.concat([points().assign(seed=s, half=h) for s in range(3) for h in "xy"])
    table = curve(many, "cost", "accuracy", ("half", "rule"))
    assert table["n"].tolist() == [3] * 8
    assert len(plot_curves(table, "cost", "accuracy", "Cost", split="half", log=True).axes) == 2
    (axes,) = plot_pareto(many, "cost", "accuracy", "Cost").axes
    drawn = np.concatenate([line.get_ydata() for line in axes.lines[::2]])
    np.testing.assert_allclose(np.sort(drawn), np.sort(100 * many["accuracy"]))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("decision", np.nan, "decision is missing in 1 of 16"),
        ("label", np.nan, "label is missing in 1 of 16"),
        ("label", -1, "label must be whole numbers from 0"),
        ("decision", 0.5, "decision must be whole numbers from -1"),
        ("code", None, "missing of 16 rows: code in 1"),
        ("trial", None, "missing of 16 rows: trial in 1"),
        ("label", 1, "label of 1 of 8 trials differs"),
    ],
)
@pytest.mark.parametrize("measure", [agreement, paired_tests])
def test_trials_that_are_not_the_same_are_not_compared(trials, measure, column, value, message):
    wrong = trials.astype({column: object})
    wrong.loc[0, column] = value
    with pytest.raises(TableError, match=message):
        measure(wrong.infer_objects(), "code", ("seed", "trial"))


def test_a_trial_of_no_class_that_is_decided_for_none_agrees(trials):
    """-1 is a decision like others where codes are compared, but never right."""
    none = trials.assign(decision=-1)
    row = agreement(none, "code", ("seed", "trial")).iloc[0]
    assert (row["same_decision"], row["both_wrong"]) == (1, 1)


@pytest.mark.parametrize(("column", "value"), [("decision_step", np.nan), ("decision_step", 5)])
def test_decisions_at_no_step_are_refused(trials, column, value):
    trials.loc[0, column] = value
    with pytest.raises(TableError, match=column.split("_")[0]):
        accuracy_against_time(trials, 4)


def test_mcnemar_takes_answers_only():
    assert mcnemar(np.array([1, 1, 0]), np.array([1, 0, 0])) == (1.0, 3.0)
    for first in ([1, 2, 0], [1.0, np.nan, 0], [True, False]):
        with pytest.raises(TableError, match="whether each code was right"):
            mcnemar(np.array(first), np.array([True, False, True]))


def test_failed_runs_are_not_on_the_front():
    results = pd.DataFrame({"operations": [1.0, 2, 3, 4, 5, np.nan]})
    results["accuracy"] = [0.90, 0.95, np.nan, 0.97, 0.96, 0.99]
    assert pareto(results, "operations")["operations"].tolist() == [1, 2, 4]
    assert cost_at(results, 0.96, "operations") == pytest.approx(3)
    with pytest.raises(TableError, match="no row with both"):
        pareto(results.iloc[[2, 5]], "operations")


def test_an_accuracy_that_was_measured_costs_what_it_cost_there():
    results = pd.DataFrame({"accuracy": [0.5, 0.7, 0.6, 0.9], "spikes": [10.0, 20, 30, 60]})
    for accuracy, cost in ((0.5, 10), (0.4, 10), (0.6, 15), (0.7, 20), (0.8, 50), (0.9, 60)):
        assert cost_at(results.sample(frac=1, random_state=1), accuracy, "spikes") == pytest.approx(
            cost
        )
    assert np.isnan(cost_at(results, 0.91, "spikes"))
