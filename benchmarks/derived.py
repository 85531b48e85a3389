"""Speed of derived gradients, compiled, beside the same two networks written by hand in C++.

Forward and backward of one trial at a time, one thread, float32: a recurrent network of 80 inputs,
120 leaky and 100 adaptive neurons and 10 readouts in 784 steps, and 784-400-10 with currents in 100
steps. Both do the same sums; gradients are compared before anything is timed. Time is that of the
two calls into the library, and, "from Python", of `CompiledGradient.run` and `gradient` with all
that they check and copy. The shortest of many calls counts; both take turns.

Run ``python benchmarks/derived.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/derived.csv``.
"""

from __future__ import annotations

import argparse
import ctypes
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brian2
import numpy as np
from brian2 import ms
from limit.library import compiled
from numpy.typing import NDArray
from one_thread import one_thread
from rows import Results

from brainsnn.engine.compiled_network import APART
from brainsnn.engine.derived import CompiledGradient
from brainsnn.learning.equations import derive

HERE = Path(__file__).parent
SCHEDULE = ["start", "synapses", "groups", "thresholds", "resets", "end"]
CURRENTS = "dv/dt = (current - v)/(20*ms) : 1\ndcurrent/dt = -current/(5*ms) : 1"


@dataclass(frozen=True)
class Task:
    """A network to be derived, and the trial that it is timed on.

    Parameters
    ----------
    name : str
    network : brian2.Network
    n_steps, n_in : int
    rate : float
        Chance of an input spike in a step.
    limit : str
        Name of its functions in the program written by hand.
    """

    name: str
    network: brian2.Network
    n_steps: int
    n_in: int
    rate: float
    limit: str


def connected(*ways: tuple[Any, Any, str, str, float, float]) -> list[brian2.Synapses]:
    """Synapses between all pairs: source, target, name, state, mean and width of the weights."""
    rng, found = np.random.default_rng(0), []
    for source, target, name, state, mean, width in ways:
        path = brian2.Synapses(source, target, "w : 1", on_pre=f"{state}_post += w", name=name)
        path.connect()
        path.w = rng.normal(mean, width / np.sqrt(len(source)), len(path))
        found.append(path)
    return found


def recurrent() -> Task:
    """Leaky and adaptive neurons, recurrent, with leaky readouts."""
    given = brian2.SpikeGeneratorGroup(80, [], [] * ms, name="given")
    cells = brian2.NeuronGroup(
        220,
        """
        dv/dt = -v/(20*ms) : 1
        da/dt = -a/(700*ms) : 1
        beta : 1 (constant)
        theta = 1 + beta*a : 1
        """,
        threshold="v > theta",
        reset="v -= theta; a += 1",
        method="exact",
        name="cells",
    )
    cells.beta = np.repeat([0, 0.18], [120, 100])
    out = brian2.NeuronGroup(10, "dv/dt = -v/(20*ms) : 1", method="exact", name="out")
    ways = connected(
        (given, cells, "w_in", "v", 0, 2.2),
        (cells, cells, "w_rec", "v", 0, 1),
        (cells, out, "w_out", "v", 0, 1),
    )
    network = brian2.Network(given, cells, out, *ways)
    return Task("80-220-10, recurrent, 784 steps", network, 784, 80, 0.03, "adaptive")


def feedforward() -> Task:
    """Two layers of neurons with currents; the last only integrates."""
    given = brian2.SpikeGeneratorGroup(784, [], [] * ms, name="given")
    neuron = {"model": CURRENTS, "method": "exact"}
    cells = brian2.NeuronGroup(400, **neuron, threshold="v > 1", reset="v = 0", name="cells")
    out = brian2.NeuronGroup(10, **neuron, name="out")
    ways = connected(
        (given, cells, "w_in", "current", 0.02, 6), (cells, out, "w_out", "current", 0, 4)
    )
    return Task(
        "784-400-10, 100 steps", brian2.Network(given, cells, out, *ways), 100, 784, 0.02, "layers"
    )


