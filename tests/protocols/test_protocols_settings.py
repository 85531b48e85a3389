"""Settings that protocols share: where they end, and what of a set they take."""

import numpy as np
import pytest
from limits import assert_ends
from pydantic import ValidationError

from brainsnn.datasets import ImageSet, Splits
from brainsnn.errors import ConfigError, DataError
from brainsnn.learning.glm import RateLikelihood
from brainsnn.protocols.common.mnist import SETS, MnistConfig
from brainsnn.protocols.glm.base import (
    DigitsConfig,
    GLMNetwork,
    TrainingConfig,
    check_networks,
    digits_of,
)


def test_settings_end_where_they_should():
    whole = {"epochs": "from 1", "folds": "from 2", "gap": "from 0"}
    kinds = {**whole, "initial": "not negative", "learning_rates": "not empty"}
    assert_ends(TrainingConfig, kinds)
    assert_ends(DigitsConfig, {"train": "from 2", "test": "from 1"})
    assert_ends(MnistConfig, {"n_train": "from 2", "n_test": "from 1", "n_validation": "from 1"})
    assert MnistConfig(n_validation=59_999).n_validation == 59_999
    with pytest.raises(ValidationError, match="n_validation"):
        MnistConfig(n_validation=60_000)


def splits():
    """Ten images a split; the number of an image is its first pixel."""
    images = np.arange(10, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)
    parts = [ImageSet(name, images + 10 * k, np.arange(10) % 3, tuple("abc")) for k, name in NAMES]
    return Splits(*parts)


NAMES = list(enumerate(("train", "validation", "test")))


class Ten:
    classes, title = tuple("abc"), "Ten"

    def __init__(self, n_validation):
        self.n_validation = n_validation

    def load(self):
        return splits()


def test_a_set_is_cut_to_its_first_images(monkeypatch):
    monkeypatch.setitem(SETS, "mnist", Ten)
    for settings, sizes in (
        ({}, (10, 10, 10)),
        ({"n_train": 3}, (3, 10, 10)),
        ({"n_test": 1}, (10, 10, 1)),
        ({"n_train": 10, "n_test": 11}, (10, 10, 10)),
    ):
        found = MnistConfig(**settings).load()
        parts = (found.train, found.validation, found.test)
        assert tuple(map(len, parts)) == sizes
        for k, part in enumerate(parts):
            assert part.images[:, 0, 0].tolist() == list(range(10 * k, 10 * k + len(part)))
    assert MnistConfig().title == "Ten"
    assert MnistConfig().classes == tuple("abc")


def test_what_a_paper_says_is_of_mnist():
    assert MnistConfig().of_paper(0.97) == 0.97
    assert MnistConfig(name="fashion-mnist").of_paper(0.97) is None


def test_digits_are_the_first_of_each_and_labelled_by_place():
    train = splits().train
    for n, wanted, labels in ((1, [2, 0], [0, 1]), (3, [2, 5, 8, 0, 3, 6], [0, 0, 0, 1, 1, 1])):
        images, found = digits_of(train, (2, 0), n)
        assert images.shape == (len(wanted), 4)
        assert images[:, 0].tolist() == wanted
        assert found.tolist() == labels
    with pytest.raises(DataError, match="no image of one of the digits"):
        digits_of(train, (0, 3), 5)


def test_networks_that_cannot_be_built_are_refused():
    good = GLMNetwork((0, 1), 8, 2, "rate")
    check_networks([good, GLMNetwork((9, 0), 4, 2, "first_to_spike")], 3)
    for digits in ((1,), (1, 1), (0, 10), (-1, 2)):
        with pytest.raises(ConfigError, match="two or more different ones"):
            check_networks([good, GLMNetwork(digits, 8, 2, "rate")], 3)
    assert good.columns() == {
        "digits": "01",
        "n_steps": 8,
        "functions": 2,
        "rule": "rate",
    }
    rule = good.learned_by(TrainingConfig(gap=2, learning_rates=(0.3, 0.1)))
    assert (rule.maximised(), rule.learning_rate) == (RateLikelihood(2), 0.3)
    glm = good.glm(5)
    assert (glm.n_inputs, glm.n_classes) == (5, 2)
