"""No test image is read before the end, and neither test nor validation images teach anything.

That none is read is checked in every test of a protocol (see `conftest.py`); here, that the check
notices, and that a network is the same whatever the images are that it must not learn from.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sealed import Seal, poisoned, sealed

from brainsnn.config import apply_overrides
from brainsnn.datasets import MNIST, ImageSet, Splits
from brainsnn.datasets.idx_images import IdxImages
from brainsnn.experiment import start
from brainsnn.protocol import load_protocol
from brainsnn.records import RunDirectory

ENGINE = "resident" if shutil.which("g++") else "runtime"
IMAGES = ("data.n_train=96", "data.n_validation=48", "data.n_test=24")
GLM = ("training.epochs=2", "training.folds=2", "data.train=12", "data.test=6", "seeds=1")

#: Little settings of protocols that learn images, one epoch each: nothing is left to select.
LEARNING = {
    "s4nn-mnist": ("epochs=1", "thresholds=[]", "network.hidden=[30]", *IMAGES),
    "count-mnist": ("epochs=1", "network.n_steps=4", "network.hidden=30", *IMAGES),
    "antlr-mnist": (
        "seeds=1",
        "hidden=20",
        "training.epochs=1",
        'methods=["antlr"]',
        "restricted=[true]",
        *IMAGES,
    ),
}

#: Those that choose by cross-validation of the training images.
CHOOSING = {
    "glm-basis": (*GLM, "digits=[[5, 7]]", "functions=[2]"),
    "glm-complexity": (*GLM, "n_steps=[4]"),
    "codes-mnist": GLM,
}


def carry_out(name: str, path: Path, *overrides: str) -> RunDirectory:
    protocol = load_protocol(name)
    config = apply_overrides(protocol.config(), [f"engine={ENGINE}", *overrides])
    return RunDirectory.read(start(protocol, config, path, ["brainsnn", "run", name]).path)


@pytest.fixture
def other_images(monkeypatch: pytest.MonkeyPatch, seal: Seal) -> Any:
    """Have splits of the names given hold other images with other labels, from now on."""

    def poison(*names: str) -> None:
        load = IdxImages.load

        def loaded(*args: Any, **settings: Any) -> Splits[ImageSet]:
            splits = load(*args, **settings)
            return sealed(poisoned(_unsealed(splits, seal), *names), seal)

        monkeypatch.setattr(IdxImages, "load", loaded)

    return poison


def _unsealed(splits: Any, seal: Seal) -> Any:
    return Splits(splits.train, splits.validation, splits.test._make())


def concluded_without_a_page(self: Any, run: RunDirectory) -> pd.DataFrame:
    return pd.DataFrame()


@pytest.mark.skipif(MNIST().find() is None, reason="MNIST is not there")
@pytest.mark.parametrize("name", [*LEARNING, *CHOOSING])
def test_what_must_not_teach_does_not(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_images: Any
) -> None:
    overrides = {**LEARNING, **CHOOSING}[name]
    monkeypatch.setattr(type(load_protocol(name)), "conclude", concluded_without_a_page)
    ours = carry_out(name, tmp_path / "ours", *overrides)
    other_images("test", *(["validation"] if name in LEARNING else []))
    theirs = carry_out(name, tmp_path / "theirs", *overrides)
    assert not ours.trials()["decision"].equals(theirs.trials()["decision"])
    if name in CHOOSING:
        pd.testing.assert_frame_equal(ours.table("selection"), theirs.table("selection"))
        rates = [run.table("results")["learning_rate"].tolist() for run in (ours, theirs)]
        assert rates[0] == rates[1]
        return
    (mine,), (other,) = (list(run.path.glob("weights*.npz")) for run in (ours, theirs))
    with np.load(mine) as a, np.load(other) as b:
        assert a.files == b.files
        assert all(np.array_equal(a[key], b[key]) for key in a.files)


def test_a_sealed_split_is_read_after_training_only() -> None:
    seal = Seal()
    images = ImageSet("few", np.zeros((3, 2, 2), np.uint8), np.array([0, 1, 0]), ("a", "b"))
    test = sealed(Splits(images, images, images), seal).test.take(np.array([1]))
    assert len(test) == 1
    with pytest.raises(AssertionError, match="'images' of the test split was read before"):
        _ = test.images

    def train() -> None:
        with pytest.raises(AssertionError, match="'labels' of the test split was read before"):
            _ = test.labels

    for _ in range(2):
        seal.around(train)()
        assert test.labels.tolist() == [1]
