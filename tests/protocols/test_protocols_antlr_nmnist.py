"""The experiment of N-MNIST from data to report, on a small network."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.datasets import SmallNMNIST
from brainsnn.errors import DataError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.antlr.nmnist import PROTOCOL
from brainsnn.records import RunDirectory

LITTLE = (
    f"engine={'resident' if shutil.which('g++') else 'runtime'}",
    "seeds=1",
    "hidden=12",
    "n_steps=20",
    "training.epochs=1",
    "restricted=[true]",
)


def test_from_recordings_to_report(tmp_path):
    if SmallNMNIST().find() is None:
        pytest.skip("N-MNIST's small set is not there")
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run", PROTOCOL.name])
    run = RunDirectory.read(outcome.path)
    assert len(run.table("results")) == 3 * 2
    assert len(run.trials()) == 3 * 2 * 100
    assert (run.trials()[["spikes_hidden", "spikes_output"]].sum(axis=1) <= 12 + 10).all()
    assert "Figure 8" in run.report.read_text(encoding="utf-8")


@pytest.mark.parametrize(("once", "wanted"), [(False, 10), (True, 1)])
def test_the_activation_method_asks_for_ten_spikes_where_a_neuron_may_have_them(once, wanted):
    config = apply_overrides(PROTOCOL.config(), [f"restricted=[{str(once).lower()}]"])
    first = PROTOCOL.conditions(config)[0]
    assert first.columns["method"] == "activation"
    _, rule = PROTOCOL.bound(first.config)
    assert rule.loss_function.counts.tolist() == (wanted * np.eye(10)).tolist()


def test_missing_recordings_are_noticed_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("brainsnn.datasets.locate.search_roots", lambda: [("here", tmp_path)])
    with pytest.raises(DataError, match="nmnist/small"):
        PROTOCOL.check(PROTOCOL.config())
