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
from photographs import put_photographs
from sealed import Seal, sealed

from brainsnn.config import apply_overrides
from brainsnn.datasets import MNIST, ImageSet, Iris, SmallNMNIST, Splits
from brainsnn.experiment.carry_out import start
from brainsnn.experiment.installed import load_protocol
from brainsnn.protocols.s4nn.caltech_presets import PRESETS
from brainsnn.records import RunDirectory

ENGINE = "resident" if shutil.which("g++") else "runtime"
IMAGES = ("data.n_train=96", "data.n_validation=48", "data.n_test=24")
GLM = ("training.epochs=2", "training.folds=2", "data.train=12", "data.test=6", "seeds=1")

CALTECH = (
    *PRESETS["pixels"],
    "data.n_train=6",
    "data.n_validation=2",
    "data.height=8",
    "data.width=10",
    "network.initial_high=[5.0, 250.0]",
)

#: Little settings of protocols that learn images, one epoch each: nothing is left to select.
LEARNING = {
    "s4nn-mnist": (
        "recipe.fitted=false",
        "epochs=1",
        "thresholds=[]",
        "network.hidden=[30]",
        *IMAGES,
    ),
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

#: Others: little settings, and the splits that must not teach. `count-uci` learns a fixed time,
#: from validation rows too.
OTHER = {
    "s4nn-caltech": ((*CALTECH, "epochs=1", "jitters=[]"), ("validation", "test")),
    "antlr-nmnist": (
        (
            "seeds=1",
            "hidden=12",
            "n_steps=20",
            "training.epochs=1",
            'methods=["antlr"]',
            "restricted=[true]",
        ),
        ("validation", "test"),
    ),
    "count-latency": (
        ("n_steps=[2]", "bits=[]", "rate_targets=[]", "epochs=1", "network.hidden=30", *IMAGES),
        ("validation", "test"),
    ),
    "count-uci": (
        ('sets=["iris"]', 'codes=["bernoulli"]', "training.updates=5", "seeds=1"),
        ("test",),
    ),
}
OTHER_DATA = {"antlr-nmnist": SmallNMNIST, "count-latency": MNIST, "count-uci": Iris}

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


def concluded_without_a_page(self: Any, run: RunDirectory) -> pd.DataFrame:
    return pd.DataFrame()


@pytest.mark.skipif(MNIST().find() is None, reason="MNIST is not there")
@pytest.mark.parametrize("name", [*LEARNING, *CHOOSING])
def test_what_must_not_teach_does_not(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_data: Any
) -> None:
    overrides = {**LEARNING, **CHOOSING}[name]
    monkeypatch.setattr(type(load_protocol(name)), "conclude", concluded_without_a_page)
    ours = carry_out(name, tmp_path / "ours", *overrides)
    other_data("test", *(["validation"] if name in LEARNING else []))
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


@pytest.mark.parametrize("name", OTHER)
def test_what_must_not_teach_other_data_does_not(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    learned: list[dict[str, np.ndarray]],
    other_data: Any,
) -> None:
    if name == "s4nn-caltech":
        monkeypatch.setenv("BRAINSNN_DATA", str(put_photographs(tmp_path)))
        monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: tmp_path / "cache")
    elif OTHER_DATA[name]().find() is None:
        pytest.skip(f"data of {name} are not there")
    if name == "count-uci":
        pytest.importorskip("sklearn")
    protocol, overrides, names = load_protocol(name), *OTHER[name]
    monkeypatch.setattr(type(protocol), "conclude", concluded_without_a_page)
    seen = [carry_out(name, tmp_path / "ours", *overrides)]
    mine = list(learned)
    other_data(*names)
    seen.append(carry_out(name, tmp_path / "theirs", *overrides))
    table = "trials" if seen[0].has_table("trials") else "results"
    assert not seen[0].table(table).equals(seen[1].table(table))
    assert len(mine) == len(learned) / 2 > 0
    for a, b in zip(mine, learned[len(mine) :], strict=True):
        assert all(np.array_equal(a[key], b[key]) for key in a)


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
