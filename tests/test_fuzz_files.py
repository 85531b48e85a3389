"""Some damaged and foreign files; ``make fuzz-files`` tries any number."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from fuzz_files import Fuzz

from brainsnn.datasets import MNIST

N = 100


@pytest.fixture(scope="module")
def fuzz(tmp_path_factory: pytest.TempPathFactory) -> Fuzz:
    if MNIST().find() is None or not shutil.which("g++"):
        pytest.skip("a run needs MNIST and a compiler")
    return Fuzz(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.filterwarnings("ignore")
def test_each_is_refused_or_taken(fuzz: Fuzz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINSNN_CACHE", str(fuzz.folder))  # Set anew by mutants, and put back.
    for drawn in (fuzz.conclude, fuzz.compare):  # They draw figures, which takes seconds.
        fuzz.trials.pop(drawn, None)
    assert not [found for seed in range(N) if (found := fuzz.one(seed))]


def test_what_was_not_changed_is_taken(fuzz: Fuzz, tmp_path: Path) -> None:
    rng, copy = np.random.default_rng(0), tmp_path / "copy"
    shutil.copytree(fuzz.run, copy)
    for trial in (fuzz.checkpoint, fuzz.weights):
        trial(rng, copy)
    with pytest.raises(SystemExit) as end:
        fuzz.show(rng, copy)
    assert end.value.code == 0
