"""What the count rule reads off recordings, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import recording

from brainsnn.errors import LearningError
from brainsnn.learning.count import (
    ConvolutionConnection,
    CountBackprop,
    PoolingConnection,
    RatePenalty,
    disagreement,
)
from brainsnn.learning.count.counts import recorded_counts
from brainsnn.learning.count.transfer import slope, transfer
from brainsnn.learning.losses.count_softmax import CountSoftmax

SIZES = {"input": 3, "hidden": 2, "output": 2}
SPIKES = [(0, "input", 0, 0, 0.0), (0, "input", 0, 1, 0.0), (0, "hidden", 1, 2, 1.2)]
SPIKES += [(1, "output", 0, 3, 1.0), (1, "hidden", 0, 1, 1.0), (1, "hidden", 0, 2, 1.0)]
FINAL = {"hidden": [[0.5, 0.2], [2.5, -3.0]], "output": [[0.0, 0.0], [0.9, 0.1]]}
WEIGHTS = {"input_hidden": np.ones((3, 2)), "hidden_output": np.ones((2, 2))}
LABELS = np.array([0, 1])


def made(final=FINAL):
    return recording(SPIKES, SIZES, n_trials=2, final=final)


def test_counts_are_the_recordings():
    whole = made()
    for name, counts in recorded_counts(whole).items():
        np.testing.assert_array_equal(counts, whole.counts(name))
        assert counts.flags.c_contiguous


def test_transfer_has_a_floor_and_two_clamps():
    received = np.array([-1.0, 0.0, 1.9, 2.0, 9.9, 10.0, 50.0])
    np.testing.assert_array_equal(transfer(received, 2.0, 5), [0, 0, 0, 1, 4, 5, 5])
    np.testing.assert_array_equal(slope(received, 2.0, 5), [0, 0, 0.5, 0.5, 0.5, 0, 0])


def test_disagreement_counts_spikes_that_eq_7_misses():
    table = disagreement(made(), 1.0, 5).set_index("population")
    assert table.loc["hidden", "differ"] == 0.25
    assert table.loc["hidden", "difference"] == 0.5
    assert table.loc["hidden", "excess"] == -0.5
    assert table.loc["hidden", "largest"] == 2
    assert table.loc["output", "differ"] == 0
    assert table.loc["output", "mean_count"] == 0.25


def test_loss_of_equal_counts_is_the_log_of_their_number():
    loss = CountSoftmax(3.0).value(np.full((2, 5), 7.0), np.array([0, 3]))
    np.testing.assert_allclose(loss, np.log(5))


def test_a_layer_below_its_target_rate_pays_nothing():
    penalty, counts = RatePenalty(10, 0.3), np.array([[0.0, 2.0], [4.0, 4.0]])
    np.testing.assert_allclose(penalty.value(counts, 5), [0, 5 * 0.5**2])
    np.testing.assert_allclose(penalty.error(counts, 5), [[0], [10 * 0.5 / 10]])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: CountBackprop(0), "n_steps of 1 or more"),
        (lambda: CountBackprop(5, 0.0), "threshold must be positive"),
        (lambda: CountBackprop(5, temperature=0), "temperature"),
        (lambda: RatePenalty(-1), "weight must be 0 or more"),
        (lambda: RatePenalty(1, 1.5), "target rate 1.5 is impossible"),
        (lambda: ConvolutionConnection(4, 4, 1, 5, 2), "does not fit into an image of 4 x 4"),
        (lambda: ConvolutionConnection(4, 4, 0, 3, 2), "1 or more"),
        (lambda: PoolingConnection(5, 4, 1, 2), "do not divide an image of 5 x 4"),
        (lambda: PoolingConnection(4, 4, 1, 0), "1 or more"),
        (lambda: PoolingConnection(4, 4, 1, 2).gradient(np.ones(1), np.ones(1)), "no weights"),
    ],
)
def test_the_impossible_is_refused(make, words):
    with pytest.raises(LearningError, match=words):
        make()


@pytest.mark.parametrize(
    ("weights", "final", "labels", "words"),
    [
        ({"input_hidden": np.ones((3, 2))}, FINAL, LABELS, "A chain of 2 connections"),
        ({**WEIGHTS, "hidden_output": np.ones((3, 2))}, FINAL, LABELS, r"shape \(2, 2\)"),
        (WEIGHTS, {}, LABELS, "final potentials of 'hidden'"),
        (WEIGHTS, FINAL, np.array([0, 2]), "Labels must be in 0..1"),
    ],
)
def test_what_does_not_fit_is_refused(weights, final, labels, words):
    with pytest.raises(LearningError, match=words):
        list(CountBackprop(5).backward(made(final), weights, labels))


def test_an_image_connection_must_fit_its_populations():
    chain = {"kernels": ConvolutionConnection(2, 2, 1, 2, 2), "hidden_output": None}
    weights = {"kernels": np.ones((4, 2)), **WEIGHTS}
    with pytest.raises(LearningError, match="leads from 4 to 2 neurons"):
        CountBackprop(5, chain=chain).links(made().populations, weights)
