"""Calls of the derived rule with labels, weights and recordings that cannot be."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from attempts.learning import loss
from attempts.spikes import FAR, SIZES, Attempt, recorded

from brainsnn.learning.losses.count_softmax import CountSoftmax
from brainsnn.learning.losses.first_spike_softmax import FirstSpikeSoftmax
from brainsnn.learning.losses.first_spike_times import FirstSpikeTimes
from brainsnn.learning.losses.readouts import CountReadout, FirstSpikeReadout, PotentialReadout
from brainsnn.learning.losses.window import WindowReadout
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Uniform
from brainsnn.training.bptt import BPTT, BoundBPTT

LEAKY = Neuron("dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact")
WEIGHTS = {"input_hidden": (3, 2), "hidden_output": (2, 2)}
ONES = {name: np.ones(shape) for name, shape in WEIGHTS.items()}
RENAMED = {"hidden": 3, "input": 2, "output": 2}
READOUTS = (CountReadout(), PotentialReadout(), FirstSpikeReadout(FirstSpikeSoftmax()))


@cache
def rule(loss: Any = "counts") -> BoundBPTT:
    return BPTT(loss=loss).bound(
        Network(SIZES, LEAKY, initialiser=Uniform(0, 1), name="leaky").frozen(), 8
    )


def recorded_as(sizes: dict[str, int]) -> Any:
    """The recording, of a network of other sizes."""
    return replace(recorded(), populations=sizes)


def backward(labels: Any = (0,), of: Any = None, **shapes: tuple[int, ...]) -> Attempt:
    weights = {name: np.ones(shape) for name, shape in (WEIGHTS | shapes).items()}
    return lambda: list(rule().backward(of or recorded(), weights, np.array(labels)))


ATTEMPTS: dict[str, dict[str, Attempt]] = {
    "training.bptt.taught": {
        **{f"labels {k}": backward(k) for k in ([2], [-1], [FAR], [], [0, 0], [[0]], [0.5])},
        "weights of more rows": backward(input_hidden=(4, 2)),
        "weights of one row": backward(hidden_output=(1, 2)),
        "flat weights": backward(hidden_output=(4,)),
        "no weights": lambda: list(rule().backward(recorded(), {}, np.array([0]))),
        "another network": backward(of=recorded_as(SIZES | {"input": 4})),
        "another order": backward(of=recorded_as(RENAMED)),
    },
    "learning.losses.readouts": {
        f"{type(kind).__name__} {k}": loss(kind, np.zeros((1, 8, 2)), k)
        for kind in READOUTS
        for k in ([2], [-1], [FAR], [0, 0], [0.5])
    }
    | {"steps": lambda: READOUTS[0].slope(np.zeros((1, 2)), np.array([0]))}
    | {"temperature": lambda: CountReadout(CountSoftmax(0.0))},
    "learning.losses.first_spike_times": {
        f"{k}": loss(FirstSpikeTimes(), np.zeros((1, 1, 2)), k)
        for k in ([2], [-1], [FAR], [0, 0], [0.5])
    }
    | {
        "rows": loss(FirstSpikeTimes(), np.zeros((1, 8, 2)), [0]),
        "tau": lambda: FirstSpikeTimes(tau=0.0),
    },
    "learning.losses.step_values": {
        f"{shape}": lambda shape=shape: list(  # type: ignore[misc]
            rule("values").backward(recorded(), ONES, np.zeros(shape))
        )
        for shape in ((), (1,), (8, 2), (1, 7, 2), (1, 8, 3), (2, 8, 2), (1, 2, 8))
    },
    "learning.losses.window": {
        f"{of} {k}": loss(WindowReadout(of), np.zeros((1, 8, 2)), k)
        for of in ("mean", "each")
        for k in ([2], [-1], [FAR], [0, 0], [0.5])
    }
    | {
        "steps": lambda: WindowReadout().slope(np.zeros((1, 2)), np.array([0])),
        "share": lambda: WindowReadout(share=0.0),
    },
}
