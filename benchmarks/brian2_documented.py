"""S4NN's network run by Brian2 as its documentation says; prints microseconds a trial as JSON.

``runtime`` stores the network once and, for each trial, restores it, gives the input spikes to
``SpikeGeneratorGroup.set_spikes`` and runs. ``standalone`` compiles a project, in shared memory
where there is any, and runs its program for each trial with ``device.run(run_args=...)``; since
spikes cannot be given so, the input neurons are a group that fires at the steps of an array.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

N_STEPS = 256
NEURON = "v : 1\ntheta : 1 (shared, constant)\nfired : boolean"
SPIKE, RESET = "v > theta and not fired", "fired = True"


def layers(inputs: Any, weights: dict[str, NDArray[np.float64]]) -> list[Any]:
    """All Brian2 objects of the network, with its weights; monitors last."""
    objects, source = [inputs], inputs
    for name, values in weights.items():
        target = b2.NeuronGroup(
            values.shape[1], NEURON, threshold=SPIKE, reset=RESET, name=name.split("_")[1]
        )
        target.theta = 100
        synapses = b2.Synapses(source, target, "w : 1", on_pre="v_post += w", name=name)
        synapses.connect()
        synapses.w = values.ravel()
        objects += [target, synapses]
        source = target
    groups = [inputs, *objects[1::2]]
    return [*objects, *(b2.SpikeMonitor(g, name=f"{g.name}_spikes") for g in groups)]


def first_steps(monitor: Any) -> list[int]:
    """First-spike steps of the ten outputs."""
    steps = np.full(10, N_STEPS)
    steps[np.array(monitor.i)] = np.rint(np.array(monitor.t_) * 1e3).astype(int)
    return [int(step) for step in steps]


def run_runtime(trials: NDArray[np.int64], weights: dict[str, NDArray[np.float64]]) -> Any:
    """Seconds and output steps of each trial, Brian2's runtime with Cython."""
    b2.prefs.codegen.target = "cython"
    inputs = b2.SpikeGeneratorGroup(784, [], [] * b2.ms, name="input")
    network = b2.Network(*layers(inputs, weights))
    network.schedule = ["start", "synapses", "groups", "thresholds", "resets", "end"]
    network.run(0 * b2.ms)
    network.store()
    results = []
    for steps in (trials[0], *trials):
        neurons = np.flatnonzero(steps < N_STEPS)
        begun = time.perf_counter()
        network.restore()
        inputs.set_spikes(neurons, steps[neurons] * b2.ms)
        network.run(N_STEPS * b2.ms)
        results.append((time.perf_counter() - begun, first_steps(network["output_spikes"])))
    return results[1:]


def run_standalone(trials: NDArray[np.int64], weights: dict[str, NDArray[np.float64]]) -> Any:
    """Seconds and output steps of each trial, Brian2's C++ standalone program run once for each."""
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        b2.set_device("cpp_standalone", build_on_run=False, directory=folder)
        inputs = b2.NeuronGroup(
            784,
            "first : integer (constant)",
            threshold="t_in_timesteps == first",
            reset="",
            name="input",
        )
        network = b2.Network(*layers(inputs, weights))
        network.schedule = ["start", "synapses", "groups", "thresholds", "resets", "end"]
        network.run(N_STEPS * b2.ms)
        b2.device.build(run=False, directory=folder)
        results = []
        for steps in (trials[0], *trials):
            begun = time.perf_counter()
            b2.device.run(run_args={inputs.first: steps})
            found = first_steps(network["output_spikes"])
            results.append((time.perf_counter() - begun, found))
        return results[1:]


def main() -> None:
    """Read trials and weights from a file, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=["runtime", "standalone"])
    parser.add_argument("file", type=Path, help="npz: steps (n, 784), weights by connection")
    options = parser.parse_args()
    b2.defaultclock.dt = 1 * b2.ms
    with np.load(options.file, allow_pickle=False) as arrays:
        trials = arrays["steps"].astype(np.int64)
        weights = {name: arrays[name] for name in ("input_hidden", "hidden_output")}
    run = {"runtime": run_runtime, "standalone": run_standalone}[options.way]
    results = run(trials, weights)
    seconds = float(np.median([taken for taken, _ in results]))
    print(json.dumps({"microseconds": 1e6 * seconds, "steps": [found for _, found in results]}))


if __name__ == "__main__":
    main()
