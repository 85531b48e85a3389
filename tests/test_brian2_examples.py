"""How the comparison of Brian2's examples judges; ``make brian2-examples`` runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from brian2_examples import VARIABLE, Verdict, examples, judge, report
from brian2_script import Outcome, read_outcome, write_outcome

RAN = Outcome(arrays={"v": np.array([1.0, np.nan]), "n": np.array([3])})
OTHER = Outcome(arrays={"v": np.array([1.5, np.nan]), "n": np.array([3])})
LONGER = Outcome(arrays={"v": np.array([1.0]), "n": np.array([3])})
REFUSED = Outcome("EngineError", "runs Python", refused=True)
FAILED = Outcome("ModuleNotFoundError", "No module named 'cv2'")


@pytest.mark.parametrize(
    ("reference", "resident", "kind", "why"),
    [
        (RAN, RAN, "equal", "2 arrays"),
        (RAN, OTHER, "differs", "v: 50.00% of 2 values"),
        (RAN, LONGER, "differs", r"\(1,\) for \(2,\)"),
        (RAN, REFUSED, "refused", "runs Python"),
        (FAILED, FAILED, "not runnable", "cv2"),
        (FAILED, RAN, "runs here alone", "cv2"),
        (RAN, FAILED, "differs", "ModuleNotFoundError"),
    ],
)
def test_an_example_is_judged_by_what_it_left(reference, resident, kind, why):
    verdict = judge("example.py", reference, resident)
    assert verdict.kind == kind
    assert re.search(why, verdict.why), verdict.why


def test_outcomes_are_read_as_they_were_written(tmp_path):
    write_outcome(RAN, tmp_path / "outcome.npz")
    found = read_outcome(tmp_path / "outcome.npz")
    assert not found.error
    np.testing.assert_equal(found.arrays, RAN.arrays)


def test_the_report_counts_every_kind():
    text = report([Verdict("b.py", "refused", "OpenMP"), Verdict("a.py", "equal")])
    assert text.splitlines()[0].startswith("equal")
    counts = ["equal: 1", "equal within rounding: 0", "differs: 0", "refused: 1"]
    assert text.endswith("\n".join([*counts, "runs here alone: 0", "not runnable: 0"]))


def test_examples_are_chosen_by_parts_of_their_names(tmp_path):
    for name in ("CUBA.py", "synapses/STDP.py", "synapses/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert examples(tmp_path, []) == [Path("CUBA.py"), Path("synapses/STDP.py")]
    assert examples(tmp_path, ["STDP"]) == [Path("synapses/STDP.py")]


def test_without_the_folder_it_is_said_how_to_get_it():
    environment = {k: v for k, v in os.environ.items() if k != VARIABLE}
    command = [sys.executable, str(Path(__file__).with_name("brian2_examples.py"))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert VARIABLE in done.stderr
