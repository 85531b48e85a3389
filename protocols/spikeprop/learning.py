"""What learns by SpikeProp: first weights, the tasks as spike times, and the descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.learning.systems import SpikeProp
from brainsnn.protocols.common.receptive_fields import field_times

Floats = NDArray[np.float64]

EARLY, LATE = 0.0, 6.0
"""When the inputs of XOR spike, in ms: 1 and 0."""

_QUIET = 9.0
"""Inputs that would spike later are silent."""

_NARROW = 1.5
"""Centres of receptive fields are this many deviations apart."""


@dataclass(frozen=True)
class Task:
    """Spike times, and when outputs are to spike, in ms.

    Parameters
    ----------
    inputs : array, shape (trials, inputs)
        Infinity for none. The last input is a reference that spikes first in every trial.
    wanted : array, shape (trials, outputs)
    """

    inputs: Floats
    wanted: Floats


def exclusive_or() -> Task:
    """XOR of two inputs: the output is to spike after 10 ms for one of them, else after 16 ms."""
    bits = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], bool)
    inputs = np.column_stack([np.where(bits, EARLY, LATE), np.zeros(4)])
    wanted = np.where(bits[:, 0] ^ bits[:, 1], 10.0, 16.0)[:, None]
    return Task(inputs, wanted)


def of_table(rows: Floats, labels: NDArray[np.int64], n_fields: int, n_classes: int) -> Task:
    """Rows as spikes of overlapping Gaussian receptive fields; the class's output is to be first.

    Parameters
    ----------
    rows : array, shape (n, features)
        Features in 0..1.
    labels : array of int, shape (n,)
    n_fields : int
        Neurons a feature, 3 or more (`field_times`), silent if later than 9 ms.
    n_classes : int
        Outputs; the class's is to spike after 12 ms, the others after 16 ms.
    """
    times = field_times(rows, n_fields, 1 / _NARROW)
    times[times > _QUIET] = np.inf
    inputs = np.column_stack([times, np.zeros(len(rows))])
    return Task(inputs, np.where(np.arange(n_classes) == labels[:, None], 12.0, 16.0))


@dataclass(frozen=True)
class Descent:
    """How weights are drawn and changed.

    Parameters
    ----------
    hidden, inhibitory : int
        Hidden neurons, and how many of them have weights of 0 or less; all others have weights of
        0 or more, and keep their sign.
    terminals : int
        Synapses a connection, with delays of 1, 2, ... ms.
    tau : float
        In ms.
    scale : float
        Mean of the sum of all weights to a neuron at the beginning, thresholds being 1; of the
        weights' size where some are negative.
    rate : float
        What gradients are multiplied by.
    push : float
        On weights to silent neurons, see `SpikeProp.gradients`.
    """

    hidden: int
    inhibitory: int
    terminals: int
    tau: float
    scale: float
    rate: float
    push: float

    def first(self, n_inputs: int, n_outputs: int, rng: np.random.Generator) -> SpikeProp:
        """Draw a network; weights are uniform, from a tenth of the largest on."""
        delays = np.arange(1, self.terminals + 1, dtype=np.float64)
        shapes = ((self.hidden, n_inputs, delays.size), (n_outputs, self.hidden, delays.size))
        weights = [rng.uniform(0.1, 1, s) * self.scale / (0.55 * s[1] * s[2]) for s in shapes]
        signs = self._signs()
        return SpikeProp([w * s for w, s in zip(weights, signs, strict=True)], delays, self.tau)

    def _signs(self) -> tuple[Floats, Floats]:
        """Sign of the weights of each layer, by the neuron that they come from."""
        after = np.where(np.arange(self.hidden) < self.inhibitory, -1.0, 1.0)
        return np.ones((1, 1, 1)), after[None, :, None]

    def step(self, network: SpikeProp, task: Task) -> tuple[SpikeProp, float]:
        """Change the weights once, by the gradient of all trials.

        Returns
        -------
        SpikeProp
        float
            Sum of squares of the outputs' errors before it, in ms^2; infinity if one was silent.
        """
        layers = network.forward(task.inputs)
        error, slopes = network.back(layers, task.wanted, self.push)
        silent = not np.isfinite(layers[-1].times).all()
        weights = [
            sign * np.maximum(sign * (w - self.rate * g), 0)
            for w, g, sign in zip(network.weights, slopes, self._signs(), strict=True)
        ]
        changed = SpikeProp(weights, network.delays, network.tau, network.threshold)
        return changed, np.inf if silent else float(2 * error.sum())


def until(
    descent: Descent, task: Task, rng: np.random.Generator, cycles: int, below: float
) -> pd.DataFrame:
    """Learn until the sum of squares is below a bound, or for so many cycles.

    Returns
    -------
    pandas.DataFrame
        ``cycle`` and ``error`` (ms^2, before its change), a row a cycle.
    """
    network = descent.first(task.inputs.shape[1], task.wanted.shape[1], rng)
    rows = []
    for cycle in range(cycles + 1):
        network, error = descent.step(network, task)
        rows.append({"cycle": cycle, "error": error})
        if error < below:
            break
    return pd.DataFrame(rows)


def learn(
    descent: Descent, task: Task, rng: np.random.Generator, epochs: int, batch: int
) -> tuple[SpikeProp, pd.DataFrame]:
    """Learn for some epochs, some trials at a time in a new order.

    Returns
    -------
    SpikeProp
    pandas.DataFrame
        ``cycle`` and ``error`` (ms^2, summed over the epoch), a row an epoch.
    """
    network = descent.first(task.inputs.shape[1], task.wanted.shape[1], rng)
    rows = []
    for epoch in range(epochs):
        order, total = rng.permutation(len(task.inputs)), 0.0
        for begin in range(0, order.size, batch):
            chosen = order[begin : begin + batch]
            part = Task(task.inputs[chosen], task.wanted[chosen])
            network, error = descent.step(network, part)
            total += error
        rows.append({"cycle": epoch, "error": total})
    return network, pd.DataFrame(rows)
