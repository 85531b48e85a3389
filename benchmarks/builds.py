"""How long building the 784-400-10 network takes: cold, and found in the cache.

Each build is a new process. *Cold* starts with an empty cache, *warm* with the library in it; both
count from the start of ``build_engine`` to the end of the first trial, imports and the trial's
input spikes apart. *Program* is the exported C++ project, from ``make -j2`` to the program.

Run ``python benchmarks/builds.py``. Rows are added to ``results/benchmarks/builds.csv``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from s4nn_mnist import Results

#: Milliseconds that a build may take.
LIMITS = {"cold": 8000.0, "warm": 300.0}

TRIAL = """
import time
import numpy as np
from brainsnn.engine import build_engine
from brainsnn.model import feedforward
from brainsnn.neurons import integrate_and_fire_once
from brainsnn.spikes import SpikeTrains
from brainsnn.synapses import Uniform

sizes = {"input": 784, "hidden": 400, "output": 10}
model = feedforward("s4nn", sizes, integrate_and_fire_once, [Uniform(0, 5), Uniform(0, 48)])
steps = np.random.default_rng(0).integers(0, 256, (1, 784))
inputs = SpikeTrains.from_first_steps(steps, 256)
begun = time.perf_counter()
build_engine("resident", model, 256).run(inputs)
print(time.perf_counter() - begun)
"""

EXPORT = """
import sys
from pathlib import Path
from brainsnn.export import build_protocol
from brainsnn.protocol import load_protocol

protocol = load_protocol("s4nn-mnist")
build_protocol(protocol, protocol.config(), Path(sys.argv[1]), n_samples=0)
"""


def seconds_to_first_trial(cache: Path) -> float:
    """Seconds from the start of the engine to the end of the first trial, in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", TRIAL],
        env={**os.environ, "BRAINSNN_CACHE": str(cache)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


def measure(repetitions: int) -> Results:
    """Milliseconds of every kind of build, as rows: medians."""
    taken: dict[str, list[float]] = {"cold": [], "warm": [], "program": []}
    for _ in range(repetitions):
        with tempfile.TemporaryDirectory() as folder:
            cache, project = Path(folder) / "cache", Path(folder) / "project"
            taken["cold"].append(seconds_to_first_trial(cache))
            taken["warm"] += [seconds_to_first_trial(cache) for _ in range(3)]
            subprocess.run([sys.executable, "-c", EXPORT, str(project)], check=True)
            begun = time.perf_counter()
            subprocess.run(["make", "-j2"], cwd=project, check=True, stdout=subprocess.DEVNULL)
            taken["program"].append(time.perf_counter() - begun)
    results = Results()
    for what, values in taken.items():
        limit = LIMITS.get(what)
        reference = ("limit", limit) if limit else None
        results.add(f"build, {what}", "", 1e3 * statistics.median(values), "ms", reference)
    return results


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/builds.csv"))
    options = parser.parse_args()
    results = measure(options.repetitions)
    results.print()
    results.append(options.out)


if __name__ == "__main__":
    main()
