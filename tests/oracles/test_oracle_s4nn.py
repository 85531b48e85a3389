"""The original S4NN program's numbers are reproduced: firing times exactly, weights to rounding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engines import engine_params
from numpy.typing import NDArray

from brainsnn.codes import FirstSpikeDecoder, LatencyEncoder
from brainsnn.datasets import DATASETS
from brainsnn.engine import Engine, build_engine
from brainsnn.learning.optimisers.sgd import SGD
from brainsnn.learning.temporal import TemporalBackprop
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.evaluation import evaluate, summary

DATA = Path(__file__).parent / "data"
N_STEPS = 256
#: Output neuron k of the original program stands for the k-th of these digits.
CLASSES = np.array([4, 1, 0, 7, 9, 2, 3, 5, 8, 6])


@pytest.fixture(scope="module")
def model() -> Model:
    return Network(
        {"input": 784, "hidden": 400, "output": 10},
        integrate_and_fire_once,
        initialiser=[Uniform(0, 5), Uniform(0, 48)],
        name="s4nn",
    )


def load(name: str) -> dict[str, NDArray[np.float64]]:
    with np.load(DATA / name, allow_pickle=False) as file:
        return dict(file)


def by_connection(hidden: NDArray[np.float64], output: NDArray[np.float64]) -> dict[str, NDArray]:
    """Weights of the original's shape (post, pre) as ours."""
    return {"input_hidden": hidden.T.copy(), "hidden_output": output.T.copy()}


def encode(split: str, n: int) -> tuple[SpikeTrains, NDArray[np.int64]]:
    images = getattr(DATASETS["mnist"]().load(None), split).take(np.arange(n))
    return LatencyEncoder(N_STEPS).encode(images.images), np.argsort(CLASSES)[images.labels]


@pytest.mark.parametrize("name", engine_params())
def test_firing_times_of_the_released_weights(name: str, model: Model) -> None:
    times = load("pretrained_firing_times_first200.npz")
    weights = load("pretrained_weights.npz")
    n = 200 if name == "resident" else 5
    inputs, _ = encode("test", n)
    with build_engine(name, model, N_STEPS) as engine:
        engine.set_weights(by_connection(weights["W1"], weights["W2"]))
        recording = engine.run(inputs)
    np.testing.assert_array_equal(recording.first_steps("hidden"), times["hidden"][:n])
    np.testing.assert_array_equal(recording.first_steps("output"), times["output"][:n])


@pytest.fixture(scope="module")
def engine(model: Model) -> Engine:
    rng = np.random.RandomState(0)  # the original's draws
    hidden = 5 * rng.random_sample((400, 28, 28)).reshape(400, 784)
    output = 48 * rng.random_sample((10, 400, 1)).reshape(10, 400)
    engine = build_engine("resident", model, N_STEPS)
    engine.set_weights(by_connection(hidden, output))
    return engine


def test_weights_after_twenty_updates(engine: Engine) -> None:
    wanted = load("training_first20.npz")
    inputs, labels = encode("train", 20)
    rule, optimiser = TemporalBackprop(), SGD(weight_decay=1e-6)
    for k in range(20):
        active = inputs.neuron[inputs.offsets[k] : inputs.offsets[k + 1]].astype(np.int64)
        optimiser.prepare(engine.weights, {"input_hidden": active})
        recording = engine.run(inputs, np.array([k]))
        np.testing.assert_array_equal(recording.first_steps("hidden")[0], wanted["hidden"][k])
        np.testing.assert_array_equal(recording.first_steps("output")[0], wanted["output"][k])
        for name, gradient in rule.backward(recording, engine.weights, labels[k : k + 1]):
            optimiser.step(name, engine.weights[name], gradient, 0.2)
        if k == 0:
            after_one = engine.weights["hidden_output"].T.copy()
    optimiser.flush(engine.weights)
    np.testing.assert_allclose(after_one, wanted["W2_after_1"], rtol=1e-10)
    hidden, output = engine.weights["input_hidden"].T, engine.weights["hidden_output"].T
    np.testing.assert_allclose(output, wanted["W2_after_20"], rtol=1e-10)
    np.testing.assert_allclose(hidden.sum(axis=1), wanted["W1_rowsum_after_20"], rtol=1e-10)
    np.testing.assert_allclose(hidden.sum(axis=0), wanted["W1_colsum_after_20"], rtol=1e-10)


def test_targets(engine: Engine) -> None:
    wanted = load("training_first20.npz")
    _, labels = encode("train", 20)
    steps = wanted["output"].astype(np.int32)
    error = TemporalBackprop().loss_function.error(steps, labels, engine.n_steps)
    np.testing.assert_array_equal(steps + N_STEPS * error, wanted["target"])


def test_scores_of_the_released_weights(engine: Engine) -> None:
    weights = load("pretrained_weights.npz")
    inputs, labels = encode("test", 10_000)
    before = {name: values.copy() for name, values in engine.weights.items()}
    engine.set_weights(by_connection(weights["W1"], weights["W2"]))
    trials = evaluate(engine, LabelledTrials(inputs, labels), FirstSpikeDecoder())
    engine.set_weights(before)
    totals = summary(trials)
    assert totals["accuracy_ties_right"] == pytest.approx(0.9669, abs=1e-9)
    assert totals["accuracy_ties_wrong"] == pytest.approx(0.9529, abs=1e-9)
    assert trials["silent"].sum() == 80
    assert totals["decision_step"] == pytest.approx(83.16, abs=0.005)
