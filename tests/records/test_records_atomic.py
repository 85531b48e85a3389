import pytest
from disk import full_disk

from brainsnn.errors import RunDirectoryError
from brainsnn.records import write_whole


def test_writes_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    write_whole(path, lambda file: file.write(b"new"))
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_full_disk_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.bin"
    write_whole(path, lambda file: file.write(b"old"))
    with full_disk(100), pytest.raises(RunDirectoryError, match=r"a\.bin.*intact"):
        write_whole(path, lambda file: file.write(b"x" * 10_000))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_first_file_on_a_full_disk(tmp_path):
    with full_disk(100), pytest.raises(RunDirectoryError, match=r"a\.bin: cannot be written"):
        write_whole(tmp_path / "a.bin", lambda file: file.write(b"x" * 10_000))
    assert not list(tmp_path.iterdir())


def test_error_of_the_writer_passes_through(tmp_path):
    def fail(file):
        file.write(b"half")
        raise KeyError("mistake")

    with pytest.raises(KeyError):
        write_whole(tmp_path / "a.bin", fail)
    assert not list(tmp_path.iterdir())


def test_missing_folder(tmp_path):
    with pytest.raises(RunDirectoryError, match="No such file"):
        write_whole(tmp_path / "nowhere" / "a.bin", lambda file: file.write(b"x"))
