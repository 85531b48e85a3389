"""Decisions by potential: the last, or the mean or largest of a recording with states."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.codes import PotentialDecoder
from brainsnn.errors import ConfigError, DataError
from brainsnn.spikes import Recording

COURSE = np.array([[[0.0, 3.0], [2.0, 0.0], [2.0, 1.0]], [[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]])
EMPTY = np.empty(0, np.int32)
PLAIN = Recording(
    {"output": 2}, 3, 1e-3, np.zeros(3, np.int64), EMPTY, EMPTY, EMPTY, EMPTY * 1.0,
    {"output": COURSE[:, -1]},
)  # fmt: skip


def test_the_last_needs_no_states_and_a_tie_is_no_class() -> None:
    found = PotentialDecoder().decode(PLAIN)
    assert found.decision.tolist() == [0, -1]
    assert found.tie.tolist() == [False, True]
    assert not found.silent.any()
    assert found.step.tolist() == [2, 2]


def test_mean_and_largest_read_the_states() -> None:
    seen = PLAIN.with_states({("output", "v"): COURSE})
    for of, wanted in (("last", 0), ("mean", -1), ("largest", 1)):
        assert PotentialDecoder(of).decode(seen).decision[0] == wanted  # type: ignore[arg-type]
    with pytest.raises(DataError, match="mean potential of 'output' needs its states"):
        PotentialDecoder("mean").decode(PLAIN)
    with pytest.raises(ConfigError, match="last, mean or largest"):
        PotentialDecoder("first")  # type: ignore[arg-type]


def test_a_share_reads_the_last_steps() -> None:
    seen = PLAIN.with_states({("output", "v"): COURSE})
    for share, wanted in ((2 / 3, 0), (1 / 3, 0), (1e-9, 0), (1.0, -1)):
        assert PotentialDecoder("mean", share).decode(seen).decision[0] == wanted
    assert PotentialDecoder("largest", 2 / 3).decode(seen).decision[0] == 0
    for wrong in (0.0, 1.1, np.nan):
        with pytest.raises(ConfigError, match="share of steps"):
            PotentialDecoder("mean", wrong)
