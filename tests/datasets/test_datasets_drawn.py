"""Drawn data sets: what every one of them must do, and each by itself."""

import numpy as np
import pytest

from brainsnn.cli import show
from brainsnn.datasets import DATASETS, yin_yang_trials
from brainsnn.datasets.drawn.base import Drawn
from brainsnn.datasets.drawn.yin_yang import YinYang, yin_yang_class
from brainsnn.datasets.formats.tables import TableSet
from brainsnn.errors import ConfigError, DataError
from brainsnn.spikes.trials import LabelledTrials

DRAWN = [name for name in DATASETS if issubclass(DATASETS[name], Drawn)]
SMALL = {"n_train": 20, "n_validation": 8, "n_test": 6}


def columns(part):
    if isinstance(part, TableSet):
        return [part.rows, part.labels]
    assert isinstance(part, LabelledTrials)
    return [part.inputs.offsets, part.inputs.neuron, part.inputs.step, *part.targets.arrays()]


def equal(one, other):
    return all(map(np.array_equal, columns(one), columns(other)))


@pytest.mark.parametrize("name", DRAWN)
def test_a_seed_gives_the_same_set_and_another_gives_another(name):
    kind = DATASETS[name]
    splits, again, other = kind(**SMALL).load(), kind(**SMALL).load(), kind(**SMALL, seed=1).load()
    assert [len(getattr(splits, part)) for part in ("train", "validation", "test")] == [20, 8, 6]
    for part in ("train", "validation", "test"):
        assert equal(getattr(splits, part), getattr(again, part))
        assert not equal(getattr(splits, part), getattr(other, part))
    assert not equal(splits.validation, kind(n_train=20, n_validation=8, n_test=8).load().test)
    drawn = [kind(**SMALL).load(np.random.default_rng(seed)).train for seed in (3, 3, 4)]
    assert equal(drawn[0], drawn[1])
    assert not equal(drawn[0], drawn[2])


@pytest.mark.parametrize("name", DRAWN)
def test_more_training_trials_leave_the_others_as_they_are(name):
    kind = DATASETS[name]
    few, many = kind(**SMALL).load(), kind(**(SMALL | {"n_train": 30})).load()
    assert equal(few.test, many.test)
    assert equal(few.validation, many.validation)


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("key", ["n_train", "n_validation", "n_test", "seed"])
def test_impossible_sizes_are_refused(name, key):
    for wrong in (-1, 0.5) if key == "seed" else (0, -1, 1.5, "many"):
        with pytest.raises(ConfigError, match=f"{name}: {key}"):
            DATASETS[name](**{key: wrong})


@pytest.mark.parametrize("name", DRAWN)
def test_the_command_line_says_what_was_drawn(name, monkeypatch):
    monkeypatch.setattr(show, "DATASETS", {name: lambda: DATASETS[name](**SMALL)})
    said = show.dataset(name)
    assert f"{name}: drawn from a seed" in said
    assert "train          20 samples (" in said


def test_yin_yang_is_the_sign():
    points = np.array(
        [[0.25, 0.5], [0.75, 0.5], [0.5, 0.9], [0.5, 0.1], [0.25, 0.65], [0.75, 0.35], [0.02, 0.02]]
    )
    assert yin_yang_class(points).tolist() == [2, 2, 1, 0, 1, 0, -1]
    part = YinYang(n_train=3000).load().train
    np.testing.assert_array_equal(yin_yang_class(part.rows[:, :2]), part.labels)
    np.testing.assert_allclose(part.rows[:, 2:], 1 - part.rows[:, :2])
    assert (np.abs(part.counts - 1000) < 120).all()
    # Turned by half a turn about the middle, yin and yang change places and the dots do not.
    turned = yin_yang_class(1 - part.rows[:, :2])
    np.testing.assert_array_equal(turned, np.choose(part.labels, [1, 0, 2]))


def test_yin_yang_as_spikes():
    part = YinYang(**SMALL).load().train
    trials = yin_yang_trials(part, n_steps=50, early=5, late=45, bias=20)
    steps = trials.inputs.first_steps()
    assert steps.shape == (20, 5)
    np.testing.assert_array_equal(steps[:, :4], np.rint(5 + 40 * part.rows))
    assert (steps[:, 4] == 20).all()
    np.testing.assert_array_equal(trials.labels, part.labels)


def test_yin_yang_refusals():
    part = YinYang(**SMALL).load().train
    for wrong in ({"n_steps": 400}, {"early": -1}, {"early": 400}, {"bias": 600}, {"bias": -1}):
        with pytest.raises(ConfigError, match="must be within a trial"):
            yin_yang_trials(part, **wrong)
    beyond = TableSet("mine", 2 * part.rows, part.labels, part.classes, part.features)
    with pytest.raises(DataError, match=r"mine: values must be in 0\.\.1"):
        yin_yang_trials(beyond)
    for shape in ((3,), (3, 3)):
        with pytest.raises(DataError, match="shape"):
            yin_yang_class(np.zeros(shape))
