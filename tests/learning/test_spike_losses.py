"""Losses over all output spikes, on numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from registries import SPIKE_LOSSES

from brainsnn.errors import LearningError
from brainsnn.learning.losses import (
    SpikeCountLoss,
    SpikeLatencyLoss,
    SpikeLoss,
    SpikeTrainLoss,
)
from brainsnn.spikes import SpikeTrains

T = 10


def raster(*spikes: tuple[int, int, int], n: int = 2) -> np.ndarray:
    """One trial an entry of ``trial``; (trial, step, neuron) each."""
    out = np.zeros((1 + max((s[0] for s in spikes), default=0), T, n), np.bool_)
    for k, t, j in spikes:
        out[k, t, j] = True
    return out


def one_target(step: int) -> SpikeTrains:
    return SpikeTrains(1, T, [0, 1], [0], [step])


LOSSES: dict[str, SpikeLoss] = {
    "SpikeCountLoss": SpikeCountLoss.label_alone(1),
    "SpikeTrainLoss": SpikeTrainLoss(),
    "SpikeLatencyLoss": SpikeLatencyLoss(),
}
WANTED = {name: one_target(4) if name == "SpikeTrainLoss" else np.array([0]) for name in LOSSES}


def test_every_loss_is_tested() -> None:
    assert set(LOSSES) == set(SPIKE_LOSSES)


def test_counts() -> None:
    loss = SpikeCountLoss.label_alone(2)
    spikes, labels = raster((0, 3, 0), (0, 5, 0), (0, 5, 1)), np.array([0])
    np.testing.assert_allclose(loss.value(spikes, labels), [(1 + 1) / T])
    np.testing.assert_allclose(loss.activation(spikes, labels), np.full((1, T, 2), 2 / T))
    assert not loss.timing(spikes, labels).any()


def test_a_train_that_matches_costs_nothing() -> None:
    loss, labels = SpikeTrainLoss(), one_target(4)
    spikes = raster((0, 4, 0), n=1)
    assert loss.value(spikes, labels)[0] == 0
    assert not loss.activation(spikes, labels).any()
    assert not loss.timing(spikes, labels).any()


def test_a_train_of_one_spike_a_step_late() -> None:
    kernel = 0.5 ** np.arange(T)  # truncated to the length of the trial
    loss, labels = SpikeTrainLoss(decay=0.5), one_target(4)
    spikes = raster((0, 5, 0), n=1)
    difference = np.concatenate(([0.0], kernel)) - np.concatenate((kernel, [0.0]))
    np.testing.assert_allclose(loss.value(spikes, labels), [(difference**2).sum() / T])
    slope = np.convolve(kernel, [0.5, 0, -0.5])[: T + 1]  # from one step before the spike
    expected = -2 / T * (slope * difference).sum()
    found = loss.timing(spikes, labels)
    assert found[0, 5, 0] == pytest.approx(expected)
    assert found[0, 5, 0] > 0  # earlier is better
    assert np.count_nonzero(found) == 1


@pytest.mark.parametrize("name", ["SpikeCountLoss", "SpikeTrainLoss"])
def test_activation_is_the_slope_of_a_quadratic(name: str) -> None:
    """Adding a spike changes a quadratic by the mean of the derivatives before and after."""
    loss, labels = LOSSES[name], WANTED[name]
    before = raster((0, 2, 0), (0, 7, 0), n=1)
    for t in (0, 4, 9):
        after = before.copy()
        after[0, t, 0] = True
        slopes = [loss.activation(x, labels)[0, t, 0] for x in (before, after)]
        change = loss.value(after, labels) - loss.value(before, labels)
        np.testing.assert_allclose(change, np.mean(slopes))


def test_latency() -> None:
    loss, labels = SpikeLatencyLoss(scale=0.5, silence=0.2), np.array([0])
    spikes = raster((0, 3, 0), (0, 6, 0), (0, 5, 1))
    p = 1 / (1 + np.exp(-0.5 * 2))
    np.testing.assert_allclose(loss.value(spikes, labels), [-np.log(p)])
    found = loss.timing(spikes, labels)
    np.testing.assert_allclose(found[0, [3, 6], 0], [0.5 * (1 - p), 0])
    np.testing.assert_allclose(found[0, 5, 1], -0.5 * (1 - p))
    assert np.count_nonzero(found) == 2
    assert not loss.activation(spikes, labels).any()


def test_latency_of_a_silent_label_is_asked_for_spikes() -> None:
    loss, labels = SpikeLatencyLoss(scale=0.5, silence=0.2), np.array([1])
    spikes = raster((0, 3, 0))
    value = loss.value(spikes, labels)
    np.testing.assert_allclose(value, [np.log(1 + np.exp(0.5 * 7)) + 0.2])
    np.testing.assert_allclose(loss.activation(spikes, labels)[0], [[0, -0.2]] * T)
    found = loss.timing(spikes, labels)
    assert not found[0, :, 1].any()  # no spike, no time
    assert found[0, 3, 0] < 0


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "SpikeTrainLoss"])
def test_labels_must_be_targets(name: str) -> None:
    spikes = raster((0, 1, 0), n=1)
    for method in ("value", "activation", "timing"):
        with pytest.raises(LearningError, match=r"0\.\.0"):
            getattr(LOSSES[name], method)(spikes, np.array([1]))
        with pytest.raises(LearningError, match="2 labels for 1 trials"):
            getattr(LOSSES[name], method)(spikes, np.array([0, 0]))


def test_targets_outside_the_trial_are_refused() -> None:
    with pytest.raises(LearningError, match="outside its trial"):
        SpikeTrainLoss().value(raster((0, 1, 0), n=1), SpikeTrains(1, T + 1, [0, 0], [], []))
    with pytest.raises(LearningError, match="2 target trains for 1 trials"):
        SpikeTrainLoss().value(raster((0, 1, 0), n=1), SpikeTrains(1, T, [0, 0, 0], [], []))
    with pytest.raises(LearningError, match="Targets of 1 outputs; the network has 2"):
        SpikeTrainLoss().value(raster((0, 1, 0)), one_target(4))
    with pytest.raises(LearningError, match="SpikeTrains are wanted"):
        SpikeTrainLoss().value(raster((0, 1, 0), n=1), np.array([0]))
    with pytest.raises(LearningError, match=f"{T + 1} spikes wanted in a trial of {T} steps"):
        SpikeCountLoss(np.array([[T + 1.0]])).value(raster((0, 1, 0), n=1), np.array([0]))
    with pytest.raises(LearningError, match="Targets of 3 outputs"):
        SpikeCountLoss.label_alone(3).value(raster((0, 1, 0)), np.array([0]))


@pytest.mark.parametrize(
    "make",
    [
        lambda: SpikeCountLoss(np.array([[-1.0]])),
        lambda: SpikeCountLoss(np.array([np.nan])),
        lambda: SpikeTrainLoss(decay=1.0),
        lambda: SpikeTrainLoss(beyond=-1),
        lambda: SpikeLatencyLoss(scale=0),
        lambda: SpikeLatencyLoss(silence=-1),
    ],
)
def test_impossible_parameters_are_refused(make: object) -> None:
    with pytest.raises(LearningError):
        make()  # type: ignore[operator]


def test_the_label_alone_may_be_asked_for_many_spikes():
    loss = SpikeCountLoss.label_alone(2, 10)
    assert loss.counts.tolist() == [[10, 0], [0, 10]]
    wanted, other = np.ones((1, 12, 1), bool), np.zeros((1, 12, 1), bool)
    spikes = np.concatenate([wanted, other], axis=2)
    assert loss.value(spikes, np.array([0])).tolist() == [(12 - 10) ** 2 / 12]
