"""Time-locked, not synchronous groups of neurons, by delays of their own for all synapses.

Izhikevich, Neural Comput 18:245 (2006): 800 excitatory and 200 inhibitory neurons with a hundred
synapses each; excitatory ones have delays of 1 to 20 ms and learn from spike timing, inhibitory
ones 1 ms and do not. Every millisecond one neuron, drawn at random, gets a strong input. A trial is
a second, after which the weights take over what was learned in it, as in the paper; neurons and
spikes on their way start every second anew, which they do not there.
"""

from __future__ import annotations

from typing import Any

import brian2 as b2
import numpy as np
from brian2 import ms
from numpy.typing import NDArray
from published.base import PublishedModel, Values, random

N, N_EXCITATORY, N_SYNAPSES, LARGEST = 1000, 800, 100, 10.0
NEURON = """
dv/dt = (0.04*v**2 + 5*v + 140 - u + 20*int(i == thalamus(t))) / ms : 1
du/dt = a*(0.2*v - u) / ms : 1
dpost/dt = -post / (20*ms) : 1
a : 1 (constant)
d : 1 (constant)
"""
PLASTIC = """
w : 1
change : 1
dpre/dt = -pre / (20*ms) : 1 (event-driven)
"""


class Polychronization(PublishedModel):
    """A second of learning after the other."""

    name, dt, duration = "polychronization", 5e-4, 1.0
    keep = ("excitatory.w", "excitatory.change")

    def build(self) -> list[Any]:
        """Neurons, plastic synapses with delays, fixed ones, monitor."""
        thalamus = b2.TimedArray(np.zeros(1000), dt=1 * ms, name="thalamus")
        neurons = b2.NeuronGroup(
            N,
            NEURON,
            threshold="v >= 30",
            reset="v = -65\nu += d\npost = 0.12",
            method="euler",
            namespace={"thalamus": thalamus},
            name="neurons",
        )
        neurons.v, neurons.u = -65, -13
        neurons.a, neurons.d = "0.02 + 0.08*int(i >= 800)", "8 - 6*int(i >= 800)"
        excitatory = b2.Synapses(
            neurons,
            neurons,
            PLASTIC,
            on_pre="v_post += w\npre = 0.1\nchange -= post_post",
            on_post="change += pre",
            name="excitatory",
        )
        i, j, delay = _drawn(0, np.arange(N_EXCITATORY), N)
        excitatory.connect(i=i, j=j)
        excitatory.w = 6
        excitatory.delay = delay * ms
        inhibitory = b2.Synapses(neurons, neurons, on_pre="v_post -= 5", name="inhibitory")
        i, j, _ = _drawn(1, np.arange(N_EXCITATORY, N), N_EXCITATORY)
        inhibitory.connect(i=i, j=j)
        inhibitory.delay = 1 * ms
        return [neurons, excitatory, inhibitory, b2.SpikeMonitor(neurons, name="spikes")]

    def given(self, k: int) -> Values:
        """The neuron that is driven in each millisecond."""
        return {"thalamus": random(100 + k).integers(0, N, 1000).astype(float)}

    def between(self, kept: Values) -> None:
        """Weights take over the change of a second, which fades in ten."""
        weights, change = kept["excitatory.w"], kept["excitatory.change"]
        weights[...] = np.clip(weights + 0.01 + change, 0, LARGEST)
        change *= 0.9


def _drawn(seed: int, sources: NDArray[np.int64], n_targets: int) -> tuple[NDArray[np.int64], ...]:
    """Synapses of each source onto targets that are all different: pre, post, delay in ms."""
    generator = random(seed)
    targets = [generator.choice(n_targets, N_SYNAPSES, replace=False) for _ in sources]
    delays = np.tile(np.arange(1, 21), N_SYNAPSES // 20)
    return np.repeat(sources, N_SYNAPSES), np.concatenate(targets), np.tile(delays, sources.size)
