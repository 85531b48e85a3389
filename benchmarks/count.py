"""Speed of learning through spike counts, and of SpikingJelly on the same networks if it is there.

Images a second of one core's time in training: input spikes drawn anew, trials, rule, Adam, the
whole of ``Trainer.fit``; MNIST, batches of 64, 784-800-10 at T = 50 and
28x28-12c5-2a-64c5-2a-10 at T = 10. ``--rival PYTHON`` names an interpreter that has SpikingJelly,
which then trains the same networks on the same images. Memory is what a process gains by building
the engine of the convolutional network and running a batch, and what it has in all, with Python.

Run ``python benchmarks/count.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/count.csv``.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from one_thread import one_thread
from rival import ask_rival
from rows import Results

from brainsnn.codes import BernoulliEncoder, RateDecoder
from brainsnn.datasets import MNIST
from brainsnn.engine import Engine, build_engine
from brainsnn.learning.count import Count
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.network.network import Network
from brainsnn.network.neurons import counting
from brainsnn.network.synapses import FanInNormal
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import VariedTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig

HERE, BATCH = Path(__file__).parent, 64
NETWORKS = {"784-800-10": 50, "28x28-12c5-2a-64c5-2a-10": 10}
CONFIG = TrainingConfig(
    epochs=1,
    batch_size=BATCH,
    update="simultaneous",
    optimiser=AdamConfig(),
    monitor="train_accuracy",
)


def trainer_of(notation: str, n_steps: int) -> tuple[Engine, Callable[[], Trainer]]:
    """An engine, and what makes a trainer that begins anew with its weights."""
    model = Network(
        notation, counting(notation, n_steps), initialiser=FanInNormal(0.7), name="benchmark"
    ).frozen()
    engine = build_engine("resident", model, n_steps + notation.count("-"))
    rule = Count()

    def fresh() -> Trainer:
        engine.set_weights(model.draw_weights(Streams(0)))
        return Trainer(engine, rule, RateDecoder(), CONFIG, 1e-3, Streams(0))

    return engine, fresh


def trials_of(images: np.ndarray, labels: np.ndarray, n_steps: int) -> VariedTrials:
    """Images whose spikes are drawn block by block."""
    encoder = BernoulliEncoder(n_steps, probability_max=1.0, sparse=True)

    def encode(epoch: int | None, trials: NDArray[np.int64]) -> SpikeTrains:
        return encoder.encode(images[trials], np.random.default_rng([epoch or 0, trials[0]]))

    return VariedTrials(labels, encode)


def images_per_second(notation: str, n_steps: int, n: int, rounds: int) -> list[float]:
    """Of the processor's time, an epoch of n images a round; the first compiles and is left out."""
    train = MNIST().load().train
    engine, fresh = trainer_of(notation, n_steps)
    found = []
    with engine:
        for k in range(rounds + 1):
            mine = slice(0, 4 * BATCH) if k == 0 else slice((k - 1) * n, k * n)
            trials = trials_of(train.images[mine], train.labels[mine], n_steps)
            trainer = fresh()
            begin = time.process_time()
            trainer.fit(trials)
            found.append(len(trials) / (time.process_time() - begin))
    return found[1:]


def rival(python: str, notation: str, n_steps: int, n: int, rounds: int) -> list[float]:
    """What the rival's program prints, on the same images."""
    train = MNIST().load().train
    mine = slice(n * rounds)
    arrays = {"images": train.images[mine], "labels": train.labels[mine]}
    settings = (notation, n_steps, n, rounds, BATCH)
    found: list[float] = ask_rival(python, "spikingjelly_count.py", arrays, settings)
    return found


def memory() -> dict[str, float]:
    """Megabytes that a fresh process has in all, and what the engine added, after a batch."""
    code = "import count; print(count.run_a_batch())"
    out = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=HERE
    )
    engine, whole = map(float, out.stdout.split()[-2:])
    return {"memory of the engine": engine, "memory of its process": whole}


def resident_megabytes() -> float:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def run_a_batch() -> str:
    """Run a batch of the convolutional network; megabytes gained by that, and in all."""
    notation, n_steps = list(NETWORKS.items())[-1]
    values = np.random.default_rng(0).random((BATCH, 784)) * 0.26
    trains = BernoulliEncoder(n_steps, probability_max=1.0).encode(values)
    before = resident_megabytes()
    engine, fresh = trainer_of(notation, n_steps)
    with engine:
        fresh()
        engine.run(trains)
        whole = resident_megabytes()
    return f"{whole - before:.1f} {whole:.1f}"


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few images, no rows")
    parser.add_argument("--rival", help="an interpreter that has SpikingJelly")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/count.csv"))
    options = parser.parse_args()
    one_thread()
    n, rounds = (256, 2) if options.quick else (1024, 5)
    results = Results("network")
    for notation, n_steps in NETWORKS.items():
        name = f"{notation}, T = {n_steps}"
        base = None
        if options.rival:
            few = (BATCH * 2, 2 if options.quick else 3)
            theirs = float(np.median(rival(options.rival, notation, n_steps, *few)))
            results.add("SpikingJelly, training", name, theirs, "images/s")
            base = ("SpikingJelly, training", theirs)
        ours = float(np.median(images_per_second(notation, n_steps, n, rounds)))
        results.add("brainsnn, training", name, ours, "images/s", base)
    for what, megabytes in memory().items():
        results.add(what, f"{notation}, T = {n_steps}", megabytes, "MB")
    results.print()
    if not options.quick:
        results.append(options.out)


if __name__ == "__main__":
    main()
