import json
import os

import pandas as pd
import pytest
from disk import full_disk

from brainsnn.errors import RunDirectoryError
from brainsnn.records import RunDirectory
from brainsnn.records.together import JOURNAL, recover, write_together
from brainsnn.training import TrainingConfig

OLD, NEW = {"a": b"old a", "b": b"old b"}, {"a": b"new a", "b": b"new b", "c": b"new c"}


class Killed(BaseException):
    """What no code of ours catches and goes on after."""


def fill(folder):
    for name, contents in OLD.items():
        (folder / name).write_bytes(contents)


def write(folder):
    write_together(folder, {n: lambda file, c=c: file.write(c) for n, c in NEW.items()})


def read(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def dying_at(monkeypatch, number):
    """Let the file operation of that number, and all after it, fail as those of a dead process."""
    seen = 0

    def spied(work):
        def attempt(*arguments, **options):
            nonlocal seen
            seen += 1
            if seen >= number:
                raise Killed
            return work(*arguments, **options)

        return attempt

    for name in ("open", "replace", "rename", "unlink", "fsync"):
        monkeypatch.setattr(os, name, spied(getattr(os, name)))
    return lambda: seen


def test_whatever_moment_it_dies_at_it_is_all_or_nothing(tmp_path, monkeypatch):
    seen = []
    for number in range(1, 60):
        folder = tmp_path / str(number)
        folder.mkdir()
        fill(folder)
        with monkeypatch.context() as patch:
            dying_at(patch, number)
            try:
                write(folder)
            except Killed:
                pass
            else:
                break
        recover(folder)
        seen.append(read(folder))
        assert seen[-1] in (OLD, NEW)
        write(folder)
        assert read(folder) == NEW
    assert seen[0] == OLD
    assert seen[-1] == NEW


def test_a_full_disk_changes_nothing(tmp_path):
    fill(tmp_path)
    with full_disk(3), pytest.raises(RunDirectoryError, match="cannot be written"):
        write(tmp_path)
    assert read(tmp_path) == OLD


@pytest.mark.parametrize("journal", ["", "[", "3", '["../x"]', '["/etc/x"]', '[""]', "[" * 9999])
def test_a_journal_that_is_none_of_ours_is_refused(tmp_path, journal):
    (tmp_path / JOURNAL).write_text(journal)
    with pytest.raises(RunDirectoryError, match="together"):
        recover(tmp_path)


def test_tables_of_a_result_go_together(tmp_path):
    rows = pd.DataFrame({"seed": [0]})
    with RunDirectory.create(tmp_path / "run", TrainingConfig(), ["test"]) as run:
        for _ in range(2):
            run.append_tables({"results": rows, "trials": rows})
        assert len(run.table("results")) == len(run.trials()) == 2


def test_opening_finishes_what_was_begun(tmp_path):
    RunDirectory.create(tmp_path / "run", TrainingConfig(), ["test"]).close()
    path = tmp_path / "run"
    pd.DataFrame({"seed": [3]}).to_parquet(path / ".results.parquet.pending")
    (path / JOURNAL).write_text(json.dumps(["results.parquet"]))
    with RunDirectory.open(path) as run:
        assert run.holds("results", seed=3)
    assert not (path / JOURNAL).exists()
