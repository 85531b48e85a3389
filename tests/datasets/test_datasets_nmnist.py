"""N-MNIST: contents of event files, spikes made of them, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.datasets import NMNIST, EventSet, SmallNMNIST
from brainsnn.datasets.formats.event_file import read_event_file
from brainsnn.errors import ConfigError, DataError

#: x, y, polarity, microseconds.
EVENTS = [(3, 1, 0, 0), (33, 33, 1, 999), (33, 33, 1, 999), (0, 2, 1, 1000), (5, 5, 0, 8388607)]


def write(path, events):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        (x, y, polarity << 7 | time >> 16, time >> 8 & 255, time & 255)
        for x, y, polarity, time in events
    ]
    path.write_bytes(bytes(value for row in rows for value in row))


@pytest.fixture
def small(tmp_path):
    for split, numbers in {"train1K": range(1, 5), "test100": range(60001, 60003)}.items():
        for number in numbers:
            write(tmp_path / f"{number}.bs2", [*EVENTS, (number % 7, 0, 0, 8388607)])
        lines = "".join(f"{number}\t{number % 10}\n" for number in numbers)
        (tmp_path / f"{split}.txt").write_text("#sample #class\n" + lines)
    return SmallNMNIST(tmp_path, n_train=4, n_test=2, n_validation=1)


@pytest.fixture
def full(tmp_path):
    for split, count in (("Train", 12), ("Test", 10)):
        for number in range(count):
            write(tmp_path / split / str(number % 10) / f"{number + 1:05d}.bin", EVENTS)
    return NMNIST(tmp_path, n_train=12, n_test=10, n_validation=2)


def test_events_are_read_as_written(tmp_path):
    write(tmp_path / "1.bin", EVENTS)
    address, time = read_event_file(tmp_path / "1.bin", 34, 34)
    np.testing.assert_array_equal(time, [0, 999, 999, 1000, 8388607])
    expected = [(y * 34 + x) * 2 + polarity for x, y, polarity, _ in EVENTS]
    np.testing.assert_array_equal(address, expected)


def test_the_small_set_is_split(small):
    splits = small.load()
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [3, 1, 2]
    np.testing.assert_array_equal(splits.train.labels, [1, 2, 3])
    np.testing.assert_array_equal(splits.validation.labels, [4])
    assert splits.validation.name == "nmnist-small validation"
    assert splits.test.address[-1] == 60002 % 7 * 2
    drawn = small.load(np.random.default_rng(3))
    assert sorted([*drawn.train.labels, *drawn.validation.labels]) == [1, 2, 3, 4]


def test_the_full_set_is_in_the_order_of_its_numbers(full):
    splits = full.load()
    np.testing.assert_array_equal(splits.train.labels, np.arange(10))
    np.testing.assert_array_equal(splits.validation.labels, [0, 1])
    assert splits.test.classes == tuple("0123456789")


def test_trials_hold_a_spike_a_pixel_polarity_and_step(small):
    trials = small.load().train.trials(300)
    inputs = trials.inputs
    assert (inputs.n_neurons, inputs.n_steps, inputs.n_trials) == (2 * 34 * 34, 300, 3)
    step = inputs.step[: inputs.offsets[1]]
    np.testing.assert_array_equal(step, [0, 0, 1])
    at = [(1 * 34 + 3) * 2, (33 * 34 + 33) * 2 + 1, 2 * 34 * 2 + 1]
    np.testing.assert_array_equal(inputs.neuron[: inputs.offsets[1]], at)
    np.testing.assert_array_equal(trials.labels, [1, 2, 3])
    whole = small.load().train.trials(2, length=10.0)
    assert whole.inputs.step.max() == 1


def test_blocks_of_recordings_change_nothing(small, monkeypatch):
    train = small.load().train
    whole = train.trials(300).inputs
    monkeypatch.setattr("brainsnn.datasets.events.BLOCK", 2)
    parts = train.trials(300).inputs
    for column in ("offsets", "neuron", "step"):
        np.testing.assert_array_equal(getattr(parts, column), getattr(whole, column))


def test_recordings_are_taken_in_order(small):
    train = small.load().train
    taken = train.take(np.array([2, 0, 2]))
    np.testing.assert_array_equal(taken.labels, [3, 1, 3])
    np.testing.assert_array_equal(taken.address[5::6], [3 * 2, 1 * 2, 3 * 2])
    assert len(train.take(np.array([], np.int64))) == 0
    with pytest.raises(DataError, match=r"indices must be in 0..2, got 1..3"):
        train.take(np.array([1, 3]))


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"", "empty"),
        (b"\1\1\0\0\0\1", "6 bytes; .* truncated"),
        (b"\1\1\0\0\0\x22\1\0\0\1", "event 1 is at x = 34, y = 1, outside .* 34 x 34"),
        (b"\1\x22\0\0\0", "event 0 is at x = 1, y = 34, outside"),
        (b"\1\1\0\1\0\1\1\0\0\1", "out of order: event 1 is at 1 us, .* 256 us"),
    ],
)
def test_damaged_event_files_are_refused(small, contents, message):
    (small.folder / "3.bs2").write_bytes(contents)
    with pytest.raises(DataError, match=rf"3\.bs2: .*{message}"):
        small.load()


def test_missing_files_and_lists_are_named(small, full):
    (small.folder / "2.bs2").unlink()
    with pytest.raises(DataError, match=r"2\.bs2: cannot be read"):
        small.load()
    (small.folder / "train1K.txt").write_text("1 2\nthree 4\n")
    with pytest.raises(DataError, match=r"train1K\.txt: cannot be read as a list"):
        small.load()
    (small.folder / "train1K.txt").write_text("1 2 3\n")
    with pytest.raises(DataError, match=r"a number and a digit, got 3"):
        small.load()
    (full.folder / "Test" / "7" / "00008.bin").unlink()
    with pytest.raises(DataError, match="9 test recordings, there should be 10"):
        full.load()
    (full.folder / "Test" / "7").rmdir()
    with pytest.raises(DataError, match="7: no such folder"):
        full.load()


@pytest.mark.parametrize("digit", [-1, 10])
def test_labels_beyond_the_digits_are_refused(small, digit):
    (small.folder / "test100.txt").write_text(f"60001 1\n60002 {digit}\n")
    with pytest.raises(DataError, match=r"labels must be in 0..9"):
        small.load()


def test_impossible_settings_are_refused(small):
    with pytest.raises(ConfigError, match=r"nmnist-small: n_validation must be in 0..3"):
        SmallNMNIST(n_train=4, n_validation=4)
    for settings in ((0, 0.3), (300, 0.0)):
        with pytest.raises(ConfigError, match="n_steps must be 1 or more"):
            small.load().train.trials(*settings)
    nothing = np.empty(0, np.int32)
    with pytest.raises(DataError, match="1 labels for 0 recordings"):
        EventSet("odd", 34, 34, np.zeros(1, np.int64), nothing, nothing, np.zeros(1, int), ("a",))


def test_it_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.setattr("brainsnn.datasets.locate.search_roots", lambda: [("here", tmp_path)])
    for dataset in (NMNIST(), SmallNMNIST()):
        with pytest.raises(DataError, match=f"No data set folder '{dataset.relative}'"):
            dataset.load()


def test_the_small_set_is_what_it_should_be():
    if SmallNMNIST().find() is None:
        pytest.skip("N-MNIST's small set is not there")
    splits = SmallNMNIST().load()
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [800, 200, 100]
    assert splits.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    trials = splits.test.trials(300)
    assert trials.inputs.n_neurons == 2312
    assert 3500 < trials.inputs.neuron.size / 100 < 4700
