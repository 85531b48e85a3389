"""Cost in proportion to spikes: of steps without any, and of up to 10^8 synapses.

*Empty steps*: microseconds a step of chains of layers that receive no spike, beside 0.3 us + 0.2 ns
a neuron. *Events*: nanoseconds a synaptic event of one all-to-all connection whose every source
spikes once, against the loop written by hand; and the memory that building and running it takes,
as a multiple of its weights. Time is that on the processor, one thread, medians.

Run ``python benchmarks/scaling.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/scaling.csv``.
"""

from __future__ import annotations

import argparse
import ctypes
import resource
import time
from pathlib import Path

import numpy as np
from feedforward import N_LAYERS, N_STEPS, NEURONS, inputs, model, take_turns
from limit.library import compiled, feedforward_counts
from rows import Results

from brainsnn.engine import build_engine
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import SpikeTrains

MANY_STEPS = 20_000


def peak() -> float:
    """Largest resident memory of this process so far, in bytes."""
    return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def present() -> float:
    """Resident memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return float(pages * resource.getpagesize())


def empty_steps(results: Results, kind: str, size: int) -> None:
    """A chain of layers without input."""
    nothing = SpikeTrains.from_first_steps(np.full((1, size), MANY_STEPS), MANY_STEPS)
    with build_engine("resident", model(kind, size), MANY_STEPS) as engine:
        seconds = take_turns({"brainsnn": lambda: engine.run(nothing)}, 9)["brainsnn"]
    n_neurons = (N_LAYERS + 1) * size
    bound = 0.3 + 0.2e-3 * n_neurons
    detail = f"{kind}, {n_neurons} neurons"
    value = 1e6 * seconds / MANY_STEPS
    results.add("empty step", detail, value, "us", ("0.3 us + 0.2 ns a neuron", bound))


def events(results: Results, size: int, library: ctypes.CDLL) -> None:
    """One connection of `size` times `size` synapses."""
    network = Network(
        {"input": size, "output": size},
        integrate_and_fire_once,
        initialiser=[Uniform()],
        name="wide",
    ).frozen()
    before, n_trials = present(), max(1, 10_000_000 // size**2)
    trials = inputs(size, n_trials)
    with build_engine("resident", network, N_STEPS) as engine:
        weights = dict(engine.weights)
        rng, values = np.random.default_rng(0), weights["input_output"]
        for row in values:
            row[:] = rng.random(size)
        recording = engine.run(trials)
        memory = peak() - before
        by_hand = (trials, weights, N_STEPS, 100.0, 1.0, True, library)
        counts = feedforward_counts(*by_hand)
        tasks = {
            "by hand": lambda: feedforward_counts(*by_hand),
            "brainsnn": lambda: engine.run(trials),
        }
        seconds = take_turns(tasks, 7)
    n_events, detail = n_trials * size**2, f"{size**2:.0e} synapses"
    base = 1e9 * seconds["by hand"] / n_events
    results.add("event, by hand", detail, base, "ns")
    value = 1e9 * seconds["brainsnn"] / n_events
    results.add("event, brainsnn", detail, value, "ns", ("by hand", base))
    results.add("memory", detail, memory / 1e6, "MB", ("weights", values.nbytes / 1e6))
    same = int((recording.population == 1).sum()) == counts[0]
    results.add("same number of spikes", detail, 100.0 * same, "%")


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small networks, no rows")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/scaling.csv"))
    options = parser.parse_args()
    results, library, begun = Results("network"), compiled("feedforward_limit"), time.time()
    for size in (1000, 3000) if options.quick else (1000, 3162, 10_000):
        events(results, size, library)
    for kind in NEURONS:
        for size in (100, 500) if options.quick else (100, 500, 2000):
            empty_steps(results, kind, size)
    results.print()
    print(f"{time.time() - begun:.0f} s in all")
    if not options.quick:
        results.append(options.out)


if __name__ == "__main__":
    main()
