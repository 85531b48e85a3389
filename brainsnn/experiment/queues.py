"""Workers that are jobs of a cluster's queue, begun by dask-jobqueue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from brainsnn.errors import ConfigError
from brainsnn.registry import suggest

QUEUES = {
    "htcondor": "HTCondorCluster",
    "local": "LocalCluster",
    "lsf": "LSFCluster",
    "moab": "MoabCluster",
    "oar": "OARCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "slurm": "SLURMCluster",
}
"""Kinds of queue, and what dask-jobqueue calls them. ``local`` is its stand-in for one: the scripts
that a queue would get are run on this machine."""


@contextmanager
def jobs_of_queue(kind: str, n: int) -> Iterator[Any]:
    """A scheduler in this process whose workers are jobs, of one process and one thread each.

    Memory, walltime, account and the like are dask-jobqueue's own settings (a file
    ``~/.config/dask/jobqueue.yaml``, or ``DASK_JOBQUEUE__SLURM__MEMORY=4GB``). Jobs that still wait
    when all runs are done are taken out of the queue.

    Parameters
    ----------
    kind : str
        One of `QUEUES`.
    n : int
        Jobs.

    Yields
    ------
    dask_jobqueue.JobQueueCluster

    Raises
    ------
    ConfigError
        If there is no such kind, dask-jobqueue is missing, or its settings lack something.
    """
    if kind not in QUEUES:
        raise ConfigError(f"Queue {kind!r} is not known. {suggest(kind, QUEUES)}")
    try:
        module = import_module(f"dask_jobqueue.{kind}")
    except ImportError:
        raise ConfigError(
            "Jobs of a queue need dask-jobqueue: pip install 'brainsnn[cluster]'."
        ) from None
    from dask import config

    made = getattr(module, QUEUES[kind])
    if config.get(f"jobqueue.{kind}.memory", None) is None:  # Refused later, it would leak.
        raise _unset(kind, "how much memory a job has is not set.")
    try:
        cluster = made(cores=1, processes=1, scheduler_options={"dashboard_address": ":0"})
    except (ValueError, RuntimeError, OSError) as error:
        raise _unset(kind, str(error).splitlines()[0]) from None
    with cluster:
        cluster.scale(jobs=n)
        yield cluster


def _unset(kind: str, why: str) -> ConfigError:
    return ConfigError(
        f"No jobs for {kind}: {why} dask-jobqueue's settings say what a job needs: "
        f"DASK_JOBQUEUE__{kind.upper()}__MEMORY=4GB, or jobqueue.yaml."
    )
