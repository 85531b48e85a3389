"""Speed and memory of S4NN on MNIST: hand-written C++, brainsnn, Brian2 as its documentation says.

Microseconds an image at 784-400-10 with 256 steps, one thread, a batch of one, with fresh weights
and with weights that the hand-written program has trained for an epoch. Hand-written C++ and
brainsnn take turns on the same images, in the same order, from the same weights; medians of the
time on the processor are printed. brainsnn's inference includes the recording of every spike, its
training the whole of ``Trainer.fit``.

Run ``python benchmarks/s4nn_mnist.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/s4nn-mnist.csv``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from limit.library import Limit
from numpy.typing import NDArray
from one_thread import one_thread
from rich.console import Console
from rows import Results

from brainsnn.codes import FirstSpikeDecoder, LatencyEncoder
from brainsnn.datasets import MNIST
from brainsnn.engine import Engine, build_engine
from brainsnn.learning.optimisers import SGDConfig
from brainsnn.learning.temporal import TemporalBackprop
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig

HERE = Path(__file__).parent
N_STEPS, RATE, DECAY = 256, 0.2, 1e-6
CONFIG = TrainingConfig(epochs=1, optimiser=SGDConfig(weight_decay=DECAY), monitor="train_accuracy")

Weights = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Contest:
    """Two programs on the same blocks of training images.

    Parameters
    ----------
    limit, engine
        The hand-written program and brainsnn's resident engine.
    trials : LabelledTrials
        Encoded training images.
    n, repetitions : int
        Images in a block, and number of blocks.
    """

    limit: Limit
    engine: Engine
    trials: LabelledTrials
    n: int
    repetitions: int

    def block(self, k: int) -> tuple[LabelledTrials, NDArray[np.uint16]]:
        """Block `k` of the images, for brainsnn and for the hand-written program."""
        index = np.arange(k * self.n, (k + 1) * self.n)
        inputs = self.trials.inputs.take(index)
        steps = np.ascontiguousarray(inputs.first_steps(), np.uint16)
        return LabelledTrials(inputs, self.trials.labels[index]), steps

    def run(self, weights: Weights) -> tuple[pd.DataFrame, float]:
        """Microseconds an image of each program and task, a row a block; agreement of outputs."""
        rows, same = [], []
        self._round(0, weights)
        for k in range(self.repetitions):
            row, agreement = self._round(k, weights)
            rows.append(row)
            same.append(agreement)
        return pd.DataFrame(rows), float(np.mean(same))

    def _round(self, k: int, weights: Weights) -> tuple[dict[str, float], float]:
        block, steps = self.block(k)
        trainer = self._trainer(k)
        order = Streams(k)["order"].permutation(self.n)
        mine = {name: values.copy() for name, values in weights.items()}
        self.engine.set_weights(weights)
        row, found = {}, {}
        tasks: dict[str, Callable[[], Any]] = {
            "limit inference": lambda: self.limit.infer(steps, weights),
            "brainsnn inference": lambda: self.engine.run(block.inputs),
            "limit training": lambda: self.limit.train(
                steps, block.labels, order, mine, RATE, DECAY
            ),
            "brainsnn training": lambda: trainer.fit(block),
        }
        for name, task in tasks.items():
            begun = time.thread_time()
            found[name] = task()
            row[name] = 1e6 * (time.thread_time() - begun) / self.n
        outputs = found["brainsnn inference"].first_steps("output")
        return row, float((outputs == found["limit inference"]).mean())

    def _trainer(self, seed: int) -> Trainer:
        rule, decoder = TemporalBackprop(redraw_below=0.0), FirstSpikeDecoder()
        return Trainer(self.engine, rule, decoder, CONFIG, RATE, Streams(seed))


def brian2_documented(
    way: str, weights: Weights, steps: NDArray[np.uint16]
) -> tuple[float, NDArray[np.int64]]:
    """Microseconds a trial, and first-spike steps of the outputs, of Brian2 in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trials.npz"
        np.savez(file, steps=steps, **weights)
        command = [sys.executable, str(HERE / "brian2_documented.py"), way, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["microseconds"], np.array(answer["steps"])


#: A process inherits the peak of the one that starts it, so a small one starts the demo.
STARTER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def demo_memory() -> float:
    """Largest resident memory of the demo in MB."""
    demo = [sys.executable, "-m", "brainsnn.cli.main", "run", "s4nn-mnist", "--preset", "demo"]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", STARTER, *demo, "--quiet", "--out", f"{folder}/run"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout) * 1024 / 1e6


def measure(options: argparse.Namespace) -> Results:
    """Speed, as rows."""
    results = Results()
    images = MNIST().load().train
    trials = LabelledTrials(LatencyEncoder(N_STEPS).encode(images.images), images.labels)
    sizes = {"input": 784, "hidden": 400, "output": 10}
    initial = [Uniform(0, 5), Uniform(0, 48)]
    model = Network(sizes, integrate_and_fire_once, initialiser=initial, name="s4nn").frozen()
    limit = Limit()
    fresh = model.draw_weights(Streams(0))
    trained = {name: values.copy() for name, values in fresh.items()}
    n = 5_000 if options.quick else len(images)
    steps = np.ascontiguousarray(trials.inputs.first_steps(), np.uint16)
    limit.train(steps, trials.labels, Streams(1)["order"].permutation(n), trained, RATE, DECAY)
    with build_engine("resident", model, N_STEPS) as engine:
        contest = Contest(limit, engine, trials, *((1_000, 5) if options.quick else (4_000, 12)))
        for state, weights in (("fresh", fresh), ("trained", trained)):
            table, agreement = contest.run(weights)
            median = table.median()
            for task in ("inference", "training"):
                base = median[f"limit {task}"]
                results.add(f"limit, {task}", state, base, "us")
                mine = median[f"brainsnn {task}"]
                results.add(f"brainsnn, {task}", state, mine, "us", (f"limit, {task}", base))
            results.add("outputs with the same first spike", state, 100 * agreement, "%")
    resident = median["brainsnn inference"]
    sample = steps[: 2 if options.quick else 7]
    for way in ("runtime", "standalone"):
        taken, found = brian2_documented(way, trained, sample)
        if not (found == limit.infer(sample, trained)).all():
            raise SystemExit(f"Brian2 {way} gives other first spikes.")
        results.add(
            f"Brian2 {way}, inference", "trained", taken, "us", ("brainsnn, inference", resident)
        )
    return results


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few images, no memory, no rows")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/s4nn-mnist.csv"))
    options = parser.parse_args()
    one_thread()
    results = measure(options)
    results.print()
    if not options.quick:
        results.add("memory of the demo", "", demo_memory(), "MB")
        Console().print(f"memory of the demo: {results.rows[-1]['value']:.0f} MB")
        results.append(options.out)


if __name__ == "__main__":
    main()
