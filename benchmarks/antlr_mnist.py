"""Speed of activation- and timing-based learning on latency-coded MNIST.

Milliseconds an image at 784-800-10 with 100 steps, batches of 16, one thread: the whole of
``Trainer.fit`` (trials, gradients, clipping, Adam, statistics), for each method, from fresh weights
and from weights that ANTLR has trained for an epoch; and the trials alone. Medians over blocks of
images of the time on the processor and of the time that passed. ``--rival PYTHON`` names an
interpreter that has SpikingJelly, which then trains the same network on the same images in batches
of 64; ratios are of images per second of processor.

Run ``python benchmarks/antlr_mnist.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/antlr-mnist.csv``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from one_thread import one_thread
from rival import ask_rival
from rows import Results

from brainsnn.engine import Engine, build_engine
from brainsnn.protocols.antlr.mnist import PROTOCOL, AntlrMnistConfig
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer

CONFIG = AntlrMnistConfig()
ONE_EPOCH = CONFIG.training.model_copy(update={"epochs": 1, "monitor": "train_accuracy"})

RIVAL, RIVALS_BATCH = "SpikingJelly, training", 64

Weights = dict[str, NDArray[np.float64]]


def _of_method(method: str) -> AntlrMnistConfig:
    return CONFIG.model_copy(update={"methods": (method,)})


@dataclass(frozen=True)
class Bench:
    """Training and trials of one network.

    Parameters
    ----------
    engine : Engine
    trials : LabelledTrials
        Training images.
    n, repetitions : int
        Images in a block, and number of blocks.
    """

    engine: Engine
    trials: LabelledTrials
    n: int
    repetitions: int

    def block(self, k: int) -> LabelledTrials:
        """Block `k` of the images."""
        index = np.arange(k * self.n, (k + 1) * self.n)
        return LabelledTrials(self.trials.inputs.take(index), self.trials.labels[index])

    def trainer(self, method: str) -> Trainer:
        """Trainer of a method for an epoch."""
        rule = getattr(CONFIG, method)
        decoder, rate = PROTOCOL.decoder(_of_method(method)), rule.learning_rate
        return Trainer(self.engine, rule, decoder, ONE_EPOCH, rate, Streams(0))

    def time(self, task: Callable[[LabelledTrials], object], weights: Weights) -> NDArray[float]:
        """Milliseconds an image, of processor and of wall, medians over blocks; the first warms."""
        taken = []
        for k in range(self.repetitions + 1):
            block = self.block(k)
            self.engine.set_weights(weights)
            begun = time.thread_time(), time.perf_counter()
            task(block)
            taken.append((time.thread_time() - begun[0], time.perf_counter() - begun[1]))
        return 1e3 * np.median(taken[1:], axis=0) / self.n


def rival(python: str, trials: LabelledTrials, quick: bool) -> tuple[float, float]:
    """Milliseconds an image of the rival's training, of processor and of wall."""
    n, rounds = (RIVALS_BATCH * 2, 2 if quick else 5)
    mine = np.arange(n * rounds)
    first = trials.inputs.take(mine).first_steps()
    silent = first == trials.inputs.n_steps
    arrays = {"steps": np.where(silent, CONFIG.n_steps, first), "labels": trials.labels[mine]}
    settings = (CONFIG.n_steps, n, rounds, RIVALS_BATCH)
    taken = ask_rival(python, "spikingjelly_antlr.py", arrays, settings)
    processor, wall = np.median(taken, axis=0)
    return float(processor), float(wall)


def measure(quick: bool, python: str | None = None) -> Results:
    """Speed, as rows."""
    results, base = Results(), None
    trials = PROTOCOL.material(CONFIG, Streams(0)).train.plain()
    model = PROTOCOL.model(CONFIG)
    with build_engine("resident", model, CONFIG.n_steps + 2) as engine:
        if python:
            processor, wall = rival(python, trials, quick)
            results.add(RIVAL, "fresh", processor, "ms of processor")
            results.add(RIVAL, "fresh", wall, "ms")
            base = (RIVAL, 1e3 / processor)
        bench = Bench(engine, trials, *((800, 2) if quick else (4_000, 7)))
        fresh = model.draw_weights(Streams(0))
        engine.set_weights(fresh)
        epoch = bench.block(0) if quick else trials
        trained = bench.trainer("antlr").fit(epoch).last_weights
        for state, weights in (("fresh", fresh), ("trained", trained)):
            tasks: dict[str, Callable[[LabelledTrials], object]] = {
                "trials alone": lambda block: engine.run(block.inputs)
            }
            for method in CONFIG.methods:
                tasks[f"training, {method}"] = lambda block, m=method: bench.trainer(m).fit(block)
            for name, task in tasks.items():
                processor, wall = bench.time(task, weights)
                results.add(name, state, processor, "ms of processor")
                results.add(name, state, wall, "ms")
                if base and name.startswith("training"):
                    results.add(name, state, 1e3 / processor, "images/s of processor", base)
    return results


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few images, no rows")
    parser.add_argument("--rival", help="an interpreter that has SpikingJelly")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/antlr-mnist.csv"))
    options = parser.parse_args()
    one_thread()
    results = measure(options.quick, options.rival)
    results.print()
    if not options.quick:
        results.append(options.out)


if __name__ == "__main__":
    main()
