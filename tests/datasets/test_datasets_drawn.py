"""Drawn data sets: what every one of them must do, and each by itself."""

from itertools import combinations

import numpy as np
import pytest

from brainsnn.cli import show
from brainsnn.datasets import (
    DATASETS,
    DelayedMatch,
    EvidenceAccumulation,
    FunctionExamples,
    PatternGeneration,
    Randman,
    StoreRecall,
    yin_yang_trials,
)
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
    drawn = [kind(**SMALL).load(np.random.default_rng(seed)).train for seed in (3, 3, 4)]
    assert equal(drawn[0], drawn[1])
    assert not equal(drawn[0], drawn[2])


@pytest.mark.parametrize("name", DRAWN)
def test_no_part_holds_what_another_does(name):
    """Parts of one size, of which two from one stream would be the same."""
    splits = DATASETS[name](n_train=8, n_validation=8, n_test=8).load()
    for one, other in combinations((splits.train, splits.validation, splits.test), 2):
        assert not equal(one, other)


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


def by_trial(trains, n_each):
    """Spikes of each population in each step, shape (n_trials, n_steps, n_populations)."""
    found = np.zeros((trains.n_trials, trains.n_steps, trains.n_neurons // n_each), int)
    trial = np.repeat(np.arange(trains.n_trials), np.diff(trains.offsets))
    np.add.at(found, (trial, trains.step, trains.neuron // n_each), 1)
    return found


def test_store_recall_keeps_the_bit_that_was_shown_with_store():
    settings = {"n_symbol": 40, "shortest": 2, "longest": 3, "probability": 0.4}
    trials = StoreRecall(**(SMALL | {"n_train": 200}), **settings).load().train
    counts = by_trial(trials.inputs, 10).reshape(200, 4, 40, 4).sum(axis=2)
    assert trials.inputs.n_steps == 160
    on = counts > 0
    assert on[:, -1].sum(axis=1).tolist() == [1] * 200
    assert on[:, -1, 3].all()
    assert not on[:, :-1, 3].any()
    assert (on[:, :-1, 0] != on[:, :-1, 1]).all()
    assert on[:, :, 2].sum(axis=1).tolist() == [1] * 200
    store = on[:, :, 2].argmax(axis=1)
    assert set(store) == {0, 1}  # two or three symbols before the recall
    np.testing.assert_array_equal(on[np.arange(200), store, 1], trials.labels)
    rate = counts[:, -1, 3].mean() / (40 * 10)
    assert abs(rate - 0.4) < 0.01


def test_delayed_match_is_whether_the_cues_were_the_same():
    settings = {"n_cues": 3, "n_cue": 20, "n_delay": 5, "probability": 0.5, "background": 0.0}
    trials = DelayedMatch(**(SMALL | {"n_train": 200}), **settings).load().train
    counts = by_trial(trials.inputs, 10)
    first, second = counts[:, :20].sum(axis=1), counts[:, 25:45].sum(axis=1)
    assert not counts[:, 20:25].any()
    assert not counts[:, 45:].any()
    assert ((first > 0).sum(axis=1) == 1).all()
    same = first.argmax(axis=1) == second.argmax(axis=1)
    np.testing.assert_array_equal(same, trials.labels == 1)
    assert 60 < trials.labels.sum() < 140
    assert set(first.argmax(axis=1)) == set(second.argmax(axis=1)) == {0, 1, 2}


def test_evidence_is_the_majority_of_cues():
    settings = {"n_cues": 5, "n_cue": 20, "n_gap": 10, "n_delay": 30, "n_recall": 15}
    trials = EvidenceAccumulation(
        **(SMALL | {"n_train": 400}), **settings, probability=0.5, noise=0.2
    ).load()
    counts, labels = by_trial(trials.train.inputs, 10), trials.train.labels
    assert counts.shape[1] == 5 * 30 + 30 + 15
    cues = counts[:, :150].reshape(400, 5, 30, 4)
    assert not cues[:, :, 20:, :2].any()
    sides = cues[:, :, :20, :2].sum(axis=2)
    assert ((sides > 0).sum(axis=2) == 1).all()
    right = (sides[:, :, 1] > 0).sum(axis=1)
    np.testing.assert_array_equal(right > 2, labels == 1)
    assert not counts[:, :-15, 2].any()
    assert counts[:, -15:, 2].any(axis=1).all()
    assert abs(counts[:, :, 3].mean() / 10 - 0.2) < 0.01
    assert abs(np.where(labels == 1, right, 5 - right).mean() / 5 - 0.73) < 0.05


def test_patterns_are_one_curve_and_inputs_that_tell_the_time():
    splits = PatternGeneration(**SMALL, n_steps=100, n_outputs=2).load()
    wanted = splits.train.targets.values
    assert wanted.shape == (20, 100, 2)
    assert (wanted == wanted[0]).all()
    assert np.abs(wanted).max() == 1
    np.testing.assert_array_equal(wanted[0], splits.test.targets.values[0])
    # Sums of sines of whole numbers of periods: nothing at other frequencies.
    spectrum = np.abs(np.fft.rfft(wanted[0], axis=0))
    assert spectrum[[1, 2, 3, 5]].min() > 1
    assert np.delete(spectrum, [1, 2, 3, 5], axis=0).max() < 1e-9
    counts = by_trial(splits.train.inputs, 4).sum(axis=0)
    for part, now in enumerate(np.split(counts, 5)):
        assert now[:, part].sum() > 0
        assert not np.delete(now, part, axis=1).any()


def preferred(spikes, n_show, n_each):
    """Mean preferred value, 0 to 1, of the spikes of each example and population."""
    n, _, neurons = spikes.shape
    counts = spikes.reshape(n, -1, n_show, neurons // n_each, n_each).sum(axis=2)
    return counts @ np.linspace(0, 1, n_each) / np.maximum(counts.sum(axis=-1), 1)


@pytest.mark.parametrize("told", ["own", "other", "nothing"])
def test_examples_are_shown_with_the_value_of_the_one_before(told):
    settings = {**SMALL, "n_examples": 4, "n_show": 200, "n_each": 11, "probability": 0.5}
    drawn = FunctionExamples(**settings, told=told)
    part, examples = drawn.load().test, drawn.examples("test", 6)
    values, wanted = examples.targets, part.targets.values
    assert wanted.shape == (6, 800, 1)
    np.testing.assert_array_equal(wanted[:, ::200, 0], values)
    np.testing.assert_array_equal(wanted[:, 199::200, 0], values)
    spikes = by_trial(part.inputs, 1)
    seen = preferred(spikes, 200, 11)
    inside = np.abs(examples.inputs) < 0.6
    assert np.abs(seen[..., :2] - (examples.inputs + 1) / 2)[inside].max() < 0.05
    assert not spikes[:, :200, 22:].any()
    if told == "nothing":
        assert not spikes[:, :, 22:].any()
        return
    before = (values if told == "own" else np.roll(values, -1, axis=0))[:, :-1]
    inside = np.abs(before - 0.5) < 0.3
    assert inside.any()
    assert np.abs(seen[:, 1:, 2] - before)[inside].max() < 0.05


def test_functions_are_those_of_their_part_whatever_is_told():
    one, other = FunctionExamples(**SMALL), FunctionExamples(**SMALL, told="other")
    same = [kind.load().validation.targets.values for kind in (one, other)]
    np.testing.assert_array_equal(*same)
    examples = one.examples("train", 20)
    assert np.abs(examples.inputs).max() <= 1
    assert ((examples.targets > 0) & (examples.targets < 1)).all()
    assert examples.targets.std() > 3 * examples.targets.std(axis=1).min()
    flat = FunctionExamples(**SMALL, output_scale=0.0).examples("train", 20).targets
    np.testing.assert_array_equal(flat, 0.5)


def test_manifolds_are_smooth_and_each_neuron_spikes_once():
    trials = Randman(n_train=300, n_classes=3, n_steps=50).load().train
    steps = trials.inputs.first_steps()
    assert trials.inputs.neuron.size == 300 * 20
    assert steps.max() == 49
    assert steps.min() == 0
    # Of a curve in 20 dimensions, the nearest other point is nearly always of the same class.
    distances = np.abs(steps[:, None] - steps[None]).sum(axis=2) + 10**6 * np.eye(300, dtype=int)
    assert (trials.labels[distances.argmin(axis=1)] == trials.labels).mean() > 0.95
    rough = Randman(n_train=300, n_classes=3, n_steps=50, smoothness=0.0).load().train
    assert not np.array_equal(rough.inputs.step, trials.inputs.step)


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        (StoreRecall, {"shortest": 5}, "shortest delay, 5, is longer"),
        (StoreRecall, {"n_symbol": 0}, "n_symbol"),
        (StoreRecall, {"probability": 1.5}, "probability must be in 0..1"),
        (DelayedMatch, {"n_cues": 1}, "n_cues"),
        (DelayedMatch, {"background": -0.1}, "background must be"),
        (EvidenceAccumulation, {"n_cues": 4}, "must be odd"),
        (EvidenceAccumulation, {"bias": np.nan}, "bias must be"),
        (PatternGeneration, {"n_steps": 4}, "n_steps"),
        (PatternGeneration, {"cycles": ()}, "cycles are finite numbers"),
        (FunctionExamples, {"n_each": 1}, "n_each"),
        (FunctionExamples, {"hidden_scale": -1.0}, "hidden_scale must be"),
        (FunctionExamples, {"told": "late"}, "told is one of own, other, nothing"),
        (Randman, {"dimension": 0}, "dimension"),
        (Randman, {"smoothness": -1.0}, "smoothness"),
    ],
)
def test_impossible_settings_are_refused(kind, wrong, words):
    with pytest.raises(ConfigError, match=words):
        kind(**wrong)
