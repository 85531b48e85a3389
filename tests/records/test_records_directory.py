import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from disk import full_disk

from brainsnn.errors import RunDirectoryError
from brainsnn.records import RunDirectory
from brainsnn.training import TrainingConfig

CONFIG = TrainingConfig(epochs=3)


def create(tmp_path, name="one"):
    return RunDirectory.create(tmp_path / "s4nn" / name, CONFIG, ["brainsnn", "run"], seed=4)


def test_fresh_directory_holds_what_it_should(tmp_path):
    with create(tmp_path) as run:
        assert run.path == tmp_path / "s4nn" / "one"
        assert run.config(TrainingConfig) == CONFIG
        assert run.provenance()["seed"] == 4
        assert run.checkpoints.is_dir()
        assert run.figures.is_dir()
        assert run.checkpoint.parent == run.checkpoints


def test_tables_come_back(tmp_path):
    metrics = pd.DataFrame({"epoch": [1, 2], "loss": [0.5, np.nan]})
    names = pd.Categorical(["input", "output"], categories=["input", "hidden", "output"])
    spikes = pd.DataFrame({"trial": np.array([0, 0], np.int32), "population": names})
    with create(tmp_path) as run:
        run.write_metrics(metrics)
        run.write_trials(metrics)
        run.write_spikes(spikes)
        run.write_weights({"a": np.ones((2, 3))})
        run.log("begins")
        run.log("ends")
        run.finish()
    run = RunDirectory.read(tmp_path / "s4nn" / "one")
    pd.testing.assert_frame_equal(run.metrics(), metrics)
    pd.testing.assert_frame_equal(run.trials(), metrics)
    pd.testing.assert_frame_equal(run.spikes(), spikes)
    assert (run.weights({"a": (2, 3)})["a"] == 1).all()
    assert [line.split()[1] for line in run.log_file.read_text().splitlines()] == ["begins", "ends"]
    assert run.provenance()["ended"] >= run.provenance()["started"]


def test_a_run_is_not_overwritten(tmp_path):
    create(tmp_path).close()
    with pytest.raises(RunDirectoryError, match="one: holds a run already"):
        create(tmp_path)


