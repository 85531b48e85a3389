"""Runs carried out at once by the workers of a Dask cluster: of this machine, or of any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from brainsnn.errors import BrainsnnError, ConfigError
from brainsnn.experiment.queues import jobs_of_queue
from brainsnn.interrupts import Interrupted, hear_again, request_stop

if TYPE_CHECKING:
    from distributed import Client

Ending = tuple[str, str]
"""How a run ended on a worker, ``done``, ``interrupted`` or ``failed``, and what it said."""

#: Seconds in which a scheduler has to answer.
_PATIENCE = 20


@dataclass(frozen=True)
class Workers:
    """Who carries out runs.

    Parameters
    ----------
    n : int, default 1
        Processes of this machine, one thread each.
    scheduler : str, optional
        Address of a Dask scheduler (``tcp://...``), whose workers are taken instead. They need the
        same brainsnn and see the same directories.
    jobs : str, optional
        Kind of queue (``slurm``, ...) in which `n` jobs are begun instead, a worker each; what they
        need is told by dask-jobqueue's own settings.
    """

    n: int = 1
    scheduler: str | None = None
    jobs: str | None = None

    @property
    def apart(self) -> bool:
        """Whether runs go to other processes than this one."""
        return self.n > 1 or self.scheduler is not None or self.jobs is not None


def at_once(
    carry_out: Callable[..., None],
    runs: Sequence[tuple[Path, Any]],
    workers: Workers,
    say: Callable[[str], None],
) -> None:
    """Carry out runs on the workers of a cluster.

    A run whose worker dies is begun again by another, which goes on where its run directory ends.

    Parameters
    ----------
    carry_out : callable
        ``carry_out(path, task)`` does one run, or goes on with it; both are pickled.
    runs : sequence of (Path, object)
        Directory and task of each.
    workers : Workers
    say : callable
        Takes a line of progress.

    Raises
    ------
    ConfigError
        If no scheduler answers, or it has no worker.
    Interrupted
        On Ctrl-C, or if a run was interrupted; each run has saved what it has done.
    BrainsnnError
        If a run failed; the others that were running have saved what they have done.
    """
    with _client(workers, say) as client:
        from distributed import as_completed

        futures = {
            client.submit(_ending, carry_out, path, task, key=f"{path.name}-{uuid4()}"): path
            for path, task in runs
        }
        try:
            for future in as_completed(list(futures)):
                say(f"{_done(futures[future], future).name}: done")
                # Else its run is begun again if the worker that keeps its result dies.
                del futures[future]
        except BaseException:
            _end(client, futures)
            raise


def _ending(carry_out: Callable[..., None], path: Path, task: Any) -> Ending:
    """Carry out one run, on a worker; only plain text goes back."""
    try:
        carry_out(path, task)
    except Interrupted as stop:
        return "interrupted", str(stop)
    except (BrainsnnError, OSError, MemoryError) as error:
        return "failed", str(error) or type(error).__name__
    return "done", ""


def _done(path: Path, future: Any) -> Path:
    """Return the path of a run that is done.

    Raises
    ------
    Interrupted, BrainsnnError
    """
    try:
        how, said = future.result()
    except Exception as error:  # Of a fault of ours, or workers that die again and again.
        raise BrainsnnError(f"{path}: {type(error).__name__}: {error}") from error
    if how == "interrupted":
        raise Interrupted(path)
    if how == "failed":
        raise BrainsnnError(f"{path}: {said}")
    return path


def _end(client: Client, futures: dict[Any, Path]) -> None:
    """Begin no further run, and have those that are running save what they have done."""
    from distributed import wait

    running = {key for keys in client.processing().values() for key in keys}
    client.cancel([future for future in futures if future.key not in running])
    client.run(request_stop)
    wait([future for future in futures if not future.cancelled()])
    client.run(hear_again)


@contextmanager
def _client(workers: Workers, say: Callable[[str], None]) -> Iterator[Client]:
    """A client of the scheduler that is named, of jobs, or of processes of this machine.

    Raises
    ------
    ConfigError
    """
    from distributed import Client
    from distributed.deploy.subprocess import SubprocessCluster

    if workers.jobs is not None:
        if workers.scheduler is not None:
            raise ConfigError("Workers are those of a scheduler, or jobs of a queue, not both.")
        with jobs_of_queue(workers.jobs, workers.n) as cluster, Client(cluster) as client:
            say(f"dashboard: {client.dashboard_link}")
            yield client
        return
    if workers.scheduler is None:
        # A process that grows is not killed: its run would be begun again, and grow again.
        alone = {"nthreads": 1, "memory_limit": 0}
        with (
            SubprocessCluster(
                n_workers=workers.n, worker_kwargs=alone, dashboard_address=":0"
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(workers.scheduler, timeout=_PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise ConfigError(
            f"No Dask scheduler answers at {workers.scheduler!r}: {error}. Begin one with "
            "'dask scheduler', workers with 'dask worker ADDRESS --nthreads 1'."
        ) from error
    with client:
        if not client.scheduler_info()["workers"]:
            raise ConfigError(f"The scheduler at {workers.scheduler!r} has no worker.")
        say(f"dashboard: {client.dashboard_link}")
        yield client
