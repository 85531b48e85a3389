"""The S4NN protocols from data to report, on little data."""

from __future__ import annotations

import re
import shutil
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from photographs import put_photographs

from brainsnn.analysis.claims import Verdict
from brainsnn.config import apply_overrides
from brainsnn.datasets import MNIST
from brainsnn.experiment.carry_out import start
from brainsnn.experiment.installed import load_protocol
from brainsnn.network.synapses import Preferring, Uniform
from brainsnn.protocols.s4nn.caltech_presets import PRESETS
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

ENGINE = "resident" if shutil.which("g++") else "runtime"
TABLES = ("metrics", "trials", "spikes")


def carry_out(name, path, *overrides):
    protocol = load_protocol(name)
    config = apply_overrides(protocol.config(), [f"engine={ENGINE}", *overrides])
    return start(protocol, config, path, ["brainsnn", "run", name])


def assert_whole(outcome, *tables):
    """The run directory holds what it should, finite, and a page that needs nothing else."""
    run = RunDirectory.read(outcome.path)
    for name in (*TABLES, *tables):
        frame = run.table(name)
        assert len(frame), name
        numbers = frame.drop(columns="potential", errors="ignore").select_dtypes("number")
        assert np.isfinite(numbers.to_numpy()).all(), name
    page = run.report.read_text(encoding="utf-8")
    assert "<svg" in page
    assert not re.search(r'(src|href)="(?!#|data:)', page)
    assert run.provenance()["ended"]
    assert set(outcome.claims["verdict"]) <= set(get_args(Verdict))
    assert len(run.table("claims")) == len(outcome.claims)


@pytest.mark.slow
def test_mnist_from_data_to_report(tmp_path):
    if MNIST().find() is None:
        pytest.skip("MNIST is not there")
    small = (
        "recipe.fitted=false",
        "epochs=1",
        "data.n_train=300",
        "data.n_validation=100",
        "data.n_test=100",
    )
    outcome = carry_out("s4nn-mnist", tmp_path / "run", *small, "thresholds=[50.0, 100.0]")
    assert_whole(outcome, "thresholds")
    assert outcome.summary["accuracy"] > 0.1


@pytest.fixture
def photographs(tmp_path, monkeypatch):
    """Little images where Caltech-101 would be."""
    put_photographs(tmp_path)
    monkeypatch.setenv("BRAINSNN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: tmp_path / "cache")
    return tmp_path


LITTLE = (
    *PRESETS["pixels"],
    "epochs=3",
    "data.n_train=6",
    "data.n_validation=2",
    "data.height=8",
    "data.width=10",
    "jitters=[0, 100]",
)


def test_several_seeds_have_a_page_each_and_one_together(photographs):
    outcome = carry_out("s4nn-caltech", photographs / "run", *LITTLE, "jitters=[]", "seeds=2")
    whole = RunDirectory.read(outcome.path)
    parts = [RunDirectory.read(outcome.path / "conditions" / f"seed{seed}") for seed in (0, 1)]
    assert all(part.report.exists() for part in (whole, *parts))
    assert not parts[0].metrics().equals(parts[1].metrics())
    ours = pd.concat(part.table("claims") for part in parts).groupby("claim", sort=False)["ours"]
    assert outcome.claims["ours"].tolist() == ours.mean().tolist()
    assert set(whole.table("claims")["seeds"]) == {2}
    assert whole.table("results")["seed"].tolist() == [0, 1]


@pytest.mark.parametrize(
    "network",
    [
        ("network.initial_high=[5.0, 250.0]",),
        (
            "network.initial_high=[5.0, 250.0]",
            "rule.name=race",
            "batch_size=4",
            "update=simultaneous",
            "noise.mirror=0.5",
        ),
        (
            "network.initial_high=[5.0, 12.0]",
            "network.initial_low=[0.0, -6.0]",
            "network.preferring=false",
            "network.hidden=[70]",
            "rule.name=decision",
            "data.code.name=staggered",
            "update=simultaneous",
        ),
        (
            "network.initial_high=[50.0, 250.0]",
            "data.code.name=oriented",
            "data.code.pool=4",
            "noise.jitter=50",
            "noise.jitter_share=0.5",
        ),
        (
            "network.hidden=[6, 4]",
            "network.initial_low=[0.0, 40.0, 150.0]",
            "network.initial_high=[5.0, 80.0, 250.0]",
        ),
    ],
    ids=[
        "one hidden layer",
        "race of mirrored images",
        "staggered, wide",
        "oriented",
        "two hidden layers",
    ],
)
def test_caltech_from_data_to_report(photographs, network):
    outcome = carry_out("s4nn-caltech", photographs / "run", *LITTLE, *network)
    assert_whole(outcome, "firing_times", "jitter")
    run = RunDirectory.read(outcome.path)
    assert set(run.table("jitter")["jitter"]) == {0, 100}
    times = run.table("firing_times")
    assert set(times["stage"]) == {"before learning", "after learning"}
    assert set(times["population"]) == set(run.spikes()["population"].cat.categories) - {"input"}
    for figure in ("loss", "firing_times", "receptive_fields", "weights", "jitter", "raster"):
        assert (run.figures / f"{figure}.svg").is_file(), figure


def test_caltech_without_jitter_measures_none(photographs):
    network = ("network.initial_high=[5.0, 250.0]", "jitters=[]")
    outcome = carry_out("s4nn-caltech", photographs / "run", *LITTLE[:-1], *network)
    assert not RunDirectory.read(outcome.path).has_table("jitter")
    assert not outcome.claims["claim"].str.contains("jitter").any()


def test_test_images_of_both_classes_come_early(photographs, seal):
    seal.broken = True  # nothing is trained
    protocol = load_protocol("s4nn-caltech")
    config = apply_overrides(protocol.config(), LITTLE)
    labels = protocol.material(config, Streams(0)).test.labels
    assert len(set(labels[:4].tolist())) == 2


def test_preferring_neurons_excite_their_own_class_and_inhibit_the_others():
    weights = Preferring(1.0, 2.0, n_classes=2).draw(np.random.default_rng(0), (4, 2))
    assert (np.sign(weights) == [[1, -1], [-1, 1], [1, -1], [-1, 1]]).all()
    drawn = Uniform(1.0, 2.0).draw(np.random.default_rng(0), (4, 2))
    np.testing.assert_array_equal(np.abs(weights), drawn)