def test_directory_in_use_by_another_process(tmp_path):
    create(tmp_path).close()
    path = tmp_path / "s4nn" / "one"
    code = (
        "import sys; from pathlib import Path; from brainsnn.records import RunDirectory\n"
        "with RunDirectory.open(Path(sys.argv[1])):\n"
        "    print('mine', flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"mine\n"
        with pytest.raises(RunDirectoryError, match=r"one: another process is using"):
            RunDirectory.open(path)
        assert RunDirectory.read(path).provenance()["seed"] == 4
        other.communicate(b"\n")
    RunDirectory.open(path).close()


def test_opening_notes_the_resumption_and_clears_debris(tmp_path):
    create(tmp_path).close()
    path = tmp_path / "s4nn" / "one"
    debris = path / "checkpoints" / ".latest.npz.partial"
    debris.write_bytes(b"half")
    with RunDirectory.open(path, ["brainsnn", "resume"]) as run:
        (resumed,) = run.provenance()["resumed"]
        assert resumed["command"] == ["brainsnn", "resume"]
    assert not debris.exists()


@pytest.mark.parametrize("missing", ["config.toml", "provenance.json"])
def test_not_a_run_directory(tmp_path, missing):
    create(tmp_path).close()
    path = tmp_path / "s4nn" / "one"
    (path / missing).unlink()
    with pytest.raises(RunDirectoryError, match=f"one: not a run directory.*{missing}"):
        RunDirectory.open(path)


def test_table_that_is_not_there_yet_or_damaged(tmp_path):
    with create(tmp_path) as run:
        with pytest.raises(RunDirectoryError, match=r"trials\.parquet: no such table"):
            run.trials()
        (run.path / "trials.parquet").write_bytes(b"PAR1 nonsense")
        with pytest.raises(RunDirectoryError, match=r"trials\.parquet: damaged"):
            run.trials()
        (run.path / "provenance.json").write_text("{")
        with pytest.raises(RunDirectoryError, match=r"provenance\.json: cannot be read"):
            run.provenance()


def test_root_that_is_a_file(tmp_path):
    (tmp_path / "s4nn").write_text("in the way")
    with pytest.raises(RunDirectoryError, match="cannot be made"):
        create(tmp_path)


def test_full_disk_keeps_the_old_table(tmp_path):
    old = pd.DataFrame({"epoch": [1]})
    with create(tmp_path) as run:
        run.write_metrics(old)
        with full_disk(1000), pytest.raises(RunDirectoryError, match=r"metrics\.parquet.*intact"):
            run.write_metrics(
                pd.DataFrame(np.random.default_rng(0).random((100, 50))).add_prefix("x")
            )
        pd.testing.assert_frame_equal(run.metrics(), old)
        with full_disk(0), pytest.raises(RunDirectoryError, match=r"log\.txt"):
            run.log("no room")


def test_provenance_is_readable_text(tmp_path):
    with create(tmp_path) as run:
        text = (run.path / "provenance.json").read_text(encoding="utf-8")
    assert json.loads(text)["command"] == ["brainsnn", "run"]
    assert "\n  " in text


def test_rows_are_added_and_found_again(tmp_path):
    with create(tmp_path) as run:
        assert not run.holds("results", condition="a")
        run.append_table("results", pd.DataFrame({"condition": ["a"], "seed": [0]}))
        run.append_table("results", pd.DataFrame({"condition": ["b"], "seed": [1]}))
        assert list(run.table("results")["condition"]) == ["a", "b"]
        assert run.holds("results", condition="b")
        assert run.holds("results", condition="b", seed=1)
        assert not run.holds("results", condition="a", seed=1)
        assert not run.holds("results", condition="c")


@pytest.mark.parametrize("name", ["checkpoints", "figures", "log.txt", ".lock"])
def test_nothing_is_written_through_a_link(tmp_path, name):
    create(tmp_path).close()
    path, outside = tmp_path / "s4nn" / "one", tmp_path / "outside"
    inside = path / name
    if inside.is_dir():
        outside.mkdir()
        inside.rmdir()
    else:
        outside.write_text("mine")
        inside.unlink(missing_ok=True)
    inside.symlink_to(outside)
    with pytest.raises(RunDirectoryError, match=f"{name}: is a symbolic link"):
        RunDirectory.open(path)


def test_a_linked_table_is_replaced_not_followed(tmp_path):
    outside = tmp_path / "outside.parquet"
    outside.write_text("mine")
    with create(tmp_path) as run:
        for name in ("metrics.parquet", ".metrics.parquet.partial"):
            (run.path / name).symlink_to(outside)
        run.write_metrics(pd.DataFrame({"epoch": [1]}))
        assert not (run.path / "metrics.parquet").is_symlink()
    assert outside.read_text() == "mine"


@pytest.mark.parametrize(
    "record",
    ["[]", "{}", '{"command": 3}', "[" * 100_000, '{"command": [], "started": 5, "seed": 0}'],
)
def test_provenance_that_is_none_is_refused(tmp_path, record):
    with create(tmp_path) as run:
        (run.path / "provenance.json").write_text(record)
        with pytest.raises(RunDirectoryError, match=r"provenance\.json"):
            run.provenance()


def test_a_table_that_unpacks_to_gigabytes_is_refused(tmp_path):
    with create(tmp_path) as run:
        table = pa.table(
            {"x": pa.DictionaryArray.from_arrays(pa.array(np.zeros(10**7, np.int8)), ["a"])}
        )
        with pq.ParquetWriter(run.path / "x.parquet", table.schema) as writer:
            for _ in range(5):
                writer.write_table(table)
        with pytest.raises(RunDirectoryError, match="would unpack"):
            run.table("x")
