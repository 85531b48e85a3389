import contextlib
import gzip

import numpy as np
import pytest
from helpers import idx_bytes, write_gzip
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from brainsnn.datasets.formats.idx import parse_idx, read_gzip
from brainsnn.errors import DataError

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@given(arrays(np.uint8, array_shapes(max_dims=3, min_side=0, max_side=5)))
def test_written_and_read_back(array):
    np.testing.assert_array_equal(parse_idx(bytearray(idx_bytes(array)), "file"), array)


@given(st.binary(max_size=40))
def test_any_bytes_parse_or_are_refused(contents):
    with contextlib.suppress(DataError):
        parse_idx(bytearray(contents), "file")


def test_gzip_and_parse(tmp_path):
    path = write_gzip(tmp_path / "images.gz", idx_bytes(IMAGES))
    array = parse_idx(read_gzip(path), path)
    np.testing.assert_array_equal(array, IMAGES)
    assert not array.flags.writeable


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"", "wrong magic number 0"),
        (b"\x00\x00", "wrong magic number"),
        (b"\x00\x00\x09\x03" + bytes(12), r"wrong magic number 2307 \(0x00000903\)"),
        (b"\x00\x00\x08\x00", "wrong magic number 2048"),
        (b"\x00\x00\x08\x03\x00\x00", "wrong size"),
        (idx_bytes(IMAGES)[:-1], r"promises \(2, 3, 4\) items, 40 bytes .* holds 39"),
        (idx_bytes(IMAGES) + b"x", "holds 41"),
    ],
)
def test_bad_contents_are_refused(contents, message):
    with pytest.raises(DataError, match=f"images.gz: .*{message}"):
        parse_idx(bytearray(contents), "images.gz")


def test_missing_file_says_what_is_there_instead(tmp_path):
    (tmp_path / "train-imgs.gz").touch()
    with pytest.raises(DataError, match=r"images.gz: no such file. Its folder holds: train-imgs"):
        read_gzip(tmp_path / "images.gz")


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=r"The folder .*nowhere does not exist"):
        read_gzip(tmp_path / "nowhere" / "images.gz")


def test_truncated_file_is_named(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(idx_bytes(IMAGES))[:-9])
    with pytest.raises(DataError, match=r"images.gz: truncated"):
        read_gzip(path)


def test_file_that_is_not_gzip_is_named(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(idx_bytes(IMAGES))
    with pytest.raises(DataError, match=r"images.gz: not a sound gzip file"):
        read_gzip(path)


@pytest.mark.parametrize("position", [12, 25, -6])
def test_flipped_byte_is_found(tmp_path, position):
    path = tmp_path / "images.gz"
    contents = bytearray(gzip.compress(idx_bytes(IMAGES), mtime=0))
    contents[position] ^= 0xFF
    path.write_bytes(contents)
    with pytest.raises(DataError, match=r"images\.gz"):
        read_gzip(path)


def test_folder_in_place_of_a_file_is_named(tmp_path):
    (tmp_path / "images.gz").mkdir()
    with pytest.raises(DataError, match=r"images.gz: cannot be read"):
        read_gzip(tmp_path / "images.gz")
