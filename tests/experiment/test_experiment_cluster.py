"""Runs that the workers of a cluster carry out leave what one after the other would."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import dask
import dask_jobqueue  # noqa: F401 - its settings stand before a test changes some
import pytest
from distributed import LocalCluster

from brainsnn.errors import BrainsnnError, ConfigError
from brainsnn.experiment import cluster
from brainsnn.experiment.cluster import Workers, at_once
from brainsnn.interrupts import Interrupted, StopRequest


@pytest.fixture(scope="module")
def address():
    """A scheduler and two workers, threads of this process."""
    with LocalCluster(
        processes=False, n_workers=2, threads_per_worker=1, dashboard_address=":0"
    ) as found:
        yield found.scheduler_address


def write(path: Path, task: str) -> None:
    path.write_text(task)


def test_each_run_is_carried_out_once_and_said(tmp_path: Path, address: str) -> None:
    runs, said = [(tmp_path / str(k), f"task {k}") for k in range(5)], []
    at_once(write, runs, Workers(scheduler=address), said.append)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        path.name: task for path, task in runs
    }
    assert sorted(said[1:]) == [f"{k}: done" for k in range(5)]


def test_a_second_sweep_with_the_same_names_is_carried_out_too(
    tmp_path: Path, address: str
) -> None:
    for task in ("first", "second"):
        at_once(write, [(tmp_path / "run", task)], Workers(scheduler=address), lambda line: None)
        assert (tmp_path / "run").read_text() == task


_training = threading.Event()


def train_or_break(path: Path, task: str) -> None:
    """Break once another is training; train until asked to stop."""
    if task == "breaks":
        assert _training.wait(20)
        raise BrainsnnError("it broke")
    with StopRequest() as stop:
        _training.set()
        while not stop.requested:
            threading.Event().wait(0.005)
    path.write_text("saved")
    raise Interrupted(path)


def test_the_first_that_fails_ends_all_others_which_save_what_they_have(
    tmp_path: Path, address: str
) -> None:
    runs = [(tmp_path / name, name) for name in ("trains", "breaks", "never begun", "nor this")]
    with pytest.raises(BrainsnnError, match="breaks: it broke"):
        at_once(train_or_break, runs, Workers(scheduler=address), print)
    assert (tmp_path / "trains").read_text() == "saved"
    with StopRequest() as stop:
        assert not stop.requested  # What trains in these processes later is not asked to stop.


@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        (Interrupted(None), Interrupted, r"saved in .*run"),
        (OSError(28, "No space left"), BrainsnnError, "run: .*No space left"),
        (ZeroDivisionError("a fault of the protocol's"), BrainsnnError, "run: ZeroDivisionError"),
    ],
)
def test_how_a_run_ended_is_raised_here(
    tmp_path: Path, address: str, raised: Exception, kind: type[Exception], message: str
) -> None:
    def carry_out(path: Path, task: None) -> None:
        raise raised

    with pytest.raises(kind, match=message):
        at_once(
            carry_out, [(tmp_path / "run", None)], Workers(scheduler=address), lambda line: None
        )


def test_no_scheduler_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 0.2)
    with pytest.raises(ConfigError, match=r"No Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        at_once(write, [(Path("run"), "")], Workers(scheduler="tcp://127.0.0.1:9"), print)


def test_a_scheduler_without_workers_is_refused() -> None:
    with (
        LocalCluster(processes=False, n_workers=0, dashboard_address=":0") as empty,
        pytest.raises(ConfigError, match="has no worker"),
    ):
        at_once(write, [(Path("run"), "")], Workers(scheduler=empty.scheduler_address), print)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_jobs_of_a_queue_carry_out_runs(tmp_path: Path) -> None:
    def carry_out(path: Path, task: str) -> None:
        path.write_text(task)

    runs = [(tmp_path / str(k), f"task {k}") for k in range(3)]
    with dask.config.set({"jobqueue.local.memory": "1GB"}):
        at_once(carry_out, runs, Workers(2, jobs="local"), lambda line: None)
    assert [path.read_text() for path, _ in runs] == [task for _, task in runs]


@pytest.mark.parametrize(
    ("workers", "message"),
    [
        (Workers(jobs="slrum"), "Did you mean 'slurm'"),
        (Workers(jobs="slurm"), "DASK_JOBQUEUE__SLURM__MEMORY"),
        (Workers(jobs="slurm", scheduler="tcp://127.0.0.1:9"), "not both"),
    ],
)
def test_jobs_that_cannot_be_are_refused(workers: Workers, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        at_once(write, [(Path("run"), "")], workers, print)


def test_jobs_need_the_package_that_begins_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask_jobqueue.slurm", None)
    with pytest.raises(ConfigError, match=r"brainsnn\[cluster\]"):
        at_once(write, [(Path("run"), "")], Workers(jobs="slurm"), print)


@pytest.mark.slow
def test_another_worker_goes_on_where_one_was_killed(tmp_path: Path) -> None:
    def carry_out(path: Path, task: str) -> None:
        import os
        import signal

        if not path.exists():
            path.write_text("begun, ")
            if task == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
        path.write_text(path.read_text() + "ended")

    runs = [(tmp_path / "a", "killed"), (tmp_path / "b", "left alone")]
    at_once(carry_out, runs, Workers(2), lambda line: None)
    assert [path.read_text() for path, _ in runs] == ["begun, ended"] * 2
