"""Conditions that processes of their own carry out leave what one after the other would."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from brainsnn.config import apply_overrides
from brainsnn.datasets import Iris
from brainsnn.errors import BrainsnnError
from brainsnn.experiment import processes, start
from brainsnn.experiment.installed import load_protocol
from brainsnn.interrupts import Interrupted
from brainsnn.records import RunDirectory

SETS = ("iris", "breast-cancer-wisconsin")
FEW = (
    "engine=resident",
    f"sets={json.dumps(SETS)}",
    "seeds=1",
    "training.updates=5",
    'codes=["regular"]',
)


@pytest.fixture
def config():
    pytest.importorskip("sklearn")
    if Iris().find() is None:
        pytest.skip("uci/iris is not there")
    return apply_overrides(load_protocol("count-uci").config(), FEW)


@pytest.mark.slow
def test_processes_leave_the_same_tables(tmp_path: Path, config) -> None:
    protocol, tables = load_protocol("count-uci"), []
    for workers in (1, 2):
        run = tmp_path / str(workers)
        start(protocol, config.model_copy(update={"workers": workers}), run, ["brainsnn"])
        assert sorted(path.name for path in (run / "conditions").iterdir()) == sorted(
            f"{name}-seed0" for name in SETS
        )
        tables.append(RunDirectory.read(run).table("results").drop(columns="seconds"))
    pd.testing.assert_frame_equal(*tables)


#: In place of a run: one that fails, one that is interrupted, others that wait for a signal.
CHILD = """
import json, signal, sys
name = sys.argv[1].rpartition("/")[2]
if name == "broken":
    print(json.dumps({"error": "it broke"}))
    sys.exit(2)
if name == "stopped":
    sys.exit(130)
signal.pause()
"""


@pytest.mark.parametrize(
    ("first", "kind", "message"),
    [
        ("broken", BrainsnnError, "broken: it broke"),
        ("stopped", Interrupted, r"saved in .*stopped"),
    ],
)
def test_the_first_that_fails_ends_all_others(monkeypatch, first, kind, message) -> None:
    child = [sys.executable, "-c", CHILD]
    monkeypatch.setattr(processes, "_command", lambda path: [*child, str(path)])
    paths, said = [Path(first), Path("waiting"), Path("never begun")], []
    with pytest.raises(kind, match=message):
        processes.resume_at_once("count-uci", paths, 2, said.append)
    assert said == []
