"""Defaults are those that the docstrings state; dataclasses say what they do not by default."""

from documented import differing, idle_switches


def test_defaults_are_what_docstrings_state():
    assert not differing("brainsnn/learning")


def test_dataclasses_say_no_default():
    assert not idle_switches("brainsnn/learning")
