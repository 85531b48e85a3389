import numpy as np
import pytest
from PIL import Image

from brainsnn.datasets import Caltech
from brainsnn.errors import ConfigError, DataError

COUNTS = {"Faces": 7, "Motorbikes": 9}


@pytest.fixture
def folder(no_data):
    """Images whose grey value says which they are: faces 0, 10, ..., motorbikes 100, 110, ..."""
    base = no_data / "caltech101"
    for first, (name, count) in zip((0, 100), COUNTS.items(), strict=True):
        (base / name).mkdir(parents=True)
        for k in range(count):
            picture = Image.new("L", (9, 6), first + 10 * k)
            picture.save(base / name / f"image_{k:04}.jpg", quality=100)
    return base


@pytest.fixture
def small(folder):
    return Caltech(folder, n_train=3, n_validation=2, height=4, width=6)


def values(images):
    return np.round(images.images[:, 0, 0] / 10).astype(int).tolist()


def test_sizes_of_the_splits(small):
    splits = small.load(np.random.default_rng(0))
    assert splits.train.counts.tolist() == [3, 3]
    assert splits.validation.counts.tolist() == [2, 2]
    assert splits.test.counts.tolist() == [2, 4]
    assert splits.test.size == (4, 6)
    assert splits.test.classes == ("faces", "motorbikes")
    assert splits.test.name == "caltech test"


def test_splits_are_a_partition_with_the_right_labels(small):
    splits = small.load(np.random.default_rng(0))
    parts = (splits.train, splits.validation, splits.test)
    together = [value for part in parts for value in values(part)]
    assert sorted(together) == [*range(7), *range(10, 19)]
    for part in parts:
        np.testing.assert_array_equal(part.labels, np.array(values(part)) >= 10)


def test_split_is_drawn_by_the_generator(small):
    first, again, other = (values(small.load(np.random.default_rng(s)).train) for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_fixed_split_repeats(small):
    fixed = values(small.load().train)
    assert fixed == values(small.load(np.random.default_rng(0)).train)


def test_found_in_the_current_directory(folder, no_data):
    (no_data / "data").mkdir()
    folder.rename(no_data / "data" / "caltech101")
    assert Caltech().find() == no_data / "data" / "caltech101"


def test_absent_set_says_where_to_get_it(no_data):
    with pytest.raises(DataError, match=r"(?s)'caltech101'.*data.caltech.edu"):
        Caltech().load()


def test_missing_class_is_named(small, folder):
    for path in (folder / "Faces").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="Faces: the folder holds no JPEG"):
        small.load()
    (folder / "Faces").rmdir()
    with pytest.raises(DataError, match="Faces: no such folder"):
        small.load()


def test_too_few_images_are_counted(folder):
    with pytest.raises(DataError, match=r"Faces: 7 images; 5 to train, 2 to validate .* need 8"):
        Caltech(folder, 5, 2).load()


def test_unreadable_image_is_named(small, folder):
    (folder / "Motorbikes" / "image_0003.jpg").write_bytes(b"not a photograph")
    with pytest.raises(DataError, match=r"Motorbikes/image_0003.jpg: not a readable image"):
        small.load()


@pytest.mark.parametrize("key", ["n_train", "n_validation", "height", "width"])
def test_impossible_numbers_are_refused(key):
    with pytest.raises(ConfigError, match=f"caltech: {key} must be at least"):
        Caltech(**{key: -1})


def test_real_set():
    dataset = Caltech()
    if dataset.find() is None:
        pytest.skip("Caltech-101 is nowhere on this machine")
    splits = dataset.load(np.random.default_rng(0))
    assert splits.train.counts.tolist() == [200, 200]
    assert splits.validation.counts.tolist() == [50, 50]
    assert splits.test.counts.tolist() == [185, 548]
    assert splits.train.size == (160, 250)
