import doctest

import numpy as np
import pytest

import brainsnn.analysis.accuracy
import brainsnn.analysis.formatting
from brainsnn.analysis.formatting import flatten, format_cell, format_number, slug


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (97.36, 1, "97.4"),
        (12345.6, 0, "12,346"),
        (-1.25, 2, "\N{MINUS SIGN}1.25"),
        (-0.001, 1, "0.0"),
        (None, 1, "\N{EN DASH}"),
        (float("nan"), 1, "\N{EN DASH}"),
    ],
)
def test_numbers(value, digits, text):
    assert format_number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (np.int64(1200), "1,200"),
        (np.float64(0.26), "0.3"),
        ("a_b", "a_b"),
        (None, "\N{EN DASH}"),
    ],
)
def test_cells(value, text):
    assert format_cell(value) == text


def test_nested_settings_get_dotted_names():
    settings = {"rule": {"rate": 0.1, "l2": 1e-6}, "sizes": (784, 10), "stop": None, "fast": False}
    assert flatten(settings) == [
        ("rule.rate", "0.1"),
        ("rule.l2", "1e-06"),
        ("sizes", "784, 10"),
        ("stop", "\N{EN DASH}"),
        ("fast", "no"),
    ]


def test_slugs_are_never_empty():
    assert slug("Ties & silence") == "ties-silence"
    assert slug("…") == "section"


@pytest.mark.parametrize("module", [brainsnn.analysis.accuracy, brainsnn.analysis.formatting])
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
