"""Spiking Heidelberg Digits: files written in their layout, and what is refused."""

from __future__ import annotations

import contextlib
import sys

import h5py
import numpy as np
import pytest

from brainsnn.datasets import HeidelbergDigits
from brainsnn.errors import ConfigError, DataError

TIMES = [0.0, 0.25, 0.5, 0.03125]
UNITS = [699, 0, 3, 17]


def write(path, labels, times=TIMES, units=UNITS, kinds=(np.float16, np.uint16)):
    """A file as the set's are: rows of half precision and of 16 bits, and what is known of them."""
    n = len(labels)
    with h5py.File(path, "w") as file:
        for name, row, kind in zip(("times", "units"), (times, units), kinds, strict=True):
            column = file.create_dataset(f"spikes/{name}", (n,), h5py.vlen_dtype(kind))
            for k in range(n):
                column[k] = np.asarray(row, kind)
        file["labels"] = np.asarray(labels, np.uint16)
        file["extra/speaker"] = np.arange(n, dtype=np.uint16) % 12
        file["extra/keys"] = np.array([b"null", b"eins"])
        file["extra/meta_info/gender"] = np.array([b"female"] * 12)


@pytest.fixture
def digits(tmp_path):
    write(tmp_path / "shd_train.h5", [0, 19, 3, 0, 19, 3])
    write(tmp_path / "shd_test.h5", [7, 8])
    return HeidelbergDigits(tmp_path, n_train=6, n_test=2, n_validation=3)


def test_recordings_are_read_as_written_in_order_of_time(digits):
    splits = digits.load()
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [3, 3, 2]
    train = splits.train
    assert (train.n_inputs, train.channels, train.classes[19]) == (700, 1, "nine")
    np.testing.assert_array_equal(train.labels, [0, 19, 3])
    np.testing.assert_array_equal(train.address[:4], [699, 17, 0, 3])
    np.testing.assert_array_equal(train.time[:4], [0, 31250, 250000, 500000])
    np.testing.assert_array_equal(splits.test.labels, [7, 8])
    drawn = digits.load(np.random.default_rng(1))
    assert sorted([*drawn.train.labels, *drawn.validation.labels]) == [0, 0, 3, 3, 19, 19]


def test_trials_have_a_neuron_a_unit(digits):
    inputs = digits.load().test.trials(100, length=1.0).inputs
    assert (inputs.n_neurons, inputs.n_trials) == (700, 2)
    np.testing.assert_array_equal(inputs.neuron[:4], [699, 17, 0, 3])
    np.testing.assert_array_equal(inputs.step[:4], [0, 3, 25, 50])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"units": [0, 1, 2, 700]}, "recording 0: units .*700"),
        ({"units": [0, 1, 2]}, "recording 0 has 4 times for 3 units"),
        ({"times": [0, 1, -1, 2]}, "recording 0 has times that are not in 0..100 s"),
        ({"times": [0, 1, np.nan, 2]}, "recording 0 has times"),
        ({"times": [0, 1, 101, 2]}, "recording 0 has times"),
        ({"kinds": (np.int32, np.uint16)}, "spikes/times has the type int32"),
        ({"kinds": (np.float16, np.float16)}, "spikes/units has the type float16"),
        ({"labels": [1, 2, 3]}, r"spikes/times has the shape \(3,\), there should be 2 rows"),
        ({"labels": [1, 20]}, "labels .*20"),
    ],
)
def test_odd_contents_are_refused(digits, changed, message):
    write(digits.folder / "shd_test.h5", **{"labels": [1, 2], **changed})
    with pytest.raises(DataError, match=rf"shd_test\.h5: {message}"):
        digits.load()


def test_lengths_are_checked_before_anything_is_read(digits):
    """Rows that would take petabytes are promised, and none is there."""
    with h5py.File(digits.folder / "shd_test.h5", "a") as file:
        del file["labels"]
        file.create_dataset("labels", (2**50,), np.uint16, chunks=(1024,))
    with pytest.raises(DataError, match=r"labels has the shape \(1125899906842624,\)"):
        digits.load()


def test_missing_columns_and_plain_rows_are_named(digits):
    with h5py.File(digits.folder / "shd_test.h5", "a") as file:
        del file["spikes/times"]
    with pytest.raises(DataError, match=r"no data set 'spikes/times'; it holds .'extra', 'labels'"):
        digits.load()
    with h5py.File(digits.folder / "shd_test.h5", "a") as file:
        file["spikes/times"] = np.zeros(2)
    with pytest.raises(DataError, match="spikes/times has the type float64"):
        digits.load()


def test_damaged_and_missing_files_are_refused(digits):
    path = digits.folder / "shd_test.h5"
    whole = path.read_bytes()
    for contents in (b"", b"no HDF5 at all", whole[: len(whole) // 2], whole[:-100]):
        path.write_bytes(contents)
        with pytest.raises(DataError, match=r"shd_test\.h5: cannot be read as HDF5"):
            digits.load()
    path.unlink()
    with pytest.raises(DataError, match=r"shd_test\.h5: cannot be read as HDF5"):
        digits.load()


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_are_refused_or_taken(digits, seed):
    path, rng = digits.folder / "shd_test.h5", np.random.default_rng(seed)
    contents = bytearray(path.read_bytes())
    for place in rng.integers(0, len(contents), 20):
        contents[place] = rng.integers(256)
    path.write_bytes(contents)
    with contextlib.suppress(DataError):
        assert len(digits.load().test) == 2


def test_settings_place_and_missing_package(digits, tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match=r"n_validation must be in 0..3"):
        HeidelbergDigits(n_train=4, n_validation=4)
    monkeypatch.setattr("brainsnn.datasets.locate.search_roots", lambda: [("here", tmp_path)])
    with pytest.raises(DataError, match="No data set folder 'heidelberg-digits'"):
        HeidelbergDigits().load()
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(DataError, match="needs h5py: pip install h5py"):
        digits.load()
