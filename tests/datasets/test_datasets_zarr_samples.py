"""Samples in Zarr arrays and groups: taken as they are, or refused in the package's words."""

import sys

import numpy as np
import pytest

from brainsnn.datasets.formats import zarr_samples
from brainsnn.datasets.formats.zarr_samples import ZarrSamples, is_zarr
from brainsnn.errors import InputError

zarr = pytest.importorskip("zarr")

N = 30
IMAGES = np.random.default_rng(0).integers(0, 255, (N, 4, 3)).astype(np.uint8)
KINDS = np.arange(N) % 3


def group(path, form=3, chunk=7, **arrays):
    """A group of the given arrays, of a few samples a chunk."""
    made = zarr.open_group(path, mode="w", zarr_format=form)
    for name, values in arrays.items():
        chunks = (chunk, *values.shape[1:])
        stored = made.create_array(name, shape=values.shape, dtype=values.dtype, chunks=chunks)
        stored[...] = values
    return path


def taken(path):
    return ZarrSamples.opened(path).rows()


@pytest.mark.parametrize("form", [2, 3])
@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint16, np.uint64, ">f4", np.float16, float])
def test_values_are_those_that_were_written_whatever_their_type(tmp_path, form, dtype, monkeypatch):
    monkeypatch.setattr(zarr_samples, "BLOCK", 8 * 12 * 10)  # a chunk and a bit
    images = IMAGES.astype(dtype)
    rows = taken(group(tmp_path / "own", form, images=images))
    assert (len(rows), rows.axes, rows.columns) == (N, (4, 3), None)
    order = np.random.default_rng(1).permutation(N)
    np.testing.assert_array_equal(rows.take(order), images.reshape(N, 12)[order].astype(float))
    np.testing.assert_array_equal(rows.low, images.reshape(N, 12).min(axis=0).astype(float))


@pytest.mark.parametrize(
    "labels",
    [KINDS, KINDS == 1, KINDS / 2, np.array(["left", "right", ""])[KINDS]],
    ids=["whole", "bool", "float", "text"],
)
@pytest.mark.filterwarnings("ignore::zarr.errors.UnstableSpecificationWarning")
def test_labels_are_the_only_array_of_one_axis(tmp_path, labels):
    stored = ZarrSamples.opened(group(tmp_path / "own", images=IMAGES, kinds=labels))
    assert stored.split(None) == (("images",), "kinds")
    np.testing.assert_array_equal(stored.labels("kinds"), labels)


def test_text_of_any_length_is_a_label(tmp_path):
    path = group(tmp_path / "own", images=IMAGES)
    made = zarr.open_group(path).create_array("kinds", shape=(N,), dtype=str, chunks=(7,))
    made[...] = words = np.array(["left", "to the right", "on"])[KINDS]
    found = ZarrSamples.opened(path).labels("kinds")
    assert found.dtype == object
    np.testing.assert_array_equal(found, words)


def test_an_array_alone_is_samples_also_within_a_group(tmp_path):
    path = group(tmp_path / "own", images=IMAGES, others=IMAGES, kinds=KINDS)
    assert is_zarr(path)
    assert is_zarr(path / "images")
    assert is_zarr(tmp_path / "none.zarr")
    assert not is_zarr(tmp_path)
    np.testing.assert_array_equal(taken(path / "images").take([3])[0], IMAGES[3].ravel())


def broken(path):
    (path / "images" / "zarr.json").write_text("{")
    return path


def overwritten(path):
    chunks = [file for file in (path / "images" / "c").rglob("*") if file.is_file()]
    chunks[0].write_bytes(b"\xff" * 40)
    return path


def hollow(path):
    """A float array, of which one value is none."""
    values = IMAGES.astype(float)
    values[17, 1, 2] = np.nan
    return group(path, images=values)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path, "own: there is no such folder"),
        (lambda path: group(path), r"0 arrays of more than one axis.*There are: none"),
        (lambda path: group(path, kinds=KINDS), r"0 arrays of more.*'kinds' of shape \(30,\)"),
        (lambda path: group(path, a=IMAGES, b=IMAGES), "2 arrays of more than one axis"),
        (lambda path: group(path, images=IMAGES * 1j), "'images' holds complex128, no numbers"),
        (lambda path: group(path, images=IMAGES[:, None, None]), r"shape \(30, 1, 1, 4, 3\)"),
        (lambda path: group(path, images=IMAGES[:, :, :0]), r"shape \(30, 4, 0\)"),
        (lambda path: group(path, images=IMAGES[:0]), "There is no row"),
        (hollow, "value nan of sample 17, feature 5, is no finite number"),
        (lambda path: broken(group(path, images=IMAGES)), "cannot be read as Zarr"),
        (lambda path: overwritten(group(path, images=IMAGES)), "cannot be read as Zarr"),
    ],
)
@pytest.mark.filterwarnings("ignore::zarr.errors.ZarrUserWarning")
def test_samples_that_cannot_be_taken_are_refused(tmp_path, make, words):
    with pytest.raises(InputError, match=words):
        taken(make(tmp_path / "own"))


@pytest.mark.parametrize(
    ("labels", "label", "words"),
    [
        ({}, None, "0 arrays of one axis; say which holds the labels"),
        ({"a": KINDS, "b": KINDS}, None, "2 arrays of one axis; say which"),
        ({"kinds": KINDS}, "kind", "no array 'kind'. Did you mean 'kinds'"),
        ({"kinds": KINDS[1:]}, None, r"'kinds' has the shape \(29,\); 30 samples in 'images'"),
        ({}, "images", r"'images' has the shape \(30, 4, 3\); 30 samples"),
        ({"kinds": np.where(KINDS == 1, np.nan, 1)}, None, "label of sample 1 is missing"),
        ({"kinds": KINDS.astype("M8[D]")}, None, r"holds datetime64\[D\], no labels"),
    ],
)
@pytest.mark.filterwarnings("ignore::zarr.errors.UnstableSpecificationWarning")
def test_labels_that_cannot_be_taken_are_refused(tmp_path, labels, label, words):
    stored = ZarrSamples.opened(group(tmp_path / "own", images=IMAGES, **labels))
    with pytest.raises(InputError, match=words):
        stored.labels(stored.split(label)[1])


def test_without_zarr_the_extra_is_named(tmp_path, monkeypatch):
    path = group(tmp_path / "own", images=IMAGES)
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(InputError, match=r"pip install 'brainsnn\[zarr\]'"):
        taken(path)
