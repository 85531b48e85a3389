"""Tasks of gated networks, their descent, and tasks to report."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from brainsnn.config import apply_overrides
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.gated.learning import GatedDescent, of_trials, taught
from brainsnn.protocols.gated.tasks import Coding, DelayedXor
from brainsnn.protocols.gated.xor import PROTOCOL, _of_seed
from brainsnn.records import RunDirectory

LITTLE = ("seeds=1", "descent.n=6", "descent.updates=11", "descent.batch=4", "n_test=10")
SHORT = DelayedXor(before=4, pulse=10, apart=4, cue=20, shortest=4, longest=10, latency=4)


def test_pulses_come_first_and_the_answer_is_wanted_on_the_cue():
    trials = SHORT.draw(40, 2.0, np.random.default_rng(0))
    assert trials.inputs.shape == (40, (4 + 10 + 4 + 10 + 10 + 20) // 2, 3)
    signs = trials.inputs[:, [2, 9], 0]  # Within each pulse.
    np.testing.assert_array_equal(signs, 1 - trials.inputs[:, [2, 9], 1])
    assert trials.inputs[:, :, :2].sum(axis=(1, 2)).tolist() == [10] * 40
    different = signs[:, 0] != signs[:, 1]
    assert 5 < different.sum() < 35
    for k in range(40):
        wanted = trials.wanted[k, trials.read[k], 0]
        assert set(wanted) == {1.0 if different[k] else -1.0}
        assert not trials.wanted[k, ~trials.read[k]].any()
        cue = np.flatnonzero(trials.inputs[k, :, 2])
        assert cue[0] >= 16
        assert len(cue) == 10
        assert np.flatnonzero(trials.read[k])[0] == cue[0] + 2


def test_xor_is_scored_by_the_sign_of_the_answer():
    trials = SHORT.draw(20, 2.0, np.random.default_rng(0))
    assert SHORT.score(trials.wanted, trials) == 1
    assert SHORT.score(-trials.wanted, trials) == 0
    assert SHORT.score(0 * trials.wanted, trials) == 0
    half = np.where(np.arange(20)[:, None, None] < 10, trials.wanted, -trials.wanted)
    assert SHORT.score(half, trials) == 0.5


def test_signals_have_the_power_they_are_said_to_have():
    task = Coding()
    trials = task.draw(2000, 4.0, np.random.default_rng(0))
    assert trials.wanted.shape == (2000, 150, 2)
    assert (trials.wanted**2).mean() == pytest.approx(0.5, rel=0.05)
    assert trials.read[0].sum() == 125
    assert task.score(trials.wanted, trials) == 1
    assert task.score(0 * trials.wanted, trials) == 0
    assert task.score(1.1 * trials.wanted, trials) == pytest.approx(0.99)


def test_tasks_that_cannot_be_are_refused():
    with pytest.raises(ValidationError, match="shortest must not exceed longest"):
        DelayedXor(shortest=300)
    with pytest.raises(ValidationError, match="settling be below duration"):
        Coding(settling=600)


def test_the_answer_is_learned():
    how = GatedDescent(n=20, updates=60, batch=20, rate=0.02)
    network, rows = taught(how, SHORT, np.random.default_rng(1), np.random.default_rng(2))
    assert rows["made"].all()
    assert rows["loss"].iloc[-5:].mean() < 0.5 * rows["loss"].iloc[:5].mean()
    trials = SHORT.draw(200, how.dt, np.random.default_rng(3))
    assert of_trials(network, SHORT, trials) > 0.9


def test_an_exploded_gradient_is_not_followed():
    how = GatedDescent(n=6, updates=3, batch=4, exploded=1e-9)
    network, rows = taught(how, SHORT, np.random.default_rng(1), np.random.default_rng(2))
    assert not rows["made"].any()
    first = how.first(SHORT, np.random.default_rng(1))
    np.testing.assert_array_equal(first.w_in, network.w_in)
    np.testing.assert_array_equal(first.w_out, network.w_out)
    np.testing.assert_allclose(network.w_rec, 0.98**3 * first.w_rec)


def test_from_tasks_to_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results").set_index("task")
    assert 0 <= results.loc["xor", "score"] <= 1
    assert np.isnan(results.loc["coding", "longer"])
    assert results.loc["coding", "spikes_per_second"] > 10
    assert len(run.table("updates")) == 22
    assert len(list(run.figures.glob("*.png"))) == 6


def test_a_seed_gives_the_same_again_and_another_does_not():
    config = apply_overrides(PROTOCOL.config(), (*LITTLE, 'tasks=["xor"]'))
    one, again, other = (_of_seed(config, seed)["updates"] for seed in (3, 3, 4))
    assert one.equals(again)
    assert not one.equals(other)
