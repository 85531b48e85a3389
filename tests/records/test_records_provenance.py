import json
import platform

import numpy as np

from brainsnn.records import describe_machine, provenance


def test_everything_is_there_and_fits_json():
    record = provenance(3, ["brainsnn", "run", "x"])
    assert json.loads(json.dumps(record)) == record
    assert record["seed"] == 3
    assert record["command"] == ["brainsnn", "run", "x"]
    assert record["python"] == platform.python_version()
    assert record["packages"]["numpy"] == np.__version__
    needed = {name: v for name, v in record["packages"].items() if name != "brian2genn"}
    assert all(needed.values())
    assert record["ended"] is None
    assert record["started"].endswith("+00:00")


def test_missing_compiler_and_git_are_no_error(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    record = provenance(0, [])
    assert record["compiler"] is None
    assert record["commit"] is None


def test_machine():
    machine = describe_machine()
    assert machine["cores"] >= 1
    assert machine["cpu"]
