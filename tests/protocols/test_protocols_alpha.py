"""Trials of noisy XOR, first networks of alpha synapses, their descent, and decisions."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from brainsnn.config import apply_overrides
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.alpha.learning import (
    APART,
    SPAN,
    AlphaDescent,
    best_by_difference,
    noisy_xor,
    taught,
)
from brainsnn.protocols.alpha.xor import PROTOCOL, AlphaConfig, _of_seed
from brainsnn.records import RunDirectory

LITTLE = ("seeds=2", "descent.hidden=4", "descent.updates=3", "n_test=20")


def test_one_late_input_alone_is_what_is_to_be_told():
    times, labels = noisy_xor(200, 0.3, np.random.default_rng(0))
    late = times >= APART
    assert times.shape == (200, 2)
    assert times.max() <= APART + 0.3
    assert times[~late].max() <= 0.3
    np.testing.assert_array_equal(labels, late[:, 0] != late[:, 1])
    assert 60 < labels.sum() < 140


def test_first_networks_have_pulses_spread_between_0_and_the_last_inputs():
    network = AlphaDescent(hidden=4, pulses=3).first(np.random.default_rng(0))
    assert [w.shape for w in network.weights] == [(4, 5), (2, 7)]
    for pulses in network.pulses:
        np.testing.assert_allclose(pulses, [SPAN / 4, SPAN / 2, 3 * SPAN / 4])


@pytest.mark.parametrize("pulses", [0, 1])
def test_learning_makes_the_loss_smaller(pulses):
    how = AlphaDescent(updates=150, pulses=pulses)
    streams = (np.random.default_rng(seed) for seed in (1, 2))
    network, history = taught(how, 0.0, *streams)
    assert history["update"].tolist() == list(range(150))
    assert history["loss"][-20:].mean() < 0.8 * history["loss"][:20].mean()
    first = how.first(np.random.default_rng(1))
    assert not any((a == b).all() for a, b in zip(network.weights, first.weights, strict=True))
    assert pulses == 0 or (network.pulses[0] != first.pulses[0]).all()


def test_without_pulses_differences_of_times_are_all_that_is_known():
    """The best rule by differences, found among 20,000 trials, is as good as said."""
    times, labels = noisy_xor(20_000, 2.25, np.random.default_rng(0))
    apart = np.abs(times[:, 0] - times[:, 1])
    tried = [((apart > x) == labels).mean() for x in np.linspace(0, 3, 301)]
    assert max(tried) == pytest.approx(best_by_difference(2.25), abs=0.006)
    assert best_by_difference(0.0) == best_by_difference(0.5) == 1.0
    network = AlphaDescent(pulses=0).first(np.random.default_rng(0))
    np.testing.assert_allclose(network.times(times[:50])[-1] + 3, network.times(times[:50] + 3)[-1])


def test_noise_that_hides_the_answer_is_refused():
    with pytest.raises(ValidationError, match="noise"):
        AlphaConfig(noise=3.0)


def test_an_experiment_ends_with_a_report(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    outcome = start(PROTOCOL, config, tmp_path / "run", ["brainsnn", "run"])
    run = RunDirectory.read(outcome.path)
    results = run.table("results")
    assert results["condition"].tolist() == [
        "pulses 3",
        "pulses 3",
        "pulses 1",
        "pulses 1",
        "pulses 0",
        "pulses 0",
    ]
    for share in ("accuracy", "undecided", "silent"):
        assert results[share].between(0, 1).all()
    assert len(run.table("updates")) == 18
    assert len(list(run.figures.glob("*.png"))) == 1


def test_a_seed_gives_the_same_again_and_another_does_not():
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    one, again, other = (_of_seed(config, seed)["updates"] for seed in (3, 3, 4))
    assert one.equals(again)
    assert not one.equals(other)
