"""Rate-coded networks on MNIST: milliseconds a trial, forward only, one thread.

Blocks of 64 trials. Pixels give Bernoulli input spikes (probability pixel / 255), some 100 in a
step; neurons count by a reset of 1; first weights are wide enough for every layer to spike. The
time is that on the processor and includes the recording of every spike; memory is what building
the engine and running a trial added to the process.

Run ``python benchmarks/rate_coded.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/rate-coded.csv``.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from rows import Results

from brainsnn.codes import BernoulliEncoder
from brainsnn.datasets import MNIST
from brainsnn.engine import build_engine
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import FanInNormal
from brainsnn.streams import Streams

COUNTING = Neuron("v : 1", threshold="v >= 1", reset="v -= 1", name="counting")
CASES = (("784-800-10", 50), ("28x28-12c5-2a-64c5-2a-10", 10), ("28x28-12c5-2a-64c5-2a-10", 50))


def resident_mb() -> float:
    """Memory of this process that is in use, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def contest(results: Results, notation: str, n_steps: int, n_trials: int, repetitions: int) -> None:
    """One network: memory of the engine, time and spikes a trial."""
    detail = f"{notation}, T = {n_steps}"
    images = MNIST().load().train.images[:n_trials]
    trials = BernoulliEncoder(n_steps, probability_max=1.0).encode(images)
    model = Network(notation, COUNTING, initialiser=FanInNormal(gain=2.0), name="rate").frozen()
    weights = model.draw_weights(Streams(0))
    before = resident_mb()
    with build_engine("resident", model, n_steps) as engine:
        engine.set_weights(weights)
        engine.run(trials, np.arange(1))
        memory = resident_mb() - before
        seconds = []
        for _ in range(repetitions + 1):
            begun = time.thread_time()
            recording = engine.run(trials)
            seconds.append(time.thread_time() - begun)
        counts = np.bincount(recording.population, minlength=len(model.sizes)) / n_trials
    results.add("a trial", detail, 1e3 * float(np.median(seconds[1:])) / n_trials, "ms")
    results.add("fastest a trial", detail, 1e3 * min(seconds) / n_trials, "ms")
    results.add("memory of the engine", detail, memory, "MB")
    for name, count in zip(model.sizes, counts, strict=True):
        results.add(f"spikes of {name}", detail, float(count), "")


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few trials, no rows")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/rate-coded.csv"))
    options = parser.parse_args()
    results = Results("network")
    for notation, n_steps in CASES:
        contest(results, notation, n_steps, *((16, 5) if options.quick else (64, 25)))
    results.print()
    if not options.quick:
        results.append(options.out)


if __name__ == "__main__":
    main()
