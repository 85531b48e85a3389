"""A sweep of which a worker is killed in the middle leaves what an undisturbed one leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from killed_sweep import differing, disturbed, few, resumed, undisturbed

from brainsnn.datasets import DATASETS


@pytest.mark.slow
@pytest.mark.compiler
def test_a_killed_worker_changes_no_bit(tmp_path: Path) -> None:
    if DATASETS["iris"]().find() is None:
        pytest.skip("The iris are not here.")
    told, one, other = few(6, updates=60), tmp_path / "undisturbed", tmp_path / "disturbed"
    undisturbed(told, one)
    inside = disturbed(told, other, after=2)
    again = resumed(other)
    assert set(again) & set(inside)
    assert differing(one, other) == []
    table = Path("runs") / again[0] / "results.parquet"
    (other / table).write_bytes((one / "runs.parquet").read_bytes())
    assert differing(one, other) == [str(table)]  # It would be seen.
