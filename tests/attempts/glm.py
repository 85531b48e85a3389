"""Calls of GLM networks with labels, orders, weights and inputs that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
from attempts.spikes import FAR, Attempt, recorded, trains
from helpers import NAN

from brainsnn.codes import DECODERS
from brainsnn.learning.glm import GLM, LIKELIHOODS, GLMWeights
from brainsnn.learning.glm.complexity import operations
from brainsnn.learning.glm.inputs import PresentedTrials, SparseProbabilities, presented
from brainsnn.learning.glm.network import glm_model, named
from brainsnn.learning.glm.rule import MaximumLikelihood
from brainsnn.learning.glm.simulate import simulate
from brainsnn.spikes import Recording
from brainsnn.streams import Streams

NETWORK = GLM.build(3, 2, 8, functions=2, window=4)


def glm_weights(dtype: Any = np.float64, **shapes: Any) -> GLMWeights:
    return GLMWeights(**{k: np.ones(s, dtype) for k, s in {**NETWORK.shapes, **shapes}.items()})


def likelihood(labels: Any = (0,), recording: Any = None, **shapes: Any) -> Attempt:
    """The gradient of a recording of one trial."""

    def attempt() -> None:
        rule = MaximumLikelihood().bind(glm_model(NETWORK), DECODERS["first_spike"](), 8)
        dtype = shapes.pop("dtype", np.float64)
        own = {k: np.ascontiguousarray(w) for k, w in named(glm_weights(dtype, **shapes)).items()}
        given = recorded_glm() if recording is None else recording
        list(rule.backward(given, own, np.array(labels)))

    return attempt


def recorded_glm() -> Recording:
    return simulate(NETWORK, glm_weights(), trains(), np.random.default_rng(0))


def drawn(order: Any) -> Attempt:
    trials = SparseProbabilities.of(np.full((2, 3), 0.5))
    return lambda: presented(trials, 8, np.array(order), np.random.default_rng(0))


def sparse(offsets: Any = (0, 2), neuron: Any = (0, 1), probability: Any = (0.5, 0.5)) -> Attempt:
    columns = np.array(offsets), np.array(neuron), np.array(probability)
    return lambda: SparseProbabilities(3, *columns)


ATTEMPTS: dict[str, dict[str, Attempt]] = {
    "learning.glm.inputs": {
        "offsets": sparse(offsets=(0, FAR)),
        "neuron": sparse(neuron=(0, 3)),
        "negative": sparse(neuron=(-1, 0)),
        "twice": sparse(neuron=(1, 1)),
        "NaN": sparse(probability=(0.5, NAN)),
        "fewer": sparse(probability=(0.5,)),
        **{f"order {k}": drawn(k) for k in ([0, 2], [0, -1], [0, FAR], [0], [0, 0], [0.5, 1])},
        "labels": lambda: PresentedTrials(
            SparseProbabilities.of(np.full((2, 3), 0.5)), 8, np.zeros(3, int), Streams(0)
        ),
    },
    "learning.glm.kernel": {
        **{f"labels {k}": likelihood(k) for k in ([2], [-1], [FAR], [0, 0], [0.5])},
        "another network's recording": likelihood(recording=recorded()),
        "weights": likelihood(bias=(1,)),
        "fewer inputs": likelihood(synaptic=(2, 2, 2)),
        "weights of float32": likelihood(dtype=np.float32),
        **{
            f"{kind} {k}": (
                lambda kind=kind, k=k: LIKELIHOODS[kind]().value(
                    np.zeros((1, 8, 2)), np.array(k), NETWORK.activation
                )
            )
            for kind in ("rate", "first_to_spike")
            for k in ([2], [-1], [0, 0])
        },
    },
    "learning.glm.simulate": {
        "inputs": lambda: simulate(NETWORK, glm_weights(), trains(n=4), np.random.default_rng(0)),
        "no trains": lambda: simulate(NETWORK, glm_weights(), None, np.random.default_rng(0)),  # type: ignore[arg-type]
        "weights": lambda: simulate(
            NETWORK, glm_weights(feedback=(1, 2)), trains(), np.random.default_rng(0)
        ),
    },
    "learning.glm.activations": {
        f"steps {k}": (lambda k=k: operations(recorded(), np.array(k), 2, 2))
        for k in ([-1], [-FAR], [0, 0], [0.5])
    },
}
