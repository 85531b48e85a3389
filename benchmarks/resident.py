"""Resident networks: two workers against one, and a million trials in one process.

*Workers*: blocks of S4NN's 784-400-10 network and of the CUBA network, in turns by one worker, by
two, and by two processes of one worker that share nothing, which says what the machine allows: on
virtual processors a neighbour on the same core makes either of them slower for tenths of a second.
Beside the ratio on the clock stand the processors that the process got, and the fastest rounds.

*Trials*: resident memory, open file descriptors and files left behind, over a million trials of a
small network.

Run ``python benchmarks/resident.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/resident.csv``.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np
from published.base import random
from published.cuba import Cuba
from rows import Results

from brainsnn.codes import LatencyEncoder
from brainsnn.datasets import MNIST
from brainsnn.engine import build_engine
from brainsnn.engine.resident import CompiledNetwork, compile_network
from brainsnn.engine.resident.device import active_device
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.streams import Streams

N_STEPS = 256
Build = Callable[[int, int], Callable[[], Any]]


def s4nn(workers: int, n_trials: int) -> Callable[[], Any]:
    """A block of evaluation with S4NN's network."""
    sizes = {"input": 784, "hidden": 400, "output": 10}
    model = Network(
        sizes, integrate_and_fire_once, initialiser=[Uniform(0, 5), Uniform(0, 48)], name="s4nn"
    ).frozen()
    images = MNIST().load().train.images[:n_trials]
    inputs = LatencyEncoder(N_STEPS).encode(images)
    engine = build_engine("resident", model, N_STEPS, workers=workers)
    engine.set_weights(model.draw_weights(Streams(0)))
    return lambda: engine.run(inputs)


def cuba(workers: int, n_trials: int) -> Callable[[], Any]:
    """A block of CUBA's trials."""
    model = Cuba()
    with active_device(build_on_run=False):
        network = b2.Network(*model.build())
        compiled = compile_network(network, model.duration * b2.second, workers=workers)
        for name, values in model.given(0).items():
            compiled.set(*name.split("."), values)
    return lambda: compiled.run(n_trials)


class Apart:
    """A block in two halves, each by a process of its own with one worker.

    Parameters
    ----------
    build : callable
        Makes the task of a number of workers and of trials.
    n_trials : int
        Trials of the whole block.
    """

    def __init__(self, build: Build, n_trials: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes = []
        for _ in range(2):
            mine, theirs = context.Pipe()
            context.Process(target=serve, args=(theirs, build, n_trials // 2), daemon=True).start()
            self._pipes.append(mine)
        self()

    def __call__(self) -> None:
        """Run both halves at once."""
        for pipe in self._pipes:
            pipe.send(True)
        for pipe in self._pipes:
            pipe.recv()


def serve(pipe: Connection, build: Build, n_trials: int) -> None:
    """Build a task, and do it whenever asked to, until the other end is gone."""
    task = build(1, n_trials)
    with suppress(EOFError):
        while pipe.recv():
            task()
            pipe.send(True)


def timed(task: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock and on the processor, all threads together."""
    clock, processor = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - clock, time.process_time() - processor


def measure_workers(
    results: Results, name: str, tasks: dict[str, Callable[[], Any]], n: int
) -> None:
    """Take turns; add the rows."""
    seconds: dict[str, list[tuple[float, float]]] = {who: [] for who in tasks}
    for _ in range(n + 1):
        for who, task in tasks.items():
            seconds[who].append(timed(task))
    typical = {who: np.median(taken[1:], axis=0) for who, taken in seconds.items()}
    best = {who: 1e3 * min(clock for clock, _ in taken[1:]) for who, taken in seconds.items()}
    one, two = typical["one worker"], typical["two workers"]
    for who in tasks:
        base = None if who == "one worker" else ("one worker", 1e3 * one[0])
        results.add(who, name, 1e3 * typical[who][0], "ms", base)
    for who in tasks:
        base = None if who == "one worker" else ("one worker", best["one worker"])
        results.add(f"{who}, fastest round", name, best[who], "ms", base)
    results.add("one worker", name, 1e3 * one[1], "ms of processor")
    base = ("one worker", 1e3 * one[1])
    results.add("two workers", name, 1e3 * two[1], "ms of processor", base)
    results.add("processors that one worker got", name, one[1] / one[0], "")
    results.add("processors that two workers got", name, two[1] / two[0], "")


def small_network() -> CompiledNetwork:
    """Ten leaky neurons driven by five inputs, every thing recorded."""
    with active_device(build_on_run=False):
        source = b2.SpikeGeneratorGroup(5, [0, 2], [1, 2] * b2.ms, name="source")
        group = b2.NeuronGroup(
            10,
            "dv/dt = -v/(10*ms) : 1",
            threshold="v > 1",
            reset="v = 0",
            method="exact",
            name="group",
        )
        synapses = b2.Synapses(source, group, "w : 1", on_pre="v += w", name="synapses")
        synapses.connect()
        spikes = b2.SpikeMonitor(group, name="spikes")
        states = b2.StateMonitor(group, "v", record=[0], name="states")
        network = b2.Network(source, group, synapses, spikes, states)
        return compile_network(network, 4 * b2.ms)


def resources() -> dict[str, int]:
    """Resident memory in bytes, open file descriptors, files in the temporary folder."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "memory": pages * os.sysconf("SC_PAGE_SIZE"),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "files": len(list(Path(tempfile.gettempdir()).iterdir())),
    }


def many_trials(results: Results, n_trials: int, block: int = 1000) -> None:
    """Blocks of trials with new weights and inputs; add what has grown since the tenth part."""
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        compiled, generator = small_network(), random(0)
        n_spikes, begun = 0, time.process_time()
        for k in range(n_trials // block):
            compiled.set("synapses", "w", generator.uniform(0, 2, 50))
            compiled.set_spikes("source", generator.integers(0, 5, 3), np.arange(3) * 1e-3)
            n_spikes += compiled.run(block, seed=k)["spikes"].counts.sum()
            if k == n_trials // block // 10:
                gc.collect()
                early = resources()
        seconds = time.process_time() - begun
        gc.collect()
        late = resources()
        tempfile.tempdir = None
    detail = f"{n_trials} trials"
    results.add("a trial", detail, 1e6 * seconds / n_trials, "us of processor")
    results.add("spikes", detail, float(n_spikes), "")
    results.add("memory", detail, late["memory"] / 1e6, "MB", ("a tenth", early["memory"] / 1e6))
    results.add(
        "descriptors more than after a tenth",
        detail,
        late["descriptors"] - early["descriptors"],
        "",
    )
    results.add("files left behind", detail, late["files"], "")


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few trials, no rows")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/resident.csv"))
    options = parser.parse_args()
    results, quick = Results("network"), options.quick
    networks = {"S4NN": (s4nn, 200 if quick else 2000), "CUBA": (cuba, 2 if quick else 6)}
    for name, (build, n_trials) in networks.items():
        tasks = {
            "one worker": build(1, n_trials),
            "two workers": build(2, n_trials),
            "two processes": Apart(build, n_trials),
        }
        measure_workers(results, name, tasks, 3 if quick else 41)
    many_trials(results, 10_000 if quick else 1_000_000)
    results.print()
    if not quick:
        results.append(options.out)


if __name__ == "__main__":
    main()
