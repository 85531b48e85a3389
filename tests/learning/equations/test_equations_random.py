"""Random equations: none is silently wrong. More of them by `random_equations.py`."""

from __future__ import annotations

from typing import Any

import brian2
import pytest
from brian2 import ms
from learning.equations.random_equations import look


@pytest.fixture(autouse=True)
def on_numpy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(brian2.prefs, "codegen.target", "numpy")
    brian2.defaultclock.dt = 0.1 * ms


@pytest.mark.parametrize("first", range(0, 24, 6))
def test_right_or_refused_by_name(first: int) -> None:
    found = [look(seed) for seed in range(first, first + 6)]
    assert any(text.startswith("right") for text in found), found
    for text in found:
        assert text.startswith(("right", "refused: ")), text
