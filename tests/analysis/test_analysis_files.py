import pytest

from brainsnn.analysis.files import replace_file


def test_a_file_is_replaced_and_nothing_else_left(tmp_path):
    target = tmp_path / "page.md"
    target.write_text("old", encoding="utf-8")
    replace_file(target, "new ±")
    assert target.read_text(encoding="utf-8") == "new ±"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_the_old_file_stays_when_writing_fails(tmp_path, monkeypatch):
    target = tmp_path / "page.md"
    target.write_text("old", encoding="utf-8")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(target, "new")
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_files_may_be_read_by_all_and_written_by_their_owner(tmp_path):
    replace_file(tmp_path / "a.txt", b"1")
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644
