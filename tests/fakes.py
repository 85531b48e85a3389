"""A small network in plain NumPy, with the interface of the engines, and a rule that teaches it.

Non-leaky integrate-and-fire neurons with at most one spike a trial: the training loop can be tested
on it in milliseconds and without a compiler.
"""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.learning.base import BoundRule, RowGradient
from brainsnn.network.connectivity import AllToAll
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig

SIZES = {"input": 20, "hidden": 12, "output": 3}
N_STEPS = 16
THRESHOLD = 4.0


class FakeEngine:
    name = "fake"

    def __init__(self, seed=0, sizes=SIZES, n_steps=N_STEPS):
        names = list(sizes)
        pairs = list(itertools.pairwise(names))
        connections = [
            SimpleNamespace(name=f"{a}_{b}", source=a, target=b, connectivity=AllToAll())
            for a, b in pairs
        ]
        shapes = {c.name: (sizes[c.source], sizes[c.target]) for c in connections}
        self.model = SimpleNamespace(
            connections=connections,
            sizes=dict(sizes),
            shapes=shapes,
            trainable={},
            ends=lambda connection: shapes[connection.name],
        )
        self.n_steps, self.populations, self.input = n_steps, dict(sizes), names[0]
        rng = Streams(seed)["weights"]
        self.weights = {name: rng.uniform(0, 1, shape) for name, shape in shapes.items()}

    def set_weights(self, weights):
        assert {n: w.shape for n, w in weights.items()} == self.model.shapes
        for name, values in self.weights.items():
            values[...] = weights[name]

    def fixed(self):
        return self

    def run(self, inputs, trials=None):
        steps = inputs.first_steps() if trials is None else inputs.take(trials).first_steps()
        layers, potentials, final = [steps.astype(np.int64)], [np.full(steps.shape, np.nan)], {}
        for connection in self.model.connections:
            step, at_spike, last = self._layer(layers[-1], self.weights[connection.name])
            layers.append(step)
            potentials.append(at_spike)
            final[connection.target] = last
        return self._record(layers, potentials, final)

    def _layer(self, before, weights):
        arrives = before[:, None, :] < np.arange(self.n_steps)[None, :, None]
        potential = arrives.astype(float) @ weights
        above = potential > THRESHOLD
        fires = above.any(axis=1)
        step = np.where(fires, above.argmax(axis=1), self.n_steps)
        index = np.minimum(step, self.n_steps - 1)[:, None, :]
        at_spike = np.take_along_axis(potential, index, axis=1)[:, 0]
        return step, at_spike, np.where(fires, 0.0, potential[:, -1])

    def _record(self, layers, potentials, final):
        step = np.concatenate(layers, axis=1)
        codes = np.repeat(np.arange(len(layers)), list(self.populations.values()))
        neurons = np.concatenate([np.arange(n) for n in self.populations.values()])
        trial, column = np.nonzero(step < self.n_steps)
        order = np.lexsort((column, step[trial, column], trial))
        trial, column = trial[order], column[order]
        counts = np.bincount(trial, minlength=len(step))
        return Recording(
            self.populations,
            self.n_steps,
            1e-3,
            np.concatenate(([0], np.cumsum(counts))),
            codes[column].astype(np.int32),
            neurons[column].astype(np.int32),
            step[trial, column].astype(np.int32),
            np.concatenate(potentials, axis=1)[trial, column],
            final,
        )


class FakeRule(BoundRule):
    """Squared error of the first steps, with d(step)/d(weight) = -1 for inputs before the spike."""

    citation, neuron, codes, gradient = "none", "fake", ("first_spike",), "surrogate"

    def _errors(self, recording, labels):
        steps = recording.first_steps("output").astype(float)
        target = np.full(steps.shape, float(recording.n_steps))
        target[np.arange(len(labels)), labels] = 4.0
        return (steps - target) / recording.n_steps

    def loss(self, recording, labels):
        return 0.5 * (self._errors(recording, labels) ** 2).sum(axis=1)

    def backward(self, recording, weights, labels):
        error = -self._errors(recording, labels)
        steps = [recording.first_steps(name) for name in recording.populations]
        for k, name in reversed(list(enumerate(weights))):
            before = steps[k][:, :, None] < steps[k + 1][:, None, :]
            dense = np.einsum("npq,nq->pq", before.astype(float), error)
            rows = np.flatnonzero(before.any(axis=(0, 2)))
            yield name, RowGradient(rows, dense[rows])
            error = np.einsum("npq,nq,pq->np", before.astype(float), error, weights[name])

    def end_epoch(self, weights, statistics, rng):
        dead = np.flatnonzero(statistics["hidden"] < 0.02)
        weights["input_hidden"][:, dead] = rng.uniform(0, 1, (SIZES["input"], dead.size))
        return dead.size


def make_trials(n, seed=0, sizes=SIZES, n_steps=N_STEPS):
    """Noisy copies of one pattern a class; about a third of the inputs stay silent."""
    rng = np.random.default_rng(seed)
    n_classes = list(sizes.values())[-1]
    patterns = np.random.default_rng(99).integers(0, n_steps * 3 // 2, (n_classes, sizes["input"]))
    labels = rng.integers(0, n_classes, n)
    steps = np.clip(patterns[labels] + rng.integers(-1, 2, (n, sizes["input"])), 0, None)
    return LabelledTrials(SpikeTrains.from_first_steps(steps, n_steps), labels)


def make_trainer(engine=None, streams=None, learning_rate=0.05, rule=None, extra=None, **settings):
    """A trainer on a fresh network; settings go to the configuration, `extra` to the trainer."""
    return Trainer(
        engine or FakeEngine(),
        rule or FakeRule(),
        FirstSpikeDecoder(),
        TrainingConfig(**settings),
        learning_rate,
        streams or Streams(5),
        **(extra or {}),
    )
