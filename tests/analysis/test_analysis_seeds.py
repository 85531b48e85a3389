import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.seeds import across, mean_interval, over_seeds
from brainsnn.analysis.tables import TableError


def test_students_interval_of_a_worked_case():
    # mean 2, sd 1, n = 3; t(0.975, 2) = 4.302653, so half = 4.302653 / sqrt(3).
    low, high = mean_interval([1.0, 2.0, 3.0])
    assert (low, high) == pytest.approx((2 - 2.484138, 2 + 2.484138), abs=1e-5)


def test_one_value_has_no_interval():
    assert np.isnan(mean_interval([1.0])).all()
    assert np.isnan(mean_interval([1.0], method="bootstrap")).all()


def test_bootstrap_is_repeatable_and_within_the_values():
    values = [0.95, 0.96, 0.97, 0.98]
    first = mean_interval(values, method="bootstrap")
    assert first == mean_interval(values, method="bootstrap", rng=np.random.default_rng(0))
    assert 0.95 <= first[0] < 0.965 < first[1] <= 0.98
    other = mean_interval(values, method="bootstrap", rng=np.random.default_rng(1), resamples=50)
    assert other != first


def test_bootstrap_cuts_off_half_of_the_rest_on_either_side():
    """Means of 400 zeros and ones are normal with a deviation of 0.025."""
    values = np.arange(400) % 2
    for confidence, deviations in ((0.95, 1.96), (0.5, 0.674)):
        low, high = mean_interval(values, confidence, method="bootstrap", resamples=20_000)
        assert high - 0.5 == pytest.approx(0.025 * deviations, rel=0.06)
        assert 0.5 - low == pytest.approx(0.025 * deviations, rel=0.06)


@pytest.mark.parametrize("wrong", [{"confidence": 1.5}, {"method": "jackknife"}])
def test_impossible_intervals_are_refused(wrong):
    with pytest.raises(TableError):
        mean_interval([1.0, 2.0], **wrong)


def test_statistics_by_group():
    frame = pd.DataFrame({"v": ["b", "b", "a"], "x": [1.0, 3.0, 5.0], "y": [0.0, 0.0, np.nan]})
    table = over_seeds(frame, ["x", "y"], ["v"]).set_index(["v", "measure"])
    assert table.loc[("b", "x"), ["n", "mean", "sd"]].tolist() == pytest.approx([2, 2, 2**0.5])
    assert table.loc[("a", "x"), "mean"] == 5
    assert np.isnan(table.loc[("a", "x"), "sd"])
    assert table.loc[("a", "y"), "n"] == 0


def test_statistics_resample_by_the_method_and_the_generator_given():
    """Groups are resampled one after the other, with one generator."""
    samples = np.random.default_rng(0).normal(size=(2, 20))
    frame = pd.DataFrame({"v": np.repeat(["a", "b"], 20), "x": samples.ravel()})
    rng = np.random.default_rng(3)
    table = over_seeds(frame, ["x"], ["v"], method="bootstrap", rng=np.random.default_rng(3))
    for bounds, values in zip(table[["low", "high"]].to_numpy(), samples, strict=True):
        assert tuple(bounds) == mean_interval(values, method="bootstrap", rng=rng)
        assert tuple(bounds) != mean_interval(values, method="bootstrap")


def test_statistics_without_groups():
    table = over_seeds(pd.DataFrame({"x": [1.0, 3.0]}), ["x"])
    assert list(table.columns) == ["measure", "n", "mean", "sd", "low", "high"]
    assert table["mean"].tolist() == [2.0]


def test_groups_beside_measures_for_reading():
    frame = pd.DataFrame(
        {"v": ["b", "b", "a"], "right": [0.9, 0.92, 0.5], "spikes": [10.0, 14.0, 3]}
    )
    statistics = over_seeds(frame, ["right", "spikes"], ["v"])
    table = across(statistics, percent=["right"])
    assert list(table.columns) == ["v", "n", "right (%)", "spikes"]
    # t(0.975, 1) = 12.7062; half = 12.7062 * sd / sqrt(2) = 12.7062 * 0.01, 12.7062 * 2.
    assert table.loc[0].tolist() == ["a", 1, "50.00", "3.0"]
    assert table.loc[1].tolist() == [
        "b",
        2,
        "91.00\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}12.71",
        "12.0\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}25.4",
    ]


def test_a_measure_that_a_seed_lacks():
    frame = pd.DataFrame({"v": ["a", "a"], "x": [1.0, 3.0], "y": [5.0, np.nan]})
    table = across(over_seeds(frame, ["x", "y"], ["v"]))
    assert table.to_dict("records") == [
        {"v": "a", "n": 2, "x": "2.0\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}12.7", "y": "5.0"}
    ]


def test_measures_without_groups_stand_in_one_row():
    table = across(over_seeds(pd.DataFrame({"x": [1.0, 3.0]}), ["x"]))
    assert table.to_dict("records") == [
        {"n": 2, "x": "2.0\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}12.7"}
    ]


def test_an_interval_of_shares_ends_where_shares_end():
    """Mean 0.9, half 12.7062 * 0.1: far beyond 1; of what is no share, it goes on."""
    frame = pd.DataFrame({"accuracy": [0.8, 1.0], "spikes": [0.8, 1.0]})
    found = over_seeds(frame, ["accuracy", "spikes"]).set_index("measure")
    assert found.loc["accuracy", ["low", "high"]].tolist() == [0.0, 1.0]
    assert found.loc["spikes", ["low", "high"]].tolist() == pytest.approx(
        [-0.3706, 2.1706], abs=1e-4
    )
