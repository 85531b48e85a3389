"""What the training loop itself costs a trial: engine, rule and optimiser do nothing.

``python benchmarks/loop_overhead.py`` prints microseconds a trial, batch of one, 784-400-10.
"""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.learning.base import BoundRule, RowGradient
from brainsnn.learning.optimisers import OPTIMISERS, Optimiser, OptimiserConfig
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig

SIZES = {"input": 784, "hidden": 400, "output": 10}
N_STEPS = 256
N_INPUT_SPIKES, N_HIDDEN_SPIKES = 150, 150


class NullEngine:
    """Gives the same recording for every trial."""

    def __init__(self) -> None:
        pairs = [("input", "hidden"), ("hidden", "output")]
        connections = [SimpleNamespace(name=f"{a}_{b}", source=a, target=b) for a, b in pairs]
        self.model = SimpleNamespace(connections=connections, sizes=SIZES)
        self.n_steps, self.populations, self.input = N_STEPS, SIZES, "input"
        self.weights = {f"{a}_{b}": np.ones((SIZES[a], SIZES[b])) for a, b in pairs}
        counts = (N_INPUT_SPIKES, N_HIDDEN_SPIKES, 1)
        n = sum(counts)
        self._recording = Recording(
            SIZES,
            N_STEPS,
            1e-3,
            np.array([0, n]),
            np.repeat(np.arange(3), counts).astype(np.int32),
            np.concatenate([np.arange(c) for c in counts]).astype(np.int32),
            np.sort(np.arange(n) % N_STEPS).astype(np.int32),
            np.ones(n),
            {name: np.zeros((1, SIZES[name])) for name in ("hidden", "output")},
        )

    def run(self, inputs: SpikeTrains, trials: np.ndarray | None = None) -> Recording:  # noqa: ARG002
        """Give the recording."""
        return self._recording

    def set_weights(self, weights: dict[str, np.ndarray]) -> None:
        """Keep the weights."""


class NullRule(BoundRule):
    """Gives the same small gradient for both connections."""

    citation, neuron, codes, gradient = "none", "any", ("first_spike",), "exact"
    _nothing = RowGradient(np.zeros(0, np.int64), np.zeros((0, 1)))

    def backward(self, recording, weights, labels):  # type: ignore[no-untyped-def]  # noqa: ARG002
        """Yield nothing for both connections."""
        yield "hidden_output", self._nothing
        yield "input_hidden", self._nothing

    def loss(self, recording: Recording, labels: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """No loss."""
        return np.zeros(recording.n_trials)


class NullOptimiser(Optimiser):
    """Leaves the weights alone."""

    def step(self, name, weights, gradient, learning_rate):  # type: ignore[no-untyped-def]
        """Do nothing."""

    def state(self) -> dict[str, np.ndarray]:
        """Nothing."""
        return {}

    def restore(self, state) -> None:  # type: ignore[no-untyped-def]
        """Do nothing."""


@OPTIMISERS.register("null")
class NullConfig(OptimiserConfig):
    """Parameters of `NullOptimiser`: none."""

    name: str = "null"

    def build(self) -> NullOptimiser:
        """One that does nothing."""
        return NullOptimiser()


def measure(n_trials: int = 20_000, repeats: int = 3) -> float:
    """Best of a few epochs, in microseconds a trial."""
    steps = np.full((n_trials, SIZES["input"]), N_STEPS)
    steps[:, :N_INPUT_SPIKES] = np.arange(N_INPUT_SPIKES)
    inputs = SpikeTrains.from_first_steps(steps, N_STEPS)
    trials = LabelledTrials(inputs, np.arange(n_trials) % 10)
    config = TrainingConfig(epochs=repeats, optimiser=NullConfig(), monitor="train_accuracy")
    decoder, streams = FirstSpikeDecoder(), Streams(0)
    trainer = Trainer(NullEngine(), NullRule(), decoder, config, 0.1, streams)
    return float(trainer.fit(trials).metrics["seconds"].min()) / n_trials * 1e6


if __name__ == "__main__":
    begun = time.perf_counter()
    print(f"training loop: {measure():.1f} us a trial ({time.perf_counter() - begun:.0f} s in all)")
