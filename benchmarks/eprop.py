"""Time and memory of e-prop's gradient beside that of back-propagation, on the same networks.

The gradient of eight trials, states replayed from their spikes included, without the trials
themselves; one thread, the shortest of several calls that take turns, in processor time a trial.
E-prop in NumPy, synapse by synapse, is the reference (two trials of it). Memory is that of states,
traces and signals that a gradient of one trial is kept for. Networks are those of
``eprop-evidence`` (adaptive neurons) and ``eprop-pattern`` (leaky ones).

Run ``python benchmarks/eprop.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/eprop.csv``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from bptt import shortest
from one_thread import one_thread
from rows import Results

from brainsnn.engine import build_engine
from brainsnn.protocols.eprop import evidence, pattern
from brainsnn.protocols.eprop.base import NAMES
from brainsnn.spikes import Recording
from brainsnn.streams import Streams

HERE = Path(__file__).parent
N, FEW = 8, 2
PRECISIONS = ("float64", "float32")


def kept(rule: Any, recording: Recording, weights: Any, wanted: Any) -> float:
    """KiB that the gradient of one trial is kept for."""
    list(rule.backward(rule.observe(recording, weights), weights, wanted))
    return float(rule.taught.compiled.kept_bytes) / 1024


def measure(experiment: Any, neurons: str, results: Results, rounds: int) -> None:
    """Time the rules of an experiment, in turns."""
    config, streams = experiment.config(seeds=1), Streams(0)
    model, n_steps = experiment.model(config), experiment.n_steps(config)
    trials, calls = experiment.material(config, streams).train, {}
    with build_engine("resident", model, n_steps, streams) as engine:
        weights = model.draw_weights(streams)
        engine.set_weights(weights)
        ran, few, one = (engine.run(trials.inputs, np.arange(n)) for n in (N, FEW, 1))
    sizes = "-".join(map(str, model.sizes.values()))
    detail, memory = f"{sizes}, {neurons}, {n_steps} steps", {}
    for precision in PRECISIONS:
        rule = config.eprop.model_copy(update={"precision": precision})
        for condition in experiment.conditions(config.model_copy(update={"eprop": rule})):
            _, bound = experiment.bound(condition.config)
            key = f"{condition.name}, {precision}"
            memory[key] = kept(bound, one, weights, trials.targets.of(np.arange(1)))
            given = bound.observe(ran, weights), weights, trials.targets.of(np.arange(N))
            calls[key] = lambda bound=bound, given=given: list(bound.backward(*given))
    found = shortest(calls, rounds)
    reference = bound.observe(few, weights), weights, trials.targets.of(np.arange(FEW))
    slow = shortest({"NumPy": lambda: bound.in_numpy(*reference)}, 1)["NumPy"] / FEW
    for key, value in found.items():
        other = f"{NAMES['bptt']}, {key.rsplit(', ')[-1]}"
        base = None if key == other else ("BPTT", found[other] / N)
        results.add(key, detail, value / N, "ms", base)
    results.add("e-prop, NumPy", detail, slow, "ms", ("BPTT", found["BPTT, float64"] / N))
    for key, value in memory.items():
        results.add(f"kept, {key}", detail, value, "KiB", ("BPTT", memory["BPTT, float64"]))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few calls, and no rows are kept")
    options = parser.parse_args()
    results = Results("network")
    for experiment, neurons in ((evidence.PROTOCOL, "half adaptive"), (pattern.PROTOCOL, "leaky")):
        measure(experiment, neurons, results, 2 if options.quick else 8)
    results.print()
    if not options.quick:
        results.append(HERE.parent / "results" / "benchmarks" / "eprop.csv")


if __name__ == "__main__":
    one_thread()
    sys.exit(main())
