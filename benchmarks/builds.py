"""How long building the 784-400-10 network takes: cold, and found in the cache.

Each build is a new process. *Cold* starts with an empty cache, *warm* with the library in it; both
count from the start of ``build_engine`` to the end of the first trial, imports and the trial's
input spikes apart. *Program* is the exported C++ project, from ``make -j2`` to the program. Beside
the time that passes stands that of the processor, compiler included, which other work on the
machine changes less.

Run ``python benchmarks/builds.py``. Rows are added to ``results/benchmarks/builds.csv``.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rows import Results

#: Milliseconds that a build may take.
LIMITS = {"cold": 8000.0, "warm": 300.0}

TRIAL = """
import resource
import time
import numpy as np
from brainsnn.engine import build_engine
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.spikes import SpikeTrains
from brainsnn.network.synapses import Uniform

sizes = {"input": 784, "hidden": 400, "output": 10}
first = [Uniform(0, 5), Uniform(0, 48)]
model = Network(sizes, integrate_and_fire_once, initialiser=first, name="s4nn")
steps = np.random.default_rng(0).integers(0, 256, (1, 784))
inputs = SpikeTrains.from_first_steps(steps, 256)
begun, used = time.perf_counter(), time.process_time()
build_engine("resident", model, 256).run(inputs)
compiler = resource.getrusage(resource.RUSAGE_CHILDREN)
used = time.process_time() - used + compiler.ru_utime + compiler.ru_stime
print(time.perf_counter() - begun, used)
"""

EXPORT = """
import sys
from pathlib import Path
from brainsnn.config import apply_overrides
from brainsnn.export import build_protocol
from brainsnn.experiment.installed import load_protocol

protocol = load_protocol("s4nn-mnist")
config = apply_overrides(protocol.config(), ["recipe.fitted=false"])
build_protocol(protocol, config, Path(sys.argv[1]), n_samples=0)
"""


def first_trial(cache: Path) -> tuple[float, float]:
    """Seconds from the start of the engine to the end of the first trial, in a new process.

    Returns
    -------
    tuple of float
        Seconds that passed, and seconds of the processor.
    """
    done = subprocess.run(
        [sys.executable, "-c", TRIAL],
        env={**os.environ, "BRAINSNN_CACHE": str(cache)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    passed, used = map(float, done.stdout.split())
    return passed, used


def program(project: Path) -> tuple[float, float]:
    """Seconds that ``make`` takes for an exported project: passed, and of the processor."""
    subprocess.run([sys.executable, "-c", EXPORT, str(project)], check=True)
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["make", "-j2"], cwd=project, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, used


def measure(repetitions: int) -> Results:
    """Milliseconds of every kind of build, as rows: medians."""
    taken: dict[str, list[tuple[float, float]]] = {"cold": [], "warm": [], "program": []}
    for _ in range(repetitions):
        with tempfile.TemporaryDirectory() as folder:
            cache = Path(folder) / "cache"
            taken["cold"].append(first_trial(cache))
            taken["warm"] += [first_trial(cache) for _ in range(3)]
            taken["program"].append(program(Path(folder) / "project"))
    results = Results()
    for what, pairs in taken.items():
        passed, used = (1e3 * statistics.median(times) for times in zip(*pairs, strict=True))
        reference = ("limit", LIMITS[what]) if what in LIMITS else None
        results.add(f"build, {what}", "", passed, "ms", reference)
        results.add(f"build, {what}, processor", "", used, "ms")
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
