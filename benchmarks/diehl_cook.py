"""Unsupervised STDP on MNIST (Diehl and Cook 2015) from plain strings, against a loop by hand.

One presentation, 350 ms in steps of 0.5 ms: 784 Poisson inputs, 100 or 400 neurons and as many
partners, the sum of the weights set afterwards. The network is a Brian2 script whose synapses have
all three traces of the rule; both programs learn from the same images and take turns. The same
script in Brian2 itself (runtime, Cython) takes part in the first few turns, its code made before.
The time is the processor's, of one thread, from Python's call to the normalised weights.

Run ``python benchmarks/diehl_cook.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/diehl-cook.csv``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from ctypes import CDLL, c_int64, c_uint64, c_void_p
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np
from brian2 import ms
from limit.library import compiled
from numpy.typing import NDArray
from published.base import random
from published.diehl_cook import BRIGHTNESS_PER_HZ, N_INPUT, DiehlCook, normalise
from published.ways import Runtime
from rows import Results

from brainsnn.datasets import MNIST
from brainsnn.engine.resident import CompiledNetwork, compile_network
from brainsnn.engine.resident.device import active_device

SIZES = (100, 400)
TURNS = 20
"""Presentations by Brian2, which takes hundreds of times as long."""

PLASTIC = """
w : 1
dpre/dt = -pre / (20*ms) : 1 (event-driven)
dfast/dt = -fast / (20*ms) : 1 (event-driven)
dslow/dt = -slow / (40*ms) : 1 (event-driven)
"""

Present = Callable[[NDArray[np.float64], int], int]


class Digits(DiehlCook):
    """The published model in other sizes, with the rule of three traces.

    Parameters
    ----------
    size : int
        Excitatory neurons.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def build(self) -> list[Any]:
        """The objects, with thresholds apart."""
        parts = super().build()
        excitatory = next(part for part in parts if part.name == "excitatory")
        excitatory.theta = thresholds(self.size) * b2.mV
        return parts

    def plastic(self, inputs: b2.PoissonGroup, excitatory: b2.NeuronGroup) -> b2.Synapses:
        """The synapses that learn."""
        learned = b2.Synapses(
            inputs,
            excitatory,
            PLASTIC,
            on_pre="ge_post += w; pre = 1; w = clip(w - 1e-4*fast, 0, 1)",
            on_post="w = clip(w + 1e-2*pre*slow, 0, 1); fast = 1; slow = 1",
            name="learned",
        )
        learned.connect()
        return learned


def start(size: int) -> NDArray[np.float64]:
    """Weights at the start, each neuron's with the same sum."""
    weights = random(0).uniform(0.003, 0.3, (N_INPUT, size))
    normalise(weights, size)
    return weights


def thresholds(size: int) -> NDArray[np.float64]:
    """Thresholds at the start, in mV above -72: apart, so that neurons do not fire all at once.

    The inhibition that two dozen neurons in one step bring is more than such a step can integrate.
    """
    return random(1).uniform(20, 25, size)


def by_strings(size: int) -> Present:
    """A presentation by the compiled script."""
    with active_device(build_on_run=False):
        b2.defaultclock.dt = 0.5 * ms
        model = Digits(size)
        trials: CompiledNetwork = compile_network(
            b2.Network(model.build()), model.duration * b2.second
        )
    for name in model.keep:
        trials.keep(*name.split("."))
    weights = trials.view("learned", "w").reshape(N_INPUT, size)

    def present(rates: NDArray[np.float64], seed: int) -> int:
        trials.set("inputs", "rates", rates)
        spikes = trials.run(seed=seed)["spikes"]
        normalise(weights, size)
        return int(spikes.counts.sum())

    return present


def by_brian2(size: int) -> Present:
    """A presentation by the script in Brian2's own runtime."""
    way = Runtime(Digits(size))

    def present(rates: NDArray[np.float64], seed: int) -> int:
        b2.seed(seed)
        return way.trial({"inputs.rates": rates})

    present(np.zeros(N_INPUT), 0)  # Makes what is still to be made.
    return present


def by_hand(size: int, library: CDLL) -> Present:
    """A presentation by ``diehl_cook_limit.cpp``."""
    weights, theta = start(size), thresholds(size)
    library.diehl_cook_limit.restype = c_int64

    def present(rates: NDArray[np.float64], seed: int) -> int:
        addresses = [c_void_p(array.ctypes.data) for array in (rates, weights, theta)]
        return int(
            library.diehl_cook_limit(
                addresses[0], c_int64(N_INPUT), c_int64(size), *addresses[1:], c_uint64(seed)
            )
        )

    return present


def contest(results: Results, size: int, images: NDArray[np.float64], library: CDLL) -> None:
    """Milliseconds of a presentation of all programs, and their spikes."""
    ways = {
        "by hand": by_hand(size, library),
        "brainsnn": by_strings(size),
        "Brian2": by_brian2(size),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    counts: dict[str, list[int]] = {name: [] for name in ways}
    for k, rates in enumerate(images):
        for name, present in ways.items():
            if name == "Brian2" and k >= TURNS:
                continue
            begun = time.thread_time()
            counts[name].append(present(rates, k))
            spent[name].append(time.thread_time() - begun)
    detail, unit = f"{size} neurons", "ms of processor"
    hand, mine, theirs = (1e3 * float(np.median(spent[name])) for name in ways)
    results.add("by hand, a presentation", detail, hand, unit)
    results.add("brainsnn, a presentation", detail, mine, unit, ("by hand", hand))
    results.add("Brian2, a presentation", detail, theirs, unit, ("brainsnn", mine))
    for name, found in counts.items():
        results.add(f"{name}, spikes a presentation", detail, float(np.mean(found)), "")


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few images, no rows")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/diehl-cook.csv"))
    options = parser.parse_args()
    images = MNIST().load().train.images[: 100 if options.quick else 1000]
    rates = images.reshape(len(images), -1) / BRIGHTNESS_PER_HZ
    results, library = Results("network"), compiled("diehl_cook_limit")
    for size in SIZES:
        contest(results, size, rates, library)
    results.print()
    if not options.quick:
        results.append(options.out)


if __name__ == "__main__":
    main()
