import pytest

from analysis.claims import Claim


@pytest.mark.parametrize(
    ("paper", "ours", "options", "verdict"),
    [
        (97.4, 97.4, {}, "met"),
        (97.4, 97.39, {}, "not met"),
        (97.4, 97.0, {"tolerance": 0.5}, "met"),
        (89.7, 85.0, {"higher_is_better": False}, "met"),
        (89.7, 90.0, {"higher_is_better": False}, "not met"),
        (89.7, 90.0, {"higher_is_better": False, "tolerance": 1.0}, "met"),
        (None, 90.0, {}, "no comparison"),
        (97.4, None, {}, "no comparison"),
        (97.4, float("nan"), {}, "no comparison"),
    ],
)
def test_verdicts(paper, ours, options, verdict):
    assert Claim.judged("accuracy", paper, ours, **options).verdict == verdict


def test_values_as_text():
    claim = Claim("accuracy", 97.4, 97.612, "%", spread=0.084, digits=2)
    assert claim.paper_text == "97.40"
    assert claim.ours_text == "97.61 ± 0.08"
    assert Claim("spikes", None, None, spread=1.0).ours_text == "\N{EN DASH}"
