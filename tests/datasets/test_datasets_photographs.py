import numpy as np
import pytest
from PIL import Image

from brainsnn.datasets.formats import photographs
from brainsnn.datasets.formats.photographs import list_jpegs, read_grey, read_grey_cached
from brainsnn.errors import DataError

SIZE = (4, 6)


def save(path, value, size=(12, 8), mode="RGB"):
    colour = (value,) * 3 if mode == "RGB" else value
    Image.new(mode, size, colour).save(path, quality=95)
    return path


@pytest.fixture
def paths(tmp_path, no_data):
    return [save(tmp_path / f"{k}.jpg", 40 * k) for k in range(3)]


def cached_files(no_data):
    return list((no_data / "cache" / "data" / "decoded").iterdir())


def test_jpegs_are_listed_in_order(tmp_path):
    for name in ("b.jpg", "a.JPEG", "notes.txt", "c.png"):
        (tmp_path / name).touch()
    assert [path.name for path in list_jpegs(tmp_path)] == ["a.JPEG", "b.jpg"]


def test_missing_and_empty_folders_are_named(tmp_path):
    with pytest.raises(DataError, match="nowhere: no such folder"):
        list_jpegs(tmp_path / "nowhere")
    with pytest.raises(DataError, match="holds no JPEG"):
        list_jpegs(tmp_path)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_image_becomes_grey_and_of_the_size(tmp_path, mode):
    grey = read_grey(save(tmp_path / "a.jpg", 120, mode=mode), SIZE)
    assert grey.dtype == np.uint8
    assert grey.shape == SIZE
    np.testing.assert_allclose(grey.astype(int), 120, atol=1)


def test_height_comes_before_width(tmp_path):
    picture = np.zeros((8, 12), np.uint8)
    picture[:, 6:] = 255
    Image.fromarray(picture).save(tmp_path / "a.jpg", quality=95)
    grey = read_grey(tmp_path / "a.jpg", SIZE)
    assert grey[:, :2].max() < 30
    assert grey[:, 4:].min() > 225


@pytest.mark.parametrize("damage", ["empty", "text", "cut"])
def test_unreadable_image_is_named(tmp_path, damage):
    path = save(tmp_path / "photo.jpg", 100, size=(120, 80))
    whole = path.read_bytes()
    path.write_bytes({"empty": b"", "text": b"not a photograph", "cut": whole[:-200]}[damage])
    with pytest.raises(DataError, match=r"photo.jpg: not a readable image"):
        read_grey(path, SIZE)


def test_second_reading_decodes_nothing(paths, no_data, monkeypatch):
    first = read_grey_cached(paths, SIZE)
    monkeypatch.setattr(photographs, "read_grey", None)
    np.testing.assert_array_equal(read_grey_cached(paths, SIZE), first)
    assert [path.suffix for path in cached_files(no_data)] == [".npz"]


def test_changed_file_and_other_size_are_decoded_anew(paths, no_data):
    read_grey_cached(paths, SIZE)
    save(paths[0], 200, size=(14, 8))
    assert read_grey_cached(paths, SIZE)[0, 0, 0] > 190
    assert read_grey_cached(paths, (2, 2)).shape == (3, 2, 2)


@pytest.mark.parametrize("contents", [b"", b"damaged", b"PK\x03\x04damaged"])
def test_damaged_cache_is_replaced(paths, no_data, contents):
    first = read_grey_cached(paths, SIZE)
    (file,) = cached_files(no_data)
    file.write_bytes(contents)
    np.testing.assert_array_equal(read_grey_cached(paths, SIZE), first)
    with np.load(file, allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["images"], first)


def test_cache_that_cannot_be_written_is_done_without(paths, no_data):
    (no_data / "cache").write_text("a file where the folder should be")
    assert read_grey_cached(paths, SIZE).shape == (3, *SIZE)


def test_full_disk_leaves_no_file(paths, no_data, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(photographs.np, "savez", full)
    assert read_grey_cached(paths, SIZE).shape == (3, *SIZE)
    assert cached_files(no_data) == []


def test_vanished_file_is_named(paths, no_data):
    paths[1].unlink()
    with pytest.raises(DataError, match=r"1.jpg: cannot be read"):
        read_grey_cached(paths, SIZE)
