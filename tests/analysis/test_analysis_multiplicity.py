"""Many tests at once: worked by hand, and against chance."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.analysis.multiplicity import combined, holm
from brainsnn.analysis.tables import TableError


def test_holm_by_hand():
    assert holm([0.04, 0.01, 0.03]).tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.5, 0.9]).tolist() == pytest.approx([1.0, 1.0])
    assert holm([0.04]).tolist() == [0.04]
    assert holm([]).size == 0


def test_tests_that_were_not_made_count_for_none():
    found = holm([0.01, np.nan, 0.03])
    assert found[[0, 2]].tolist() == pytest.approx([0.02, 0.03])
    assert np.isnan(found[1])


def test_holm_errs_anywhere_as_seldom_as_it_says():
    p = np.random.default_rng(0).random((2000, 12))
    wrong = np.mean([(holm(row) < 0.05).any() for row in p])
    assert wrong == pytest.approx(0.05, abs=0.015)
    assert np.mean((p < 0.05).any(axis=1)) > 0.4


def test_p_values_of_the_same_images_are_not_multiplied():
    assert combined([0.01, 0.03]) == pytest.approx(0.04)
    assert combined([0.04] * 5) == pytest.approx(0.08)
    assert combined([0.03]) == 0.03
    assert combined([0.9, 0.8]) == 1.0
    assert np.isnan(combined([0.1, np.nan]))


def test_what_is_no_p_value_is_refused():
    with pytest.raises(TableError, match="between 0 and 1"):
        holm([0.5, 1.5])
    with pytest.raises(TableError, match="no p value"):
        combined([])