class ByHand:
    """The program written by hand, on the weights and the trial of a task."""

    def __init__(self, task: Task, gradient: CompiledGradient, raster: NDArray[Any]) -> None:
        library = compiled("derived_limit", APART)  # as the generated code is
        step, neuron = np.nonzero(raster)
        offsets = np.searchsorted(step, np.arange(task.n_steps + 1)).astype(np.int32)
        spikes = [offsets, np.append(neuron, 0).astype(np.int32)]
        names = [n for n in ("w_in", "w_rec", "w_out") if n in gradient.network.connections]
        weights = [gradient.network.values((n, "w")).astype(np.float32) for n in names]
        beta = gradient.network.populations["cells"].values.get("beta")
        more = [] if beta is None else [beta.astype(np.float32)]
        self.by_readout = np.zeros((task.n_steps, 10), np.float32)
        self.gradients = dict(zip(names, map(np.zeros_like, weights), strict=True))
        there = [*spikes, *weights, *more, np.zeros_like(self.by_readout)]
        back = [*spikes, *weights[1:], *more, self.by_readout, *self.gradients.values()]
        self._kept, self._n_steps = [there, back], ctypes.c_int64(task.n_steps)
        self.forward = self._call(getattr(library, f"{task.limit}_forward"), there)
        self.backward = self._call(getattr(library, f"{task.limit}_backward"), back)

    def _call(self, function: Any, arrays: list[NDArray[Any]]) -> Callable[[], None]:
        addresses = [ctypes.c_void_p(array.ctypes.data) for array in arrays]
        return lambda: function(self._n_steps, *addresses)


def shortest(calls: list[Callable[[], object]], rounds: int) -> list[float]:
    """Shortest time of each of some calls that take turns, in ms."""
    best = [np.inf] * len(calls)
    for _ in range(rounds):
        for k, call in enumerate(calls):
            begin = time.perf_counter()
            call()
            best[k] = min(best[k], 1e3 * (time.perf_counter() - begin))
    return best


def measure(task: Task, results: Results, rounds: int) -> None:
    """Compare the gradients of a task, then time it."""
    rng = np.random.default_rng(1)
    raster = rng.random((task.n_steps, task.n_in)) < task.rate
    wanted = rng.normal(size=(task.n_steps, 1, 10))
    trained = {c.name: "w" for c in task.network.objects if isinstance(c, brian2.Synapses)}
    begin = time.perf_counter()
    derived = derive(task.network, trained)
    gradient = CompiledGradient(derived, [("out", "v")], "float32")
    built = time.perf_counter() - begin
    given, by_state = {"given": raster[:, None].astype(float)}, {("out", "v"): wanted}

    def from_python() -> dict[Any, NDArray[Any]]:
        gradient.run(given, task.n_steps)
        return gradient.gradient(by_state=by_state)

    found, by_hand = from_python(), ByHand(task, gradient, raster)
    by_hand.by_readout[:] = wanted[:, 0]
    by_hand.forward()
    by_hand.backward()
    for name, theirs in by_hand.gradients.items():
        worst = np.abs(found[name, "w"] - theirs).max() / np.abs(theirs).max()
        if worst > 1e-4:
            raise SystemExit(f"{task.name}: gradients of {name} differ by {worst:.1e}.")
    there, back = gradient.calls(by_state=by_state)
    calls = [there, back, by_hand.forward, by_hand.backward, from_python]
    forward, backward, hand_there, hand_back, python = shortest(calls, rounds)
    hand = ("by hand", hand_there + hand_back)
    results.add("forward", task.name, forward, "ms", ("by hand", hand_there))
    results.add("backward", task.name, backward, "ms", ("by hand", hand_back))
    results.add("forward and backward", task.name, forward + backward, "ms", hand)
    results.add("forward and backward from Python", task.name, python, "ms", hand)
    results.add("derived, generated and compiled", task.name, built, "s")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few calls, and no rows are kept")
    options = parser.parse_args()
    brian2.prefs.codegen.target = "numpy"
    brian2.defaultclock.dt = 1 * ms
    results = Results("network")
    for make in (recurrent, feedforward):
        task = make()
        task.network.schedule = SCHEDULE
        measure(task, results, 20 if options.quick else 400)
    results.print()
    if not options.quick:
        results.append(HERE.parent / "results" / "benchmarks" / "derived.csv")


if __name__ == "__main__":
    one_thread()
    sys.exit(main())
