import zipfile

import numpy as np
import pytest

from brainsnn.errors import WeightsError
from brainsnn.records import load_weights, save_weights, write_arrays
from brainsnn.records.arrays import graft

SHAPES = {"a_b": (3, 2), "b_c": (2, 4)}


def good():
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=shape) for name, shape in SHAPES.items()}


def test_round_trip_is_exact(tmp_path):
    weights = good()
    save_weights(tmp_path / "w.npz", weights)
    loaded = load_weights(tmp_path / "w.npz", SHAPES)
    assert list(loaded) == list(SHAPES)
    assert all(np.array_equal(loaded[name], weights[name]) for name in SHAPES)


def test_any_numbers_in_any_layout_become_float64_in_c_order(tmp_path):
    weights = {"b_c": np.ones((2, 4), np.float32), "a_b": np.asfortranarray(np.ones((3, 2), int))}
    np.savez(tmp_path / "w.npz", **weights)
    for array in load_weights(tmp_path / "w.npz", SHAPES).values():
        assert array.dtype == np.float64
        assert array.flags.c_contiguous


def broken(**changes):
    weights = {**good(), **changes}
    return {name: array for name, array in weights.items() if array is not None}


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (broken(b_c=None), ["'b_c' is missing", "b_c (2, 4)"]),
        (broken(extra=np.ones(2)), ["'extra' is nothing that", "a_b (3, 2)"]),
        (broken(a_b=np.ones((2, 3))), ["'a_b' has shape (2, 3)", "(3, 2)", "transposed"]),
        (broken(a_b=np.ones(6)), ["'a_b' has shape (6,)", "(3, 2)"]),
        (broken(a_b=np.array([[0, 1], [2, np.nan], [1, 1]])), ["'a_b'", "1 values", "[1, 1]"]),
        (broken(b_c=np.full((2, 4), np.inf)), ["'b_c'", "8 values", "[0, 0] (inf)"]),
        (broken(a_b=np.full((3, 2), "x")), ["'a_b' holds <U1", "real numbers"]),
        (broken(a_b=np.full((3, 2), 1j)), ["'a_b' holds complex128"]),
    ],
)
def test_what_is_wrong_is_said(tmp_path, weights, words):
    np.savez(tmp_path / "w.npz", **weights)
    with pytest.raises(WeightsError) as caught:
        load_weights(tmp_path / "w.npz", SHAPES)
    for word in ["w.npz", *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_not_an_npz(tmp_path, content):
    (tmp_path / "w.npz").write_bytes(content)
    with pytest.raises(WeightsError, match=r"w\.npz: not a whole"):
        load_weights(tmp_path / "w.npz", SHAPES)


def test_single_array_file(tmp_path):
    np.save(tmp_path / "w.npy", np.ones(3))
    with pytest.raises(WeightsError, match=r"w\.npy: not a whole"):
        load_weights(tmp_path / "w.npy", SHAPES)


def test_objects_are_not_unpickled(tmp_path):
    np.savez(tmp_path / "w.npz", a_b=np.array([[{}]], dtype=object))
    with pytest.raises(WeightsError, match=r"w\.npz: 'a_b' is damaged.*objects are not read"):
        load_weights(tmp_path / "w.npz", SHAPES)


def test_missing_file(tmp_path):
    with pytest.raises(WeightsError, match="no such file"):
        load_weights(tmp_path / "w.npz", SHAPES)


def test_a_run_directory_and_a_checkpoint_give_the_selected_weights(tmp_path):
    selected, present = good(), {name: np.zeros(shape) for name, shape in SHAPES.items()}
    save_weights(tmp_path / "weights.npz", selected)
    arrays = {**graft("weights", present), **graft("best", selected)}
    write_arrays(tmp_path / "latest.npz", arrays, {"format": 1})
    for path in (tmp_path, tmp_path / "latest.npz"):
        loaded = load_weights(path, SHAPES)
        assert all(np.array_equal(loaded[name], selected[name]) for name in SHAPES)
    write_arrays(tmp_path / "early.npz", graft("weights", present), {"format": 1})
    with pytest.raises(WeightsError, match="before any weights were selected"):
        load_weights(tmp_path / "early.npz", SHAPES)


def member(header: str, data: bytes = bytes(96)) -> bytes:
    """One array as NumPy writes it, whatever its header says."""
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-3, -4), }",
        "{'descr': '<f8', 'shape': (((((3, 4)",
        "{'descr': '|O', 'fortran_order': False, 'shape': (12,), }",
    ],
)
def test_headers_that_lie_are_refused(tmp_path, header):
    with zipfile.ZipFile(tmp_path / "w.npz", "w") as archive:
        archive.writestr("a_b.npy", member(header))
    with pytest.raises(WeightsError, match=r"w\.npz: 'a_b' is damaged"):
        load_weights(tmp_path / "w.npz", SHAPES)


def test_a_file_that_unpacks_to_gigabytes_is_refused_by_its_headers(tmp_path):
    with zipfile.ZipFile(tmp_path / "w.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("a_b.npy", bytes(300 << 20))
    with pytest.raises(WeightsError, match="would unpack"):
        load_weights(tmp_path / "w.npz", SHAPES)
