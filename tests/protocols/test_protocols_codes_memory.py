"""Three codes of one memory, from data to report; noise, and what populations tell."""

from __future__ import annotations

import numpy as np

from brainsnn.config import apply_overrides
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.recurrent.codes_memory import PROTOCOL
from brainsnn.protocols.recurrent.perturbed import _decoded, without
from brainsnn.records import RunDirectory
from brainsnn.spikes import SpikeTrains

LITTLE = (
    *("engine=runtime", "seeds=1", "delay=6", "window=10", "training.epochs=1", "jitters=[0, 2]"),
    *("deletions=[0.0, 1.0]", "noises=[0.0, 0.5]", "network.n_regular=4", "network.n_adaptive=4"),
    *("data.n_train=20", "data.n_validation=10", "data.n_test=40", "data.n_cue=8"),
)


def test_from_data_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results").set_index("code")
    assert results.index.tolist() == ["rate", "first spike", "potential"]
    noise = run.table("robustness")
    assert noise.groupby(["code", "kind"]).size().tolist() == [2] * 9
    unharmed = noise[noise["level"] == 0].set_index("code")["accuracy"]
    for code, accuracy in results["accuracy"].items():
        assert set(unharmed[code]) == {accuracy}
    told = run.table("told")
    cue = told[(told["population"] == "input") & (told["asked"] == "first cue")]
    assert cue.loc[cue["start"] == 0, "accuracy"].min() > 0.8
    assert "What is told over time" in run.report.read_text(encoding="utf-8")


def test_outputs_spike_once_both_cues_are_over(tmp_path):
    config = apply_overrides(PROTOCOL.config(), (*LITTLE, 'codes=["rate"]'))
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    spikes = RunDirectory.read(outcome.path).table("spikes")
    output = spikes[spikes["population"] == "output"]
    assert len(output) > 0
    assert output["step"].min() >= 2 * 8 + 6


def test_spikes_that_are_lost_leave_the_others_where_they_were():
    columns = np.array([0, 2, 1, 0], np.int32), np.array([1, 4, 0, 6], np.int32)
    trains = SpikeTrains(3, 8, np.array([0, 2, 2, 4], np.int64), *columns)
    kept = without(trains, np.array([True, False, False, True]))
    assert kept.offsets.tolist() == [0, 1, 1, 2]
    assert kept.neuron.tolist() == [2, 1]
    assert kept.step.tolist() == [4, 0]


def test_what_a_population_tells_is_decoded_on_other_trials():
    rng = np.random.default_rng(0)
    labels = np.arange(100) % 2
    counts = rng.poisson(2 + 3 * labels[:, None], (100, 4)).astype(float)
    assert _decoded(counts, labels) > 0.9
    assert _decoded(rng.poisson(2, (100, 4)).astype(float), labels) < 0.7
    assert np.isnan(_decoded(counts, np.zeros(100, np.int64)))
