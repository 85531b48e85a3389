"""Connectivities list the synapses that their definitions say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registries import CONNECTIVITIES

from brainsnn.errors import ModelError
from brainsnn.network.connectivity import (
    AllToAll,
    AllToOthers,
    AveragePooling,
    Convolution,
    FixedInDegree,
    FixedProbability,
    GivenPairs,
    OneToOne,
)

few = st.integers(1, 4)
EXAMPLES = {
    "all_to_all": (AllToAll(), 5, 3),
    "average_pooling": (AveragePooling(4, 6, 3, size=2), 72, 18),
    "all_to_others": (AllToOthers(), 5, 5),
    "fixed_in_degree": (FixedInDegree(3), 7, 4),
    "fixed_probability": (FixedProbability(0.4), 9, 6),
    "given_pairs": (GivenPairs([0, 1, 1], [2, 0, 1]), 2, 3),
    "one_to_one": (OneToOne(), 6, 6),
    "convolution": (Convolution(5, 6, 2, kernel=3, filters=4), 60, 48),
}


def matrix(connectivity, n_source, n_target, weights):
    """All synapses as a matrix; a pair of neurons has one synapse at most."""
    found = connectivity.synapses(n_source, n_target)
    dense = np.full((n_source, n_target), np.nan)
    for source, target, entry in zip(found.source, found.target, found.entry, strict=True):
        assert np.isnan(dense[source, target])
        dense[source, target] = weights.flat[entry]
    return np.nan_to_num(dense)


@given(few, few, few, few, few, few)
def test_convolution_is_the_sum_over_kernel_and_channels(kernel, down, right, channels, filters, k):
    height, width = kernel + down - 1, kernel + right - 1
    connectivity = Convolution(height, width, channels, kernel, filters)
    rng = np.random.default_rng(k)
    image = rng.normal(size=(height, width, channels))
    weights = rng.normal(size=connectivity.shape(connectivity.n_source, connectivity.n_target))
    kernels = weights.reshape(kernel, kernel, channels, filters)
    wanted = np.zeros(connectivity.output)
    for y, x in np.ndindex(*wanted.shape[:2]):
        part = image[y : y + kernel, x : x + kernel]
        wanted[y, x] = np.einsum("yxc,yxcf->f", part, kernels)
    dense = matrix(connectivity, connectivity.n_source, connectivity.n_target, weights)
    np.testing.assert_allclose(image.ravel() @ dense, wanted.ravel(), atol=1e-12)


@given(few, few, few, few)
def test_average_pooling_is_the_mean_of_squares(size, down, right, channels):
    connectivity = AveragePooling(size * down, size * right, channels, size)
    image = np.random.default_rng(size).normal(size=(size * down, size * right, channels))
    wanted = image.reshape(down, size, right, size, channels).mean(axis=(1, 3))
    weights = np.full((1, 1), connectivity.fixed_weight)
    dense = matrix(connectivity, connectivity.n_source, connectivity.n_target, weights)
    np.testing.assert_allclose(image.ravel() @ dense, wanted.ravel(), atol=1e-12)


def test_every_connectivity_has_an_example():
    assert EXAMPLES.keys() == CONNECTIVITIES.keys()


@pytest.mark.parametrize("name", list(CONNECTIVITIES))
def test_synapses_are_counted_ordered_and_described(name):
    connectivity, *sizes = EXAMPLES[name]
    connectivity.check(*sizes)
    found = connectivity.synapses(*sizes)
    rows, columns = connectivity.shape(*sizes)
    assert found.source.size == connectivity.n_synapses(*sizes)
    assert (np.diff(found.source * sizes[1] + found.target) > 0).all()
    assert set(found.entry.tolist()) == set(range(rows * columns))
    assert f"{found.source.size:,} synapses" in connectivity.summary(*sizes)
    assert connectivity.name == name


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Convolution(4, 8, 1, kernel=5, filters=2), "5 x 5 is larger than the image of 4"),
        (lambda: Convolution(4, 4, 0, kernel=3, filters=2), "channels must be 1 or more, got 0"),
        (lambda: AveragePooling(6, 7, 1, size=2), "2 x 2 do not divide the image of 6 x 7"),
        (lambda: AveragePooling(6, 6, 1, size=0), "size must be 1 or more"),
        (lambda: OneToOne().check(3, 4), "same size, got 3 and 4"),
        (lambda: AllToOthers().check(3, 4), "with itself, got 3 to 4"),
        (lambda: AllToOthers().check(1, 1), "two neurons or more"),
        (lambda: FixedProbability(0), "above 0 and at most 1, got 0"),
        (lambda: FixedProbability(float("nan")), "above 0 and at most 1, got nan"),
        (lambda: FixedProbability(0.1, seed=-1), "seed must be a whole number"),
        (lambda: FixedProbability(1e-9).check(3, 3), "no synapse between 3 and 3 neurons"),
        (lambda: FixedProbability(0.5, self_connections=False).check(3, 4), "from 3 to 4 neurons"),
        (lambda: FixedInDegree(0), "degree must be a whole number in 1"),
        (lambda: FixedInDegree(4).check(3, 9), "there are 3 to draw from"),
        (lambda: FixedInDegree(3, self_connections=False).check(3, 3), "there are 2 to draw from"),
        (lambda: GivenPairs([0, 1], [0]), "got 2 and 1 of them"),
        (lambda: GivenPairs([], []), "got 0 and 0 of them"),
        (lambda: GivenPairs([1, 0], [0, 0]), "in order of source, then target"),
        (lambda: GivenPairs([0, 0], [1, 1]), "each once"),
        (lambda: GivenPairs([-1], [0]), "numbered from 0"),
        (lambda: GivenPairs([0.5], [0]), "whole numbers of int32 are needed"),
        (lambda: GivenPairs([0, 3], [0, 1]).check(3, 2), "the source has 3 neurons"),
        (lambda: GivenPairs([0, 1], [0, 2]).check(3, 2), "the target has 2 neurons"),
        (lambda: Convolution(4, 4, 2, 3, 5).check(16, 20), "4 x 4 x 2 = 32 neurons"),
        (lambda: Convolution(4, 4, 2, 3, 5).check(32, 21), "2 x 2 x 5 = 20 neurons"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ModelError, match=message):
        make()


@given(st.integers(2, 30), st.floats(0.05, 1), st.integers(0, 99), st.booleans())
def test_pairs_are_drawn_by_their_probability(n, probability, seed, self_connections):
    connectivity = FixedProbability(probability, self_connections=self_connections, seed=seed)
    source, target = connectivity.pairs(n, n)
    assert np.array_equal(np.unique(source * n + target), source * n + target)
    assert self_connections or (source != target).all()
    places = n * n if self_connections else n * (n - 1)
    sd = (probability * (1 - probability) * places) ** 0.5
    assert abs(source.size - probability * places) <= 6 * sd + 1e-9


def test_every_pair_is_as_likely():
    counts = np.zeros((6, 4))
    for seed in range(2000):
        source, target = FixedProbability(0.3, seed=seed).pairs(6, 4)
        counts[source, target] += 1
    assert np.abs(counts / 2000 - 0.3).max() < 5 * (0.21 / 2000) ** 0.5


@given(st.integers(2, 12), st.integers(1, 11), st.integers(0, 99), st.booleans())
def test_each_target_has_as_many_different_sources(n, degree, seed, self_connections):
    degree = min(degree, n - 1)
    connectivity = FixedInDegree(degree, self_connections=self_connections, seed=seed)
    source, target = connectivity.pairs(n, n)
    assert np.bincount(target, minlength=n).tolist() == [degree] * n
    assert np.unique(source * n + target).size == source.size
    assert self_connections or (source != target).all()


def test_every_source_is_as_likely():
    counts = np.zeros((5, 5))
    for seed in range(1000):
        source, target = FixedInDegree(2, self_connections=False, seed=seed).pairs(5, 5)
        counts[source, target] += 1
    assert (np.diag(counts) == 0).all()
    off = counts[~np.eye(5, dtype=bool)] / 1000
    assert np.abs(off - 0.5).max() < 5 * (0.25 / 1000) ** 0.5


def test_what_is_drawn_follows_from_the_seed_or_the_owners_name():
    drawn = FixedProbability(0.5)
    one, other = drawn.seeded("one"), drawn.seeded("other")
    assert one == drawn.seeded("one")
    assert one.seed != other.seed
    assert FixedProbability(0.5, seed=4).seeded("one").seed == 4
    assert one.n_synapses(20, 20) == drawn.seeded("one").n_synapses(20, 20)
    assert not np.array_equal(one.pairs(20, 20)[0], other.pairs(20, 20)[0])


def test_fan_in_counts_the_synapses_that_meet_in_a_target():
    assert GivenPairs([0, 0, 1], [0, 1, 1]).fan_in(2, 2).tolist() == [1, 2, 2]
    assert AllToAll().fan_in(5, 3) == 5
    assert Convolution(4, 4, 2, 3, 5).fan_in(32, 20) == 18


def test_given_pairs_are_values():
    one, again = GivenPairs([0, 1], [1, 0]), GivenPairs(np.array([0, 1]), np.array([1, 0]))
    assert one == again
    assert hash(one) == hash(again)
    assert one != GivenPairs([0, 1], [1, 1])
    assert one != OneToOne()
