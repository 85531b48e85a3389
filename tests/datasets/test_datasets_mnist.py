import hashlib
import shutil

import numpy as np
import pytest
from helpers import idx_bytes, write_gzip

from brainsnn.datasets import MNIST, locate, mnist
from brainsnn.datasets.formats.idx_images import IdxFile
from brainsnn.datasets.mnist import FILES
from brainsnn.errors import ConfigError, DataError

RNG = np.random.default_rng(3)
ARRAYS = {
    "train-images-idx3-ubyte.gz": RNG.integers(0, 256, (30, 28, 28), dtype=np.uint8),
    "train-labels-idx1-ubyte.gz": np.arange(30, dtype=np.uint8) % 10,
    "t10k-images-idx3-ubyte.gz": RNG.integers(0, 256, (20, 28, 28), dtype=np.uint8),
    "t10k-labels-idx1-ubyte.gz": np.arange(20, dtype=np.uint8) % 10,
}
SMALL = {
    name: IdxFile(array.shape, hashlib.md5(idx_bytes(array)).hexdigest())
    for name, array in ARRAYS.items()
}
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = ARRAYS


@pytest.fixture
def folder(tmp_path):
    for name, array in ARRAYS.items():
        write_gzip(tmp_path / name, idx_bytes(array))
    return tmp_path


@pytest.fixture
def small(folder):
    return MNIST(folder, n_validation=10, files=SMALL)


@pytest.fixture(scope="session")
def real():
    dataset = MNIST()
    if dataset.find() is None:
        pytest.skip("MNIST is nowhere on this machine")
    return dataset.load()


def test_last_training_images_validate(small):
    splits = small.load()
    assert [len(splits.train), len(splits.validation), len(splits.test)] == [20, 10, 20]
    np.testing.assert_array_equal(splits.train.images, ARRAYS[TRAIN_IMAGES][:20])
    np.testing.assert_array_equal(splits.validation.images, ARRAYS[TRAIN_IMAGES][20:])
    np.testing.assert_array_equal(splits.validation.labels, ARRAYS[TRAIN_LABELS][20:])
    np.testing.assert_array_equal(splits.test.images, ARRAYS[TEST_IMAGES])
    assert splits.train.name == "mnist train"
    assert splits.validation.name == "mnist validation"
    assert splits.train.classes == tuple("0123456789")


def test_drawn_validation_is_a_partition_and_repeats(small):
    first, again = (small.load(np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first.train.images, again.train.images)
    together = np.concatenate((first.train.images, first.validation.images)).reshape(30, -1)
    everything = ARRAYS[TRAIN_IMAGES].reshape(30, -1)
    np.testing.assert_array_equal(np.unique(together, axis=0), np.unique(everything, axis=0))
    assert not np.array_equal(first.train.images, ARRAYS[TRAIN_IMAGES][:20])


@pytest.mark.parametrize("n_validation", [-1, 30])
def test_validation_split_must_leave_something(folder, n_validation):
    with pytest.raises(ConfigError, match=r"n_validation must be in 0..29"):
        MNIST(folder, n_validation, SMALL)


def swap(folder, one, other):
    contents = (folder / one).read_bytes()
    shutil.copy(folder / other, folder / one)
    (folder / other).write_bytes(contents)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TRAIN_IMAGES, TRAIN_LABELS),
        (TRAIN_IMAGES, TEST_IMAGES),
        (TRAIN_LABELS, TEST_LABELS),
        (TEST_IMAGES, TEST_LABELS),
    ],
)
def test_swapped_files_are_named(small, folder, one, other):
    swap(folder, one, other)
    with pytest.raises(DataError, match=f"{one}: holds the contents of {other}"):
        small.load()


@pytest.mark.parametrize("name", list(ARRAYS))
def test_missing_file_is_named(small, folder, name):
    (folder / name).rename(folder / "other.gz")
    with pytest.raises(DataError, match=f"{name}: no such file. Its folder holds: .*other.gz"):
        small.load()


@pytest.mark.parametrize("name", list(ARRAYS))
def test_truncated_file_is_named(small, folder, name):
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=f"{name}: truncated"):
        small.load()


@pytest.mark.parametrize("name", list(ARRAYS))
def test_changed_contents_are_named(small, folder, name):
    array = ARRAYS[name].copy()
    array.flat[3] = 1 + array.flat[3] % 9
    write_gzip(folder / name, idx_bytes(array))
    with pytest.raises(DataError, match=f"{name}: the contents are not MNIST's; md5"):
        small.load()


def test_wrong_magic_number_is_named(small, folder):
    write_gzip(folder / TEST_IMAGES, b"\x00\x00\x0d\x03" + idx_bytes(ARRAYS[TEST_IMAGES])[4:])
    with pytest.raises(DataError, match=f"{TEST_IMAGES}: wrong magic number 3331"):
        small.load()


def test_images_of_another_size_are_named(small, folder):
    write_gzip(folder / TRAIN_IMAGES, idx_bytes(np.zeros((30, 14, 14))))
    words = "holds 30 images of 14 x 14, should hold 30 images of 28 x 28"
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES}: {words}"):
        small.load()


def test_labels_in_place_of_images_are_named(small, folder):
    write_gzip(folder / TRAIN_IMAGES, idx_bytes(np.zeros(30)))
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES}: holds 30 labels, should hold 30 images"):
        small.load()


def test_array_of_another_rank_is_named(small, folder):
    write_gzip(folder / TRAIN_LABELS, idx_bytes(np.zeros((30, 2))))
    with pytest.raises(DataError, match=r"holds an array of shape \(30, 2\)"):
        small.load()


def test_labels_that_do_not_match_the_images_are_named(folder):
    files = dict(SMALL)
    files[TEST_LABELS] = IdxFile((19,), None)
    write_gzip(folder / TEST_LABELS, idx_bytes(np.zeros(19)))
    with pytest.raises(DataError, match=f"{TEST_LABELS}: 19 labels do not match the 20 images"):
        MNIST(folder, 10, files).load()


def test_labels_beyond_the_classes_are_named(folder):
    files = dict(SMALL)
    files[TEST_LABELS] = IdxFile((20,), None)
    write_gzip(folder / TEST_LABELS, idx_bytes(np.full(20, 10)))
    with pytest.raises(DataError, match=f"{TEST_LABELS}: labels must be in 0..9, got 10"):
        MNIST(folder, 10, files).load()


def test_empty_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES}: no such file. Its folder holds: nothing"):
        MNIST(tmp_path).load()


def test_absent_set_is_downloaded(no_data, folder, monkeypatch):
    asked = []

    def download(name, files, mirrors):
        asked.append((name, list(files)))
        return folder

    monkeypatch.setattr(mnist, "download", download)
    assert len(MNIST(n_validation=10, files=SMALL).load().train) == 20
    assert asked == [("mnist", list(FILES))]


def test_download_cut_short_is_completed(no_data, folder, monkeypatch):
    cache = locate.cache_folder() / "mnist"
    cache.mkdir(parents=True)
    shutil.copy(folder / TRAIN_IMAGES, cache)

    def retrieve(url, _checksum, name, path, downloader):
        assert name != TRAIN_IMAGES
        shutil.copy(folder / name, path)

    monkeypatch.setattr(locate.pooch, "retrieve", retrieve)
    assert len(MNIST(n_validation=10, files=SMALL).load().test) == 20


def test_real_set(real):
    assert [len(real.train), len(real.validation), len(real.test)] == [50000, 10000, 10000]
    assert real.test.counts.tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert real.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert real.train.size == (28, 28)
