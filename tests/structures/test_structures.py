"""Structures list the synapses that their definitions say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brainsnn.errors import ModelError
from brainsnn.structures import STRUCTURES, AllToAll, AveragePooling, Convolution

few = st.integers(1, 4)
EXAMPLES = {
    "all_to_all": (AllToAll(), 5, 3),
    "average_pooling": (AveragePooling(4, 6, 3, size=2), 72, 18),
    "convolution": (Convolution(5, 6, 2, kernel=3, filters=4), 60, 48),
}


def matrix(structure, n_source, n_target, weights):
    """All synapses as a matrix; a pair of neurons has one synapse at most."""
    found = structure.synapses(n_source, n_target)
    dense = np.full((n_source, n_target), np.nan)
    for source, target, entry in zip(found.source, found.target, found.entry, strict=True):
        assert np.isnan(dense[source, target])
        dense[source, target] = weights.flat[entry]
    return np.nan_to_num(dense)


@given(few, few, few, few, few, few)
def test_convolution_is_the_sum_over_kernel_and_channels(kernel, down, right, channels, filters, k):
    height, width = kernel + down - 1, kernel + right - 1
    structure = Convolution(height, width, channels, kernel, filters)
    rng = np.random.default_rng(k)
    image = rng.normal(size=(height, width, channels))
    weights = rng.normal(size=structure.shape(structure.n_source, structure.n_target))
    kernels = weights.reshape(kernel, kernel, channels, filters)
    wanted = np.zeros(structure.output)
    for y, x in np.ndindex(*wanted.shape[:2]):
        part = image[y : y + kernel, x : x + kernel]
        wanted[y, x] = np.einsum("yxc,yxcf->f", part, kernels)
    dense = matrix(structure, structure.n_source, structure.n_target, weights)
    np.testing.assert_allclose(image.ravel() @ dense, wanted.ravel(), atol=1e-12)


@given(few, few, few, few)
def test_average_pooling_is_the_mean_of_squares(size, down, right, channels):
    structure = AveragePooling(size * down, size * right, channels, size)
    image = np.random.default_rng(size).normal(size=(size * down, size * right, channels))
    wanted = image.reshape(down, size, right, size, channels).mean(axis=(1, 3))
    weights = np.full((1, 1), structure.fixed_weight)
    dense = matrix(structure, structure.n_source, structure.n_target, weights)
    np.testing.assert_allclose(image.ravel() @ dense, wanted.ravel(), atol=1e-12)


def test_every_structure_has_an_example():
    assert EXAMPLES.keys() == STRUCTURES.keys()


@pytest.mark.parametrize("name", list(STRUCTURES))
def test_synapses_are_counted_ordered_and_described(name):
    structure, *sizes = EXAMPLES[name]
    structure.check(*sizes)
    found = structure.synapses(*sizes)
    rows, columns = structure.shape(*sizes)
    assert found.source.size == structure.n_synapses(*sizes)
    assert (np.diff(found.source * sizes[1] + found.target) > 0).all()
    assert set(found.entry.tolist()) == set(range(rows * columns))
    assert f"{found.source.size:,} synapses" in structure.summary(*sizes)
    assert structure.name == name


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Convolution(4, 8, 1, kernel=5, filters=2), "5 x 5 is larger than the image of 4"),
        (lambda: Convolution(4, 4, 0, kernel=3, filters=2), "channels must be 1 or more, got 0"),
        (lambda: AveragePooling(6, 7, 1, size=2), "2 x 2 do not divide the image of 6 x 7"),
        (lambda: AveragePooling(6, 6, 1, size=0), "size must be 1 or more"),
        (lambda: Convolution(4, 4, 2, 3, 5).check(16, 20), "4 x 4 x 2 = 32 neurons"),
        (lambda: Convolution(4, 4, 2, 3, 5).check(32, 21), "2 x 2 x 5 = 20 neurons"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ModelError, match=message):
        make()
