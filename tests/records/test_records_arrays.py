import numpy as np
import pytest
from disk import full_disk

from brainsnn.errors import RunDirectoryError
from brainsnn.records import read_arrays, write_arrays
from brainsnn.records.arrays import branch, graft

ARRAYS = {"weights/a": np.arange(6.0).reshape(2, 3), "order": np.arange(1000)}
META = {"epoch": 3, "loss": 0.1 + 0.2, "big": 2**127, "none": None, "nan": float("nan")}


def test_round_trip(tmp_path):
    write_arrays(tmp_path / "c.npz", ARRAYS, META)
    arrays, meta = read_arrays(tmp_path / "c.npz")
    assert list(arrays) == list(ARRAYS)
    assert all(np.array_equal(arrays[key], ARRAYS[key]) for key in ARRAYS)
    assert repr(meta) == repr(META)


def test_branch_and_graft():
    tree = graft("weights", {"a": np.ones(1), "b/c": np.zeros(2)})
    assert list(tree) == ["weights/a", "weights/b/c"]
    assert list(branch({**tree, "weights2/d": np.ones(1)}, "weights")) == ["a", "b/c"]


def test_flipped_bit_names_file_and_leaf(tmp_path):
    path = tmp_path / "c.npz"
    write_arrays(path, ARRAYS, META)
    content = bytearray(path.read_bytes())
    content[content.index(np.float64(4.0).tobytes())] ^= 1
    path.write_bytes(content)
    with pytest.raises(RunDirectoryError, match=r"c\.npz: 'weights/a' is damaged"):
        read_arrays(path)


@pytest.mark.parametrize("keep", [0, 10, 500, -30])
def test_truncated_file(tmp_path, keep):
    path = tmp_path / "c.npz"
    write_arrays(path, ARRAYS, META)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(RunDirectoryError, match=r"c\.npz: not a whole"):
        read_arrays(path)


def test_file_without_description(tmp_path):
    np.savez(tmp_path / "c.npz", a=np.ones(3))
    with pytest.raises(RunDirectoryError, match=r"c\.npz: 'meta' is damaged"):
        read_arrays(tmp_path / "c.npz")


def test_file_with_objects_is_not_unpickled(tmp_path):
    np.savez(tmp_path / "c.npz", a=np.array([{}], dtype=object))
    with pytest.raises(RunDirectoryError, match=r"c\.npz: 'a' is damaged"):
        read_arrays(tmp_path / "c.npz")


def test_missing_file(tmp_path):
    with pytest.raises(RunDirectoryError, match=r"c\.npz: no such file"):
        read_arrays(tmp_path / "c.npz")


def test_full_disk_keeps_the_old(tmp_path):
    path = tmp_path / "c.npz"
    write_arrays(path, {}, META)
    with full_disk(2000), pytest.raises(RunDirectoryError, match="intact"):
        write_arrays(path, ARRAYS, META)
    assert read_arrays(path)[0] == {}
