"""Ten million spikes through the summary tables of ``analysis/``: seconds, and memory at its peak.

Poisson spikes of 100 neurons in 2,000 trials of 2 s, four stimuli, as a frame with a row a spike.
From there: the checked table, counts, first spikes, the summary of rates and intervals, histograms
over time, and the summary of latencies. The peak is that of the whole process, the frame and Python
with its libraries included.

Run ``python benchmarks/analysis_spikes.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/analysis-spikes.csv``.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
from one_thread import one_thread
from rows import Results

from brainsnn.analysis.spikes.rates import psth, summary
from brainsnn.analysis.spikes.sources import from_frame
from brainsnn.analysis.spikes.timing import latencies, latency_summary

N_NEURONS, N_TRIALS, SPAN = 100, 2000, 2.0


def poisson(n_spikes: int) -> pd.DataFrame:
    """A row a spike, sorted by trial, neuron and time."""
    rng = np.random.default_rng(0)
    train = np.sort(rng.integers(N_NEURONS * N_TRIALS, size=n_spikes))
    time_of = rng.uniform(0, SPAN, n_spikes)
    trial, neuron = np.divmod(train, N_NEURONS)
    frame = pd.DataFrame({"trial": trial, "neuron": neuron, "time": time_of})
    frame["time"] = time_of[np.lexsort((time_of, train))]
    return frame.assign(stimulus=trial % 4)


class Clock:
    """Adds a row for each task, and one for all of them."""

    def __init__(self, results: Results, detail: str) -> None:
        self.results, self.detail, self.total = results, detail, 0.0
        self._begun = time.process_time()

    def lap(self, what: str) -> None:
        """End a task."""
        spent = time.process_time() - self._begun
        self.results.add(what, self.detail, spent, "s")
        self.total += spent
        self._begun = time.process_time()


def measure(results: Results, n_spikes: int) -> None:
    """Time every table; add the rows."""
    detail = f"{n_spikes:,} spikes"
    frame = poisson(n_spikes)
    clock = Clock(results, detail)
    table = from_frame(frame, 0.0, SPAN)
    clock.lap("checked table")
    table.counts()
    table.first()
    clock.lap("counts and first spikes")
    summary(table)
    clock.lap("summary of rates and intervals")
    psth(table, 0.01)
    clock.lap("histograms over time")
    latency_summary(latencies(table, 0.5, 0.5))
    clock.lap("summary of latencies")
    results.add("all of them", detail, clock.total, "s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.add("memory of the process, peak", detail, peak, "MB")


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few spikes, no rows")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/analysis-spikes.csv"))
    options = parser.parse_args()
    results = Results("spikes")
    measure(results, 100_000 if options.quick else 10_000_000)
    results.print()
    if not options.quick:
        results.append(options.out)


if __name__ == "__main__":
    one_thread()
    main()
