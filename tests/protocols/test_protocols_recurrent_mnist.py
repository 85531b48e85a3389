"""Digits read row by row: the code, and the experiment from data to report, on a small network."""

from __future__ import annotations

import numpy as np

from brainsnn.config import apply_overrides
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.recurrent.mnist import PROTOCOL, RowCode
from brainsnn.records import RunDirectory

LITTLE = (
    "engine=runtime",
    "seeds=1",
    "network.n_regular=3",
    "network.n_adaptive=2",
    "rows.each=1",
    "rows.silence=2",
    "data.n_train=20",
    "data.n_validation=10",
    "data.n_test=10",
    "training.epochs=1",
    "training.batch_size=10",
)


def test_rows_come_one_after_the_other_the_brighter_the_more_spikes():
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 3, 5], images[1, 27, 0], images[1, 0, 1] = 255, 120, 60
    trains = RowCode(each=4, silence=3).encode(images)
    assert (trains.n_steps, trains.n_neurons, trains.n_trials) == (115, 28, 2)
    found = [(trains.neuron[a:b].tolist(), trains.step[a:b].tolist()) for a, b in ((0, 4), (4, 7))]
    assert found == [([5] * 4, [12, 13, 14, 15]), ([1, 0, 0], [0, 108, 109])]


def test_digits_by_rows_from_data_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run", PROTOCOL.name])
    run = RunDirectory.read(outcome.path)
    assert len(run.trials()) == 10
    assert not run.trials()["spikes_output"].any()
    assert run.table("claims")["claim"].tolist() == ["Test accuracy"]
    assert "row by row" in run.report.read_text(encoding="utf-8")
