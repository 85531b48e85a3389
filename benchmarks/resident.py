"""Resident networks: two workers against one, and a million trials in one process.

*Workers*: blocks of S4NN's 784-400-10 network and of the CUBA network, by one worker and by two in
turns. Beside the ratio on the clock stand the processors that the process got, and the fastest
round of each: on a machine that others use, the median of two workers says what they left over. Two
workers that got two processors, and used no more processor time than one, would be twice as fast.

*Trials*: resident memory, open file descriptors and files left behind, over a million trials of a
small network.

Run ``python benchmarks/resident.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/resident.csv``.
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable
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
from brainsnn.model import feedforward
from brainsnn.neurons import integrate_and_fire_once
from brainsnn.streams import Streams
from brainsnn.synapses import Uniform

N_STEPS = 256


def s4nn(workers: int, n_trials: int) -> Callable[[], Any]:
    """A block of evaluation with S4NN's network."""
    sizes = {"input": 784, "hidden": 400, "output": 10}
    model = feedforward("s4nn", sizes, integrate_and_fire_once, [Uniform(0, 5), Uniform(0, 48)])
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


def timed(task: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock and on the processor, all threads together."""
    clock, processor = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - clock, time.process_time() - processor


def measure_workers(
    results: Results, name: str, tasks: dict[int, Callable[[], Any]], n: int
) -> None:
    """Take turns; add the rows."""
    seconds: dict[int, list[tuple[float, float]]] = {workers: [] for workers in tasks}
    for _ in range(n + 1):
        for workers, task in tasks.items():
            seconds[workers].append(timed(task))
    one, two = (np.median(seconds[workers][1:], axis=0) for workers in (1, 2))
    best = {workers: 1e3 * min(clock for clock, _ in seconds[workers][1:]) for workers in (1, 2)}
    results.add("one worker", name, 1e3 * one[0], "ms")
    results.add("two workers", name, 1e3 * two[0], "ms", ("one worker", 1e3 * one[0]))
    results.add("one worker, fastest round", name, best[1], "ms")
    fastest = ("one worker, fastest round", best[1])
    results.add("two workers, fastest round", name, best[2], "ms", fastest)
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
        tasks = {workers: build(workers, n_trials) for workers in (1, 2)}
        measure_workers(results, name, tasks, 3 if quick else 21)
    many_trials(results, 10_000 if quick else 1_000_000)
    results.print()
    if not quick:
        results.append(options.out)


if __name__ == "__main__":
    main()
