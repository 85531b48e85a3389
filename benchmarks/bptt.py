"""Speed of learning by derived gradients in training's compiled loop, beside C++ by hand and peers.

A trial of training is the engine's forward pass, states that follow from its spikes, the derived
backward pass and a step of SGD; by hand is forward and backward alone, in float32
(``limit/derived_limit.cpp``). Two networks: 80 inputs, 120 leaky and 100 adaptive recurrent
neurons, 10 readouts, 784 steps; and 784-400-10 with currents, 100 steps. ``--rival PYTHON`` names
an interpreter that has Norse, snnTorch and SpikingJelly (and torch), which then run networks of
these sizes forward and backward. All on one thread; milliseconds of processor time a trial, the
shortest of many calls, ours and by hand in turns.

Run ``python benchmarks/bptt.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/bptt.csv``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from derived import CURRENTS, ByHand
from numpy.typing import NDArray
from one_thread import one_thread
from rival import ask_rival
from rows import Results

from brainsnn.engine import Engine, build_engine
from brainsnn.interrupts import StopRequest
from brainsnn.learning.optimisers import SGD
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Normal, SynapseModel
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training.bptt import BPTT, BoundBPTT
from brainsnn.training.loop.blocks import CompiledBlocks, make_updater

HERE, N = Path(__file__).parent, 64
PRECISIONS = ("float64", "float32")
Task = tuple[str, Model, int, float, str]


def recurrent() -> Task:
    """Name, network, steps of a trial, rate of inputs, name of the functions by hand."""
    cell = Neuron(
        "dv/dt = -v/(20*ms) : 1\nda/dt = -a/(700*ms) : 1\nbeta : 1 (constant)\n"
        "theta = 1 + beta*a : 1",
        threshold="v > theta",
        reset="v -= theta; a += 1",
        method="exact",
        parameters={"beta": "0.18*int(i >= 120)"},
        name="cell",
    )
    out = Neuron("dv/dt = -v/(20*ms) : 1", threshold="v > 1e9", reset="v = 0", method="exact")
    parts = Population("given", 80), Population("cells", 220, cell), Population("out", 10, out)
    ways = (
        Connection("w_in", "given", "cells", initialiser=Normal(0, 2.2 / np.sqrt(80))),
        Connection("w_rec", "cells", "cells", initialiser=Normal(0, 1 / np.sqrt(220))),
        Connection("w_out", "cells", "out", initialiser=Normal(0, 1 / np.sqrt(220))),
    )
    return "80-220-10, recurrent, 784 steps", Model("lsnn", parts, ways), 784, 0.03, "adaptive"


def layers() -> Task:
    """As `recurrent`: two layers with currents."""
    cell = Neuron(CURRENTS, threshold="v > 1", reset="v = 0", method="exact", name="cell")
    out = Neuron(CURRENTS, threshold="v > 1e9", reset="v = 0", method="exact", name="out")
    parts = Population("given", 784), Population("cells", 400, cell), Population("out", 10, out)
    arrive = SynapseModel(on_pre="current_post += w")
    ways = (
        Connection("w_in", "given", "cells", arrive, initialiser=Normal(0.02, 6 / 28)),
        Connection("w_out", "cells", "out", arrive, initialiser=Normal(0, 4 / 20)),
    )
    return "784-400-10, 100 steps", Model("layers", parts, ways), 100, 0.02, "layers"


def trials_of(model: Model, n_steps: int, rate: float) -> tuple[NDArray[Any], LabelledTrials]:
    """Trials of random spikes and labels; their raster too."""
    rng, n_in = np.random.default_rng(1), model.inputs[0].size
    raster = rng.random((N, n_steps, n_in)) < rate
    trial, step, neuron = np.nonzero(raster)
    offsets = np.searchsorted(trial, np.arange(N + 1))
    trains = SpikeTrains(n_in, n_steps, offsets, neuron.astype(np.int32), step.astype(np.int32))
    return raster, LabelledTrials(trains, rng.integers(0, 10, N))


def training(
    engine: Engine, rule: BoundBPTT, trials: LabelledTrials, batch: int
) -> Callable[[], object]:
    """What trains on all trials once, without Python between them."""
    updater = make_updater(engine, rule, SGD(), batch, False)
    assert isinstance(updater, CompiledBlocks)
    order, stop = np.arange(N), StopRequest()
    updater.run(trials, order, 1e-12, stop)
    return lambda: updater.run(trials, order, 1e-12, stop)


def shortest(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Shortest processor time of each of some calls that take turns, in ms."""
    best = dict.fromkeys(calls, np.inf)
    for _ in range(rounds):
        for name, call in calls.items():
            begin = time.thread_time()
            call()
            best[name] = min(best[name], 1e3 * (time.thread_time() - begin))
    return best


def measure(
    task: tuple[str, Model, int, float, str], results: Results, rounds: int, peers: Any
) -> None:
    """Time a task, ours and by hand in turns."""
    name, model, n_steps, rate, limit = task
    raster, trials = trials_of(model, n_steps, rate)
    with build_engine("resident", model, n_steps, Streams(0)) as engine:
        engine.set_weights(model.draw_weights(Streams(0)))
        settings = {"loss": "mean_potential", "pseudo_derivative": "triangle", "scale": 1.0}
        rules = {
            p: BPTT.model_validate(settings | {"precision": p}).bound(model, n_steps)
            for p in PRECISIONS
        }
        rule = rules["float32"]
        for place, values in zip(rule.places.values(), engine.weights.values(), strict=True):
            rule.derived.values(place.key)[...] = place.spread(values)
        hand = SimpleNamespace(name=name, n_steps=n_steps, limit=limit)
        by_hand = ByHand(hand, SimpleNamespace(network=rule.derived), raster[0])  # type: ignore[arg-type]
        calls: dict[str, Callable[[], object]] = {
            "forward by hand": by_hand.forward,
            "backward by hand": by_hand.backward,
            "engine": lambda: engine.run(trials.inputs, np.arange(N)),
        }
        for precision, bound in rules.items():
            for batch in (1, N):
                key = f"training, {precision}, batch {batch}"
                calls[key] = training(engine, bound, trials, batch)
        found = shortest(calls, rounds)
    hand_time = found["forward by hand"] + found["backward by hand"]
    results.add("by hand, forward and backward", name, hand_time, "ms")
    results.add("forward by the engine", name, found["engine"] / N, "ms")
    for key in list(calls)[3:]:
        results.add(key, name, found[key] / N, "ms", ("by hand", hand_time))
    for peer, by_batch in peers.items():
        for batch, value in by_batch.items():
            ours = found[f"training, float32, batch {batch}"] / N
            results.add(f"{peer}, batch {batch}", name, value, "ms", ("training, float32", ours))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few calls, and no rows are kept")
    parser.add_argument("--rival", metavar="PYTHON", help="interpreter that has the peers")
    options = parser.parse_args()
    results, rounds = Results("network"), 2 if options.quick else 8
    peers: dict[str, Any] = {"recurrent": {}, "layers": {}}
    if options.rival:
        peers = ask_rival(options.rival, "surrogate_peers.py", {}, [1 if options.quick else 3])
    for name, make in (("recurrent", recurrent), ("layers", layers)):
        measure(make(), results, rounds, peers[name])
    results.print()
    if not options.quick:
        results.append(HERE.parent / "results" / "benchmarks" / "bptt.csv")


if __name__ == "__main__":
    one_thread()
    sys.exit(main())
