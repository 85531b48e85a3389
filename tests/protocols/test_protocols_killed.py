"""Every protocol, killed before any of its writes and resumed, leaves what an unbroken run does.

A run is watched: before each file that it opens to write, renames or removes, its directory is
copied, which is what a kill at that moment would leave. Of the copies before writes of one kind
(what is done to a file of which name) the last is then resumed; with ``BRAINSNN_EVERY_KILL`` set,
all are (``make kills``).
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from photographs import put_photographs

from brainsnn.config import apply_overrides
from brainsnn.datasets import MNIST, NMNIST, Iris, SmallNMNIST
from brainsnn.datasets.cockroach import CockroachAntennalLobe
from brainsnn.datasets.formats.idx import read_gzip
from brainsnn.experiment.carry_out import resume, start
from brainsnn.experiment.installed import load_protocol, protocols
from brainsnn.protocols.s4nn.caltech_presets import PRESETS
from brainsnn.records import RunDirectory

ENGINE = "resident" if shutil.which("g++") else "runtime"
FEW = ("data.n_train=40", "data.n_validation=20", "data.n_test=20")
GLM = ("training.epochs=1", "training.folds=2", "data.train=8", "data.test=8", "seeds=1")
LITTLE = {
    "s4nn-mnist": (
        *FEW,
        "recipe.fitted=false",
        "epochs=2",
        "network.hidden=[8]",
        "thresholds=[50.0]",
    ),
    "s4nn-caltech": (
        *PRESETS["pixels"],
        "network.initial_high=[5.0, 250.0]",
        *("epochs=2", "data.n_train=6", "data.n_validation=2"),
        *("data.height=8", "data.width=10", "jitters=[0, 100]"),
    ),
    "glm-basis": (*GLM, "digits=[[5, 7]]", "functions=[1]"),
    "glm-complexity": (*GLM, "n_steps=[4]", "accuracy=0.05"),
    "codes-mnist": (*GLM, "digits=[5, 7]", "n_steps=4", "functions=2"),
    "codes-recorded": ("seeds=2", "shuffles=2", "windows=[0.2, 0.5]", "folds=3"),
    "count-mnist": (
        *(*FEW, "epochs=2", "network.n_steps=4", "network.hidden=8"),
        *("short.epochs=1", "short.n_steps=2"),
    ),
    "count-latency": (
        *(*FEW, "epochs=1", "network.hidden=8", "n_steps=[1, 4]", "constrained=4"),
        *("bits=[2]", "rate_targets=[]"),
    ),
    "adex-mnist": (
        *(*FEW, "seeds=1", "training.epochs=2", "network.n_hidden=6", "n_steps=12"),
        "probability=0.3",
    ),
    "recurrent-mnist": (
        *(*FEW, "seeds=1", "training.epochs=2", "rows.each=1", "rows.silence=2"),
        *("network.n_regular=3", "network.n_adaptive=2"),
    ),
    "lsnn-mnist": (
        *(*FEW, "seeds=1", "training.epochs=2", 'kinds=["LSNN with DEEP R"]'),
        *("network.n_regular=3", "network.n_adaptive=2", "sequence.n_thresholds=3"),
    ),
    "lsnn-store-recall": (
        *("seeds=1", "delays=[2]", "adaptive=[0]", "training.epochs=2", "network.n_adaptive=2"),
        *("data.n_train=12", "data.n_validation=6", "data.n_test=8", "data.n_symbol=10"),
        *("data.n_each=2", "network.n_regular=2"),
    ),
    "lsnn-l2l": (
        *("seeds=1", 'told=["own"]', "training.epochs=2", "network.n_regular=2"),
        *("network.n_adaptive=2", "data.n_train=6", "data.n_validation=3", "data.n_test=4"),
        *("data.n_examples=3", "data.n_show=4", "data.n_each=2", "training.batch_size=3"),
    ),
    "eprop-pattern": (
        *("seeds=1", 'methods=["random"]', "training.epochs=2", "network.n_regular=4"),
        *("data.n_train=6", "data.n_validation=3", "data.n_test=4", "data.n_steps=12"),
        *("data.n_each=2", "data.n_outputs=2"),
    ),
    "eprop-evidence": (
        *("seeds=1", 'methods=["adaptive"]', "training.epochs=2", "network.n_regular=2"),
        *("network.n_adaptive=2", "data.n_train=8", "data.n_validation=4", "data.n_test=4"),
        *("data.n_cues=1", "data.n_cue=6", "data.n_gap=1", "data.n_delay=3", "data.n_recall=4"),
        "data.n_each=2",
    ),
    "delayed-match": (
        *("seeds=1", "delays=[5]", "adaptive=[2]", "training.epochs=2", "network.n_adaptive=2"),
        *("data.n_train=12", "data.n_validation=6", "data.n_test=8", "data.n_cue=5"),
        *("data.n_each=2", "network.n_regular=2"),
    ),
    "surrogate-randman": (
        *("seeds=1", "dimensions=[1]", "smoothness=[1]", "shapes=[]", "training.epochs=2"),
        *("data.n_train=12", "data.n_validation=6", "data.n_test=8", "data.n_steps=12"),
        *("network.hidden=[4]", "data.n_neurons=3", "data.n_classes=2"),
    ),
    "surrogate-shapes": (
        *("seeds=1", 'shapes=["triangle"]', "widths=[0.1]", 'heights=["one"]', "training.epochs=2"),
        *("data.n_train=12", "data.n_validation=6", "data.n_test=8", "data.n_steps=12"),
        *("network.hidden=[4]", "data.n_neurons=3", "data.n_classes=2"),
    ),
    "surrogate-fashion": (
        *(*FEW, "seeds=1", "data.name=mnist", "penalties=[0]", "training.epochs=2"),
        *("network.hidden=[4]", "latencies.n_steps=12"),
    ),
    "eventprop-mnist": (
        *(*FEW, "seeds=1", 'rules=["eventprop"]', "training.epochs=2", "timed=8"),
        *("network.hidden=6", "network.step=2", "network.input_mean=0.2"),
    ),
    "eventprop-yin-yang": (
        *("seeds=1", 'rules=["eventprop"]', "training.epochs=2", "plane=5", "timed=8"),
        *("data.n_train=12", "data.n_validation=6", "data.n_test=8", "network.hidden=6"),
        "network.step=1",
    ),
    "stdp-mnist": (
        *("seeds=1", "data.n_train=12", "data.n_test=8", "sizes=[10]", "portion=6", "labelled=12"),
        *("validated=4", "images.duration=20", "training.epochs=2"),
    ),
    "stdp-balance": (
        *("seeds=2", "rates=[20.0]", "trials=2", "tried=1", "seconds=0.2"),
        *("network.excitatory=20", "network.inhibitory=4", "network.g_max=0.5"),
    ),
    "stdp-pattern": (
        *("seeds=2", "trials=3", "windows=4"),
        *("network.inputs=40", "network.threshold=5", "network.dt=0.5"),
    ),
    "rstdp-credit": (
        *("seeds=2", "duration=3", "every=1", "window=500"),
        *("network.excitatory=6", "network.inhibitory=2", "network.noise=8"),
    ),
    "rstdp-iris": (
        "seeds=2",
        "punishments=[0.6]",
        "epochs=2",
        "network.fields=4",
        "network.dt=0.5",
    ),
    "glm-hidden": (
        *("seeds=2", "tasks=['repeat']", "hidden=[2]", "n_steps=6", "n_train=8", "n_test=8"),
        "training.epochs=2",
    ),
    "codes-memory": (
        *("seeds=1", 'codes=["potential"]', "delay=4", "window=8", "training.epochs=2"),
        *("jitters=[0, 1]", "deletions=[]", "noises=[0.1]", "network.n_regular=3"),
        *("data.n_train=12", "data.n_validation=6", "data.n_test=12", "data.n_cue=8"),
        *("data.n_each=2", "network.n_adaptive=2"),
    ),
    "spikeprop-xor": (
        *("seeds=2", "starts=2", "cycles=2", "epochs=2", "terminals=3", "hidden_iris=2"),
        "fields=3",
    ),
    "alpha-mnist": (
        *(*FEW, "seeds=2", "slow.hidden=8", "slow.epochs=2", "slow.pulses=2", "slow.batch=8"),
        'regimes=["slow"]',
    ),
    "alpha-xor": ("seeds=2", "descent.hidden=4", "descent.updates=2", "n_test=4"),
    "gated-xor": ("seeds=2", "descent.n=4", "descent.updates=2", "descent.batch=2", "n_test=4"),
    "srm-fit": ("seeds=2", "lengths=[1]", "judged=1", "inputs=4", 'sources=["leaky"]'),
    "code-atlas": (
        *("seeds=1", 'tasks=["yin-yang"]', 'methods=["s4nn"]', "factors=[1.0]", "budget=60"),
        *("data.n_train=30", "data.n_validation=10", "data.n_test=10", "data.n_steps=20"),
    ),
    "constrained-mnist": (
        *(*FEW, "seeds=2", "hidden=8", "epochs=1", "n_steps=8", "rates=[0.003]", "bits=[2]"),
        'kinds=["discrete", "binary"]',
    ),
    "conversion-mnist": (*FEW, "seeds=2", "hidden=[8]", "epochs=1", "n_steps=8"),
    "count-uci": ('sets=["iris"]', "seeds=2", "training.updates=5", 'codes=["regular"]'),
    "antlr-mnist": (
        *(*FEW, "hidden=8", "training.epochs=2", "restricted=[false]", 'methods=["antlr"]'),
        *("seeds=2", "n_steps=20", "input_steps=10"),
    ),
    "antlr-nmnist": (
        *("seeds=1", "hidden=6", "n_steps=12", "training.epochs=1", "restricted=[true]"),
        'methods=["antlr"]',
    ),
    "antlr-matching": (
        *("outputs=[1]", "target_spikes=[1]", "hidden=[6]", "n_steps=20", "seeds=2", "updates=8"),
        *("input_spikes=4", "landscape.tasks=2", "landscape.points=3"),
    ),
}
"""The least that each protocol can be asked for."""

READ, EVENTS = functools.cache(read_gzip), functools.cache(NMNIST._read)
"""Files are read once for all tests."""

NEEDS = {
    "codes-recorded": CockroachAntennalLobe,
    "count-uci": Iris,
    "rstdp-iris": Iris,
    "antlr-nmnist": SmallNMNIST,
}
UNTOLD = ("second", "note")
"""Columns with these in their names hold times."""


class Watch:
    """Copies a directory before each write to it; an audit hook, which Python never takes off."""

    def __init__(self) -> None:
        self.root: Path | None = None
        self.copies: dict[bytes, Path] = {}
        self.kinds: dict[tuple[str, str], list[Path]] = {}
        self.busy = False
        sys.addaudithook(self._hear)

    @contextmanager
    def over(self, root: Path, into: Path) -> Iterator[dict[tuple[str, str], list[Path]]]:
        """Watch `root`; what is given holds copies in `into`, no two alike, by kind of write."""
        self.root, self.into, self.copies, self.kinds = root, into, {}, {}
        try:
            yield self.kinds
        finally:
            self.root = None

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.root is None or self.busy or not _writes(event, arguments):
            return
        path = os.fsdecode(arguments[0]) if not isinstance(arguments[0], int) else ""
        if not path.startswith(str(self.root)) or path.endswith(("log.txt", ".lock")):
            return
        self.busy = True
        try:
            self._copy((event, Path(path).name))
        finally:
            self.busy = False

    def _copy(self, kind: tuple[str, str]) -> None:
        assert self.root is not None
        files = sorted(p for p in self.root.rglob("*") if p.is_file() and p.name != "log.txt")
        state = b"".join(os.fsencode(p) + p.read_bytes() for p in files)
        if (self.root / "config.toml").exists() and state not in self.copies:
            self.copies[state] = self.into / str(len(self.copies))
            shutil.copytree(self.root, self.copies[state])
            self.kinds.setdefault(kind, []).append(self.copies[state])


def _writes(event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open":
        return bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
    return event in ("os.rename", "os.remove")


WATCH = Watch()


def contents(path: Path) -> dict[str, object]:
    """Tables and weights of a run directory, times left out."""
    found: dict[str, object] = {}
    for file in sorted([*path.glob("*.parquet"), *path.glob("*.npz")]):
        if file.suffix == ".npz":
            with np.load(file) as arrays:
                found[file.name] = {name: arrays[name].tobytes() for name in arrays.files}
        else:
            table = pd.read_parquet(file)
            kept = [name for name in table if not any(word in name for word in UNTOLD)]
            found[file.name] = table[kept]
    return found


def assert_same(ours: dict[str, object], theirs: dict[str, object]) -> None:
    assert ours.keys() == theirs.keys()
    for name, mine in ours.items():
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, theirs[name], check_exact=True, obj=name)
        else:
            assert mine == theirs[name], name


def chosen(copies: Iterable[list[Path]]) -> list[Path]:
    """The last copy of each kind, or all."""
    if os.environ.get("BRAINSNN_EVERY_KILL"):
        return [copy for alike in copies for copy in alike]
    return [alike[-1] for alike in copies]


def test_every_protocol_is_tried() -> None:
    assert set(LITTLE) == set(protocols())


@pytest.mark.slow
@pytest.mark.parametrize("name", LITTLE)
def test_killed_before_any_write_and_resumed(name, tmp_path, monkeypatch):
    if name == "s4nn-caltech":
        monkeypatch.setenv("BRAINSNN_DATA", str(put_photographs(tmp_path)))
        monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: tmp_path / "cache")
    elif NEEDS.get(name, MNIST)().find() is None:
        pytest.skip("its data set is not there")
    if name == "count-uci":
        pytest.importorskip("sklearn")
    monkeypatch.setattr("brainsnn.datasets.formats.idx_images.read_gzip", READ)
    monkeypatch.setattr(NMNIST, "_read", EVENTS)
    protocol = load_protocol(name)
    # What is concluded follows from the tables alone, and is drawn anew by every resume.
    monkeypatch.setattr(type(protocol), "conclude", lambda *_: pd.DataFrame())
    config = apply_overrides(protocol.config(), [f"engine={ENGINE}", *LITTLE[name]])
    run = tmp_path / "run"
    with WATCH.over(run, tmp_path / "killed") as kinds:
        start(protocol, config, run, ["brainsnn"])
    whole = contents(run)
    assert sum(map(len, kinds.values())) >= 5
    for copy in chosen(kinds.values()):
        resume(protocol, copy, ["brainsnn", "resume"])
        assert_same(whole, contents(copy))
        assert RunDirectory.read(copy).provenance()["ended"]
        assert not [p for p in copy.rglob(".*") if p.name != ".lock"]
