"""Calls of rules, losses and averages with labels, weights and steps that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from attempts.spikes import FAR, Attempt, recorded
from helpers import NAN

from brainsnn.learning.antlr import AntlrBackprop
from brainsnn.learning.antlr.trials import layer_spikes
from brainsnn.learning.averaging import EpochsAverage, ExponentialAverage
from brainsnn.learning.count.convolution import ConvolutionConnection
from brainsnn.learning.count.dense import DenseConnection
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.count.pooling import PoolingConnection
from brainsnn.learning.count.rule import CountBackprop
from brainsnn.learning.decision import DecisionBackprop
from brainsnn.learning.gated import row_gradient
from brainsnn.learning.losses import (
    FirstSpikeSoftmax,
    RelativeTargets,
    SpikeCountLoss,
    SpikeLatencyLoss,
)
from brainsnn.learning.losses.count_softmax import CountSoftmax
from brainsnn.learning.race import RaceLikelihood
from brainsnn.learning.systems.alpha_layer import AlphaLayer
from brainsnn.learning.temporal import TemporalBackprop

RULES = {
    "temporal": TemporalBackprop(),
    "decision": DecisionBackprop(),
    "peak": DecisionBackprop(reads="peak"),
    "race": RaceLikelihood(),
    "antlr": AntlrBackprop(),
    "count": CountBackprop(4),
}

ALPHA = AlphaLayer.of(np.zeros((1, 3)), np.ones((2, 3)), 1.0, 0.1)
CONVOLUTION = ConvolutionConnection(4, 4, 1, 2, 1)


def weights(dtype: Any = np.float64, **shapes: tuple[int, ...]) -> dict[str, Any]:
    known = {"input_hidden": (3, 2), "hidden_output": (2, 2), **shapes}
    return {name: np.ones(shape, dtype) for name, shape in known.items()}


def backward(rule: str, labels: Any = (0,), of: Any = None) -> Attempt:
    used = weights() if of is None else of
    return lambda: list(RULES[rule].backward(recorded(), used, np.array(labels)))


def rules(name: str) -> dict[str, Attempt]:
    """What no rule takes: labels without an output, weights of another network or type."""
    bad = {f"labels {k}": backward(name, k) for k in ([2], [-1], [FAR], [], [0, 0], [[0]], [0.5])}
    wide = weights(input_hidden=(3, FAR // 10**6))
    return bad | {
        "wide weights": backward(name, of=wide),
        "weights of one row": backward(name, of=weights(hidden_output=(1, 2))),
        "other weights": backward(name, of={"a": np.ones((3, 2))}),
        "labels' loss": lambda: RULES[name].loss(recorded(), np.array([FAR])),
        "negative labels' loss": lambda: RULES[name].loss(recorded(), np.array([-1])),
    }


def average(make: Callable[[], Any], *shapes: Any) -> Attempt:
    def attempt() -> None:
        made = make()
        for shape in shapes:
            made.update({"c": np.ones(shape)})

    return attempt


def loss(kind: Any, table: Any, labels: Any, *n_steps: Any) -> Attempt:
    return lambda: kind.value(np.array(table), np.array(labels), *n_steps)


def losses(kind: Any, *n_steps: int) -> dict[str, Attempt]:
    table = np.zeros((1, 2), np.int32)
    bad = {f"labels {k}": loss(kind, table, k, *n_steps) for k in ([2], [-1], [FAR], [0, 0], [0.5])}
    return bad | {"no output": loss(kind, np.zeros((1, 0), np.int32), [0], *n_steps)}


ATTEMPTS: dict[str, dict[str, Attempt]] = {
    "learning.temporal": rules("temporal"),
    "learning.decision": rules("decision"),
    "learning.peak": rules("peak"),
    "learning.race": rules("race"),
    "learning.antlr.layer": rules("antlr"),
    "learning.antlr.gradients": {
        "biases": backward("antlr", of=weights() | {"hidden.bias": np.ones((1, 5))}),
    },
    "learning.antlr.potentials": {
        "NaN": backward("antlr", of=weights() | {"input_hidden": np.full((3, 2), NAN)}),
    },
    "learning.antlr.trials": {
        "trials of two steps": lambda: layer_spikes(
            recorded(n_steps=2, step=np.array([0, 1, 1, 1], np.int32)), 2
        ),
    },
    "learning.antlr.kernel": {
        f"{k}": lambda sizes=sizes: RULES["antlr"].network_kernel(sizes, weights())
        for k, sizes in enumerate(({"a": 3, "b": 2}, {"a": 3, "b": 2, "c": FAR}))
    },
    "learning.losses.spike_count": {
        f"labels {k}": loss(SpikeCountLoss.label_alone(2), np.zeros((1, 8, 2), np.bool_), k)
        for k in ([2], [-1], [FAR], [0, 0], [0.5])
    },
    "learning.count.counts": rules("count"),
    "learning.count.kernel": {
        f"{k}": lambda sizes=sizes: RULES["count"].network_kernel(sizes, weights())
        for k, sizes in enumerate(
            ({"a": 3, "b": 2}, {"a": 3, "b": 2, "c": FAR}, {"a": 1, "b": 2, "c": 2}, {})
        )
    },
    "learning.count.products": {
        "pixels": lambda: CONVOLUTION.forward(np.ones((2, 15)), np.ones((4, 1))),
        "pixels of gradient": lambda: CONVOLUTION.gradient(np.ones((2, 15)), np.ones((2, 9))),
        "errors": lambda: CONVOLUTION.gradient(np.ones((2, 16)), np.ones((2, 8))),
        "errors of other trials": lambda: CONVOLUTION.gradient(np.ones((2, 16)), np.ones((1, 9))),
        "errors below": lambda: CONVOLUTION.below(np.ones((2, 8)), np.ones((4, 1))),
        "pooled errors": lambda: PoolingConnection(4, 4, 1, 2).below(np.ones((1, 3)), None),
        "dense errors": lambda: DenseConnection().below(np.ones((1, 3)), np.ones((3, 2))),
        "other trials": lambda: DenseConnection().gradient(np.ones((1, 3)), np.ones((2, 2))),
    },
    "learning.count.penalty": {
        "weight": lambda: RatePenalty(NAN),
        "target": lambda: RatePenalty(1.0, 2.0),
    },
    "learning.gated": {
        "fewer gates": lambda: row_gradient(
            np.zeros((2, 3)), np.zeros((1, 2)), np.zeros((1, 2)), 4
        ),  # type: ignore[arg-type]
        "fewer errors": lambda: row_gradient(
            np.zeros((1, 3)), np.zeros((1, 2)), np.zeros((1, 1)), 4
        ),  # type: ignore[arg-type]
        "steps": lambda: list(
            RULES["temporal"].backward(recorded(), weights(np.float32), np.array([0]))
        ),
    },
    "learning.losses.relative_targets": losses(RelativeTargets(), 8)
    | {"no steps": loss(RelativeTargets(), [[0, 0]], [0], 0)},
    "learning.losses.first_spike_softmax": losses(FirstSpikeSoftmax(), 8),
    "learning.losses.count_softmax": losses(CountSoftmax()),
    "learning.losses.spike_latency": {
        f"labels {k}": loss(SpikeLatencyLoss(), np.zeros((1, 8, 2), np.bool_), k)
        for k in ([2], [-1], [FAR], [0, 0], [0.5])
    },
    "learning.systems.alpha_kernel": {
        "times of a row": lambda: AlphaLayer.of(np.zeros(3), np.ones((2, 3)), 1.0, 1.0),
        "fewer weights": lambda: AlphaLayer.of(np.zeros((1, 3)), np.ones((2, 2)), 1.0, 1.0),
        "NaN": lambda: AlphaLayer.of(np.full((1, 3), NAN), np.ones((2, 3)), 1.0, 1.0),
        "wide derivatives": lambda: ALPHA.back(np.ones((1, 3))),
        "derivatives of other trials": lambda: ALPHA.back(np.ones((2, 2))),
        "inputs beyond": lambda: ALPHA.back(np.ones((1, 2)), since=FAR),
        "inputs before": lambda: ALPHA.back(np.ones((1, 2)), since=-1),
    },
    "learning.averaging": {
        "another shape": average(ExponentialAverage, (2, 2), (4, 400)),
        "epochs of another shape": average(EpochsAverage, (2, 2), (4, 400)),
        "flat": average(ExponentialAverage, (2,)),
        "restored": lambda: ExponentialAverage().restore(
            {"updates": np.array(1), "of.c": np.ones(2)}
        ),
        "blocks": lambda: EpochsAverage().restore({"blocks": np.array(-1)}),
        "names": lambda: EpochsAverage().restore({"blocks": np.array(1), "running.c": np.ones(3)}),
    },
}
