"""Workers: threads that share the trials of a block, each with a copy of the network."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

Result = TypeVar("Result")

LOOK = 0.05
"""Seconds between two requests to stop, until all have."""


class Workers:
    """Threads, one a copy of the network, so that no copy is ever used by two.

    Parameters
    ----------
    n : int
    """

    def __init__(self, n: int) -> None:
        self._threads = [ThreadPoolExecutor(1) for _ in range(n)]

    def map(
        self, work: Callable[[int], Result], stop: Callable[[], None] | None = None
    ) -> list[Result]:
        """Have worker k do ``work(k)``; returns when all have ended, also after an error.

        Parameters
        ----------
        work : callable
        stop : callable, optional
            Asks the work under way to end early; called after a keyboard interrupt.
        """
        futures = [thread.submit(work, k) for k, thread in enumerate(self._threads)]
        try:
            return [future.result() for future in futures]
        except KeyboardInterrupt:
            while stop is not None and wait(futures, LOOK).not_done:
                stop()
            raise
        finally:
            wait(futures)

    def close(self) -> None:
        """Let the threads end."""
        for thread in self._threads:
            thread.shutdown()


def share_out(n_trials: int, workers: int) -> list[slice]:
    """Trials of a block for each worker: consecutive, in order, as equal in number as can be."""
    return [slice(k * n_trials // workers, (k + 1) * n_trials // workers) for k in range(workers)]
