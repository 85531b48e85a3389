"""All-to-all feed-forward networks of 100 to 2,000 neurons a layer, against a loop written by hand.

Both get the same input spikes and weights and take turns; medians of the time on the processor are
printed, one thread. brainsnn's time includes the recording of every spike. Two kinds of neuron:
non-leaky with one spike a trial, and leaky with reset, whose state moves in every step.

Run ``python benchmarks/feedforward.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/feedforward.csv``.
"""

from __future__ import annotations

import argparse
import ctypes
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from limit.library import compiled, feedforward_counts
from rows import Results

from brainsnn.engine import Engine, build_engine
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron, integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams

N_STEPS, N_LAYERS, TAU = 100, 3, 20.0
LEAKY = Neuron(
    "dv/dt = -v / (20*ms) : 1", threshold="v > 100", reset="v = 0", method="exact", name="leaky"
)
NEURONS = {"once": (integrate_and_fire_once, 1.0), "leaky": (LEAKY, float(np.exp(-1 / TAU)))}
LARGEST = {"once": 400.0, "leaky": 1500.0}
"""Largest weight times the neurons of a layer, such that about half of them fire."""


def model(kind: str, size: int) -> Model:
    """Chain of `N_LAYERS` connections between layers of `size` neurons."""
    sizes = dict.fromkeys(["input", *(f"layer{k}" for k in range(1, N_LAYERS + 1))], size)
    initial = [Uniform(0, LARGEST[kind] / size)] * N_LAYERS
    return Network(sizes, NEURONS[kind][0], initialiser=initial, name=f"{kind}{size}").frozen()


def inputs(size: int, n_trials: int) -> SpikeTrains:
    """Every input neuron spikes once, at any step."""
    steps = np.random.default_rng(0).integers(0, N_STEPS, (n_trials, size))
    return SpikeTrains.from_first_steps(steps, N_STEPS)


def take_turns(tasks: dict[str, Callable[[], Any]], repetitions: int) -> dict[str, float]:
    """Median seconds of each task on the processor; the first round is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repetitions + 1):
        for name, task in tasks.items():
            begun = time.thread_time()
            task()
            seconds[name].append(time.thread_time() - begun)
    return {name: float(np.median(values[1:])) for name, values in seconds.items()}


def contest(results: Results, engine: Engine, kind: str, library: ctypes.CDLL, n: int) -> None:
    """One network: microseconds a trial of both programs, and whether they agree."""
    size = engine.populations["input"]
    n_trials = max(1, 2_000_000 // size**2)
    trials, decay = inputs(size, n_trials), NEURONS[kind][1]
    weights = engine.model.draw_weights(Streams(0))
    engine.set_weights(weights)
    by_hand = (trials, weights, N_STEPS, 100.0, decay, kind == "once", library)
    counts = feedforward_counts(*by_hand)
    recording = engine.run(trials)
    found = [int((recording.population == k).sum()) for k in range(1, N_LAYERS + 1)]
    tasks = {
        "by hand": lambda: feedforward_counts(*by_hand),
        "brainsnn": lambda: engine.run(trials),
    }
    seconds = take_turns(tasks, n)
    detail = f"{kind}, {size} a layer"
    base = 1e6 * seconds["by hand"] / n_trials
    results.add("by hand", detail, base, "us")
    mine = 1e6 * seconds["brainsnn"] / n_trials
    results.add("brainsnn", detail, mine, "us", ("by hand", base))
    results.add("spikes a trial", detail, sum(found) / n_trials, "")
    results.add("same number of spikes", detail, 100.0 * (found == counts.tolist()), "%")


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small networks, no rows")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/feedforward.csv"))
    options = parser.parse_args()
    results, library = Results("network"), compiled("feedforward_limit")
    for kind in NEURONS:
        for size in (100, 500) if options.quick else (100, 500, 2000):
            with build_engine("resident", model(kind, size), N_STEPS) as engine:
                contest(results, engine, kind, library, 5 if options.quick else 15)
    results.print()
    if not options.quick:
        results.append(options.out)


if __name__ == "__main__":
    main()
