"""Blocks of trials of a compiled network: their seeds, their workers, what monitors recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.resident.generated.layout import Monitor
from brainsnn.engine.resident.loaded.library import Library
from brainsnn.engine.resident.loaded.monitors import MonitorRecord
from brainsnn.engine.resident.loaded.workers import Workers, share_out
from brainsnn.streams import Streams


class Blocks:
    """Runs blocks of trials on copies of a network.

    Parameters
    ----------
    libraries : sequence of Library
        The copies, alike; each has a thread of its own, if there are several.
    monitors : iterable of Monitor
    draws : bool
        Whether a trial draws random numbers.
    """

    def __init__(
        self, libraries: Sequence[Library], monitors: Iterable[Monitor], *, draws: bool
    ) -> None:
        self._libraries, self._draws = libraries, draws
        self._threads = Workers(len(libraries)) if len(libraries) > 1 else None
        self._monitors = {monitor.name: monitor for monitor in monitors}
        self._fresh, self._streams = True, Streams(libraries[0].drawn())

    def run(self, n_trials: int, seed: int | None) -> dict[str, MonitorRecord]:
        """Run a block; see `CompiledNetwork.run`."""
        seeds = self._seeds(n_trials, seed)
        if self._threads is None:
            return self._run_on(self._libraries[0], slice(0, n_trials), seeds)
        return self._run_shared(self._threads, n_trials, seeds)

    def _seeds(self, n_trials: int, seed: int | None) -> NDArray[np.uint32]:
        """Seeds of the last trials of a block; those before draw on from where the script left."""
        fresh, self._fresh = self._fresh, False
        if seed is not None:
            return Streams(seed).trial_seeds(n_trials)
        if not self._draws:
            return np.empty(0, np.uint32)
        return self._streams.trial_seeds(n_trials)[int(fresh) :]

    def _run_shared(
        self, threads: Workers, n_trials: int, seeds: NDArray[np.uint32]
    ) -> dict[str, MonitorRecord]:
        """Run a share of the trials of a block on each copy."""
        shares = share_out(n_trials, len(self._libraries))
        unseeded = n_trials - seeds.size

        def work(worker: int) -> dict[str, MonitorRecord]:
            mine = shares[worker]
            given = seeds[max(0, mine.start - unseeded) : max(0, mine.stop - unseeded)]
            return self._run_on(self._libraries[worker], mine, given)

        def stop() -> None:
            for library in self._libraries:
                library.stop()

        parts = [part for part in threads.map(work, stop) if part]
        return {k: MonitorRecord.concatenate([p[k] for p in parts]) for k in self._monitors}

    def _run_on(
        self, library: Library, trials: slice, seeds: NDArray[np.uint32]
    ) -> dict[str, MonitorRecord]:
        """Run consecutive trials of a block, the last of which have seeds, on one copy."""
        n = trials.stop - trials.start
        if n == 0:
            return {}
        if library.run_trials(trials.start, n, seeds) < n:
            raise KeyboardInterrupt
        offsets = library.monitor_offsets()
        return {k: _record(library, m, offsets[k]) for k, m in self._monitors.items()}


def _record(library: Library, monitor: Monitor, offsets: NDArray[np.int64]) -> MonitorRecord:
    columns = {k: library.view(v).copy() for k, v in monitor.columns.items()}
    columns |= {k: library.matrix(v) for k, v in monitor.matrices.items()}
    index = None if monitor.indices is None else library.view(monitor.indices).copy()
    return MonitorRecord(columns, offsets, index)
