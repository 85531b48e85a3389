"""When a claim may be called met."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from brainsnn.analysis.claims import Claim, direction_p, judged_together


@pytest.mark.parametrize(
    ("paper", "ours", "options", "verdict"),
    [
        (97.4, 97.4, {}, "met"),
        (97.4, 97.39, {}, "not met"),
        (89.7, 85.0, {"higher_is_better": False}, "met"),
        (89.7, 90.0, {"higher_is_better": False}, "not met"),
        (0.0, 0.5, {}, "met"),  # 0 is a number
        (0.0, -0.5, {}, "not met"),
        (0.5, 0.0, {}, "not met"),
        (0.5, 0.0, {"higher_is_better": False}, "met"),
        (0.0, 0.5, {"higher_is_better": False}, "not met"),
        (None, 90.0, {}, "no comparison"),
        (float("nan"), 90.0, {}, "no comparison"),
        (97.4, None, {}, "no comparison"),
        (97.4, float("nan"), {}, "no comparison"),
        (None, 99.0, {"aim": 98.0}, "no comparison"),
    ],
)
def test_a_number_is_judged_by_the_papers_alone(paper, ours, options, verdict):
    assert Claim.judged("accuracy", paper, ours, **options).verdict == verdict


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([1.0, 1.1, 0.9], "direction only: met"),
        ([-1.0, -1.1, -0.9], "direction only: not met"),
        ([0.1, 0.9, 0.3], "direction only: open"),  # mean 0.43, interval -0.6 to 1.5
        ([0.0, 0.0, 0.0], "direction only: open"),
        ([0.5, 0.5, 0.5], "direction only: met"),
        ([5.0], "direction only: open"),
        ([5.0, float("nan")], "direction only: open"),
        ([], "no comparison"),
    ],
)
def test_a_direction_is_met_only_with_its_whole_interval(differences, verdict):
    claim = Claim.direction("one minus other", differences)
    assert claim.verdict == verdict
    assert claim.paper is None
    if verdict == "direction only: met":
        assert claim.interval[0] > 0
    if verdict == "direction only: open" and claim.interval:
        assert claim.interval[0] <= 0 <= claim.interval[1]


def test_a_ratio_is_above_one():
    assert Claim.direction("ratio", [1.5, 1.6, 1.4], than=1.0).verdict == "direction only: met"
    assert Claim.direction("ratio", [0.9, 1.6, 1.1], than=1.0).verdict == "direction only: open"


def test_the_p_value_is_students():
    values = np.array([0.2, 0.5, -0.1, 0.4])
    ours, spread = values.mean(), values.std(ddof=1)
    assert direction_p(0.0, ours, spread, 4) == pytest.approx(ttest_1samp(values, 0).pvalue)
    assert direction_p(0.1, ours, spread, 4) == pytest.approx(ttest_1samp(values, 0.1).pvalue)
    assert np.isnan(direction_p(0.0, 1.0, None, 1))


def test_many_directions_are_corrected_for_each_other():
    """The interval of each lies above 0, just; of ten such, none is met."""
    weak = Claim.direction("weak", [0.6, 0.9, 1.3])
    assert weak.verdict == "direction only: met"
    sure = Claim.direction("sure", [1.0, 1.0001, 0.9999])
    number = Claim.judged("number", 97.4, 98.0)
    found = judged_together([*[weak] * 10, sure, number])
    assert {claim.verdict for claim in found[:10]} == {"direction only: open"}
    assert [claim.verdict for claim in found[10:]] == ["direction only: met", "met"]


def test_values_as_text():
    claim = Claim("accuracy", 97.4, 97.612, "%", spread=0.084, digits=2, seeds=3, aim=98)
    assert claim.paper_text == "97.40"
    assert claim.ours_text == "97.61 ± 0.08"
    assert claim.aim_text == "98.00"
    assert claim.interval == pytest.approx((97.612 - 4.3027 * 0.084 / 3**0.5, 97.8207), abs=1e-4)
    assert claim.interval_text == "95 % interval 97.40 to 97.82, 3 seeds"
    alone = Claim("spikes", None, None, spread=1.0)
    assert (alone.ours_text, alone.interval_text) == ("\N{EN DASH}", "")


def test_intervals_of_shares_end_at_0_and_100_and_those_of_differences_do_not():
    """Of three seeds, half is 4.3027 * 24 / sqrt(3) = 59.6."""
    share = Claim("Test accuracy", None, 73.0, "%", spread=24.0, seeds=3)
    assert share.interval == pytest.approx((13.38, 100.0), abs=0.01)
    rare = Claim("Test error", None, 7.0, "%", spread=24.0, seeds=3)
    assert rare.interval == pytest.approx((0.0, 66.62), abs=0.01)
    gain = Claim("Gain", None, 73.0, "%", spread=24.0, seeds=3, asks="above", than=0.0)
    assert gain.interval == pytest.approx((13.38, 132.62), abs=0.01)
