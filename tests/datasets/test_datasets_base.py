import numpy as np
import pytest

from brainsnn.datasets import DATASETS, ImageSet
from brainsnn.datasets.base import hold_out
from brainsnn.errors import ConfigError, DataError

BLACK = np.zeros((2, 3, 3), np.uint8)


def test_length_size_and_counts(tiny_images):
    assert len(tiny_images) == 6
    assert tiny_images.size == (4, 5)
    np.testing.assert_array_equal(tiny_images.counts, [2, 2, 2])


def test_counts_include_absent_classes(tiny_images):
    np.testing.assert_array_equal(tiny_images.take(np.array([1, 4])).counts, [0, 2, 0])


def test_labels_become_int64():
    images = ImageSet("two", BLACK, np.array([0, 1], np.uint8), ("a", "b"))
    assert images.labels.dtype == np.int64


def test_take_gives_images_and_labels_in_order(tiny_images):
    taken = tiny_images.take(np.array([5, 0, 5]))
    np.testing.assert_array_equal(taken.labels, [2, 0, 2])
    np.testing.assert_array_equal(taken.images, tiny_images.images[[5, 0, 5]])
    assert taken.classes == tiny_images.classes


def test_take_slice_is_a_view(tiny_images):
    assert np.shares_memory(tiny_images.take(slice(1, 3)).images, tiny_images.images)


def test_take_nothing_gives_an_empty_set(tiny_images):
    assert len(tiny_images.take([])) == 0


@pytest.mark.parametrize("indices", [[6], [-1], [0.5], [True] * 6, [[0, 1]]])
def test_take_refuses_what_is_not_an_index(tiny_images, indices):
    with pytest.raises(DataError, match="tiny: indices must be"):
        tiny_images.take(np.array(indices))


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (BLACK.astype(float), [0, 1], "must be uint8 .* got float64"),
        (BLACK.reshape(2, 9), [0, 1], "shape \\(2, 9\\)"),
        (BLACK, [0], "one for each of the 2 images"),
        (BLACK, [0.0, 1.0], "labels must be integers"),
        (BLACK, [0, 2], "labels must be in 0..1, got 0..2"),
        (BLACK, [-1, 0], "labels must be in 0..1, got -1..0"),
    ],
)
def test_inconsistent_sets_are_refused(images, labels, message):
    with pytest.raises(DataError, match=f"bad: .*{message}"):
        ImageSet("bad", images, np.array(labels), ("a", "b"))


@pytest.mark.parametrize("name", list(DATASETS))
def test_registered_sets_describe_themselves(name):
    dataset = DATASETS[name]()
    assert dataset.name == name
    text = dataset.describe()
    for word in ("Source: ", "Licence: ", "Cite: "):
        assert word in text


def test_unknown_set_lists_the_known():
    with pytest.raises(ConfigError, match=r"Did you mean 'mnist'\? Known: abalone, .*mnist"):
        DATASETS["mnits"]


def pictures(labels):
    labels = np.asarray(labels)
    return ImageSet("mine", np.zeros((labels.size, 2, 2), np.uint8), labels, tuple("abcdefghij"))


@pytest.mark.parametrize(
    ("labels", "n"),
    [
        (np.repeat(np.arange(5), 40), 40),
        (np.repeat(np.arange(5), 40)[::-1], 50),
        (np.repeat([2, 0, 1], 40), 20),
        (np.repeat([0, 1], 100), 150),
        (np.append(np.arange(90) % 3, [3] * 10), 10),
    ],
)
def test_the_last_items_of_a_sorted_set_are_not_held_out(labels, n):
    with pytest.raises(DataError, match="Is the set sorted"):
        hold_out(pictures(labels), n, None, "mine")
    kept, held = hold_out(pictures(labels), n, np.random.default_rng(0), "mine")
    assert (len(kept), len(held)) == (labels.size - n, n)


def test_the_last_items_of_a_mixed_set_are_held_out():
    labels = np.random.default_rng(0).integers(0, 10, 200)
    kept, held = hold_out(pictures(labels), 20, None, "mine")
    assert held.labels.tolist() == labels[-20:].tolist()
    assert held.name == "mine validation"
    assert len(hold_out(pictures(labels), 0, None, "mine")[1]) == 0
    assert len(hold_out(pictures(kept.labels), 3, None, "mine")[1]) == 3
    for wrong in (-1, 200, 201):
        with pytest.raises(DataError, match="cannot be held out"):
            hold_out(pictures(labels), wrong, None, "mine")


def test_where_a_set_counts_as_sorted():
    """A class of one that is held out may be chance; five expected and none held out is not."""
    alone = np.append(np.arange(90) % 3, [3] + [0, 1, 2] * 3)
    assert len(hold_out(pictures(alone), 10, None, "mine")[1]) == 10
    with pytest.raises(DataError, match="class 3 has 0 to train on and 2 held out"):
        hold_out(pictures(np.append(np.arange(90) % 3, [3, 3])), 2, None, "mine")
    for rare, refused in ((9, False), (10, True)):
        labels = np.concatenate([[1] * rare, np.zeros(2 * 50 - rare, int)])
        if refused:
            with pytest.raises(DataError, match=f"class 1 has {rare} to train on and 0 held"):
                hold_out(pictures(labels), 50, None, "mine")
        else:
            assert len(hold_out(pictures(labels), 50, None, "mine")[1]) == 50
