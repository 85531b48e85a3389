"""Calls with spikes, recordings, images and tables that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from helpers import NAN, recording

from brainsnn.codes import (
    BernoulliEncoder,
    Decisions,
    FirstSpikeDecoder,
    LatencyEncoder,
    RateDecoder,
    RegularEncoder,
)
from brainsnn.codes.jitter import jitter_steps
from brainsnn.codes.rank import RankLatencyEncoder
from brainsnn.codes.staggered import StaggeredLatencyEncoder
from brainsnn.datasets.augment import Maps, Warp
from brainsnn.indices import indices, size
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.trials import LabelledTrials, VariedTrials
from brainsnn.training.evaluation import tabulate
from brainsnn.training.statistics import EpochStatistics

FAR = 10**8
SIZES = {"input": 3, "hidden": 2, "output": 2}
Attempt = Callable[[], Any]


def trains(
    neuron: Any = (0, 1), step: Any = (0, 1), offsets: Any = (0, 2), n: Any = 3
) -> SpikeTrains:
    return SpikeTrains(n, 8, np.array(offsets), np.array(neuron), np.array(step))


def recorded(**changes: Any) -> Recording:
    """One trial of four spikes, with other columns."""
    columns = {
        "offsets": np.array([0, 4]),
        "population": np.array([0, 0, 1, 2], np.int32),
        "neuron": np.array([0, 2, 1, 0], np.int32),
        "step": np.array([0, 1, 2, 3], np.int32),
        "potential": np.zeros(4),
    }
    return Recording(SIZES, **{"n_steps": 8, "dt": 1e-3, **columns, **changes})


def one(name: str, value: Any, dtype: Any = None) -> Attempt:
    """A recording with another last value in a column."""
    column = np.array(getattr(recorded(), name), dtype)
    column[-1] = value
    return lambda: recorded(**{name: column})


def decided(n: int = 1) -> Decisions:
    none = np.zeros(n, np.bool_)
    return Decisions(np.zeros(n, int), np.zeros(n, int), none, none, np.zeros((n, 2), np.bool_))


def tabulated(labels: Any = (0,), n: int = 1, fans: Any = (1, 1, 1)) -> Attempt:
    fan_out = dict(zip(SIZES, fans, strict=False))
    return lambda: tabulate(recorded(), decided(n), np.array(labels), "output", fan_out)


def added(n_trials: int = 1, sizes: Any = SIZES, labels: Any = (0,), loss: Any = (0.0,)) -> Attempt:
    statistics = EpochStatistics(n_trials, sizes, [], 1)
    return lambda: statistics.add(recorded(), np.array(labels), decided(), np.array(loss))


def jittered(amplitude: Any) -> Attempt:
    return lambda: jitter_steps(trains(), amplitude, np.random.default_rng(0), "normal")


IMAGES = np.zeros((2, 4, 4), np.uint8)
FLAGS = np.ones(2, np.bool_)

ATTEMPTS: dict[str, dict[str, Attempt]] = {
    "indices": {
        f"index {k}": (lambda k=k: indices("Numbers", k, 3))
        for k in ([3], [-1], [NAN], [2**63], [0.5], [True], ["a"], [[0]], 0, [[0], [1, 2]], [None])
    }
    | {f"size {k}": (lambda k=k: size("Size", k)) for k in (-1, 2**31, 1.5, NAN, "3", None)},
    "spikes.columns": {"offsets": one("offsets", FAR), "falling": one("offsets", -1)},
    "spikes.sorting": {
        "neuron beyond": lambda: trains([0, 3]),
        "neuron 2**32": lambda: trains([0, 2**32]),
        "neuron negative": lambda: trains([-1, 0]),
        "neuron NaN": lambda: trains([0, NAN]),
        "neuron 0.5": lambda: trains([0, 0.5]),
        "step beyond": lambda: trains(step=[0, 8]),
        "step 2**32": lambda: trains(step=[0, 2**32 + 1]),
        "a table": lambda: trains([[0, 1]], [[0, 1]]),
        "one step": lambda: trains(step=[0]),
        "offsets beyond": lambda: trains(offsets=[0, FAR]),
        "offsets 0.5": lambda: trains(offsets=[0, 0.5, 2]),
        "neurons NaN": lambda: trains(n=NAN),
        "neurons 2**40": lambda: trains(n=2**40),
        "neurons 2.5": lambda: trains(n=2.5),
        "trial beyond": lambda: trains().take(np.array([1])),
        "trial negative": lambda: trains().take(np.array([-1])),
        "trial of bool": lambda: trains().take(np.array([True])),
        "trial 0.5": lambda: trains().take(np.array([0.5])),
        "10**12 steps": lambda: SpikeTrains.from_first_steps(np.array([[0]]), 10**12),
        "NaN steps": lambda: SpikeTrains.from_first_steps(np.array([[0]]), NAN),  # type: ignore[arg-type]
        "labels": lambda: LabelledTrials(trains(), np.array([0.5])),
        "labels NaN": lambda: LabelledTrials(trains(), np.array([NAN])),
        "labels negative": lambda: LabelledTrials(trains(), np.array([-1])),
        "labels of another number": lambda: LabelledTrials(trains(), np.array([0, 1])),
        "labels in a table": lambda: LabelledTrials(trains(), np.array([[0]])),
        "varied labels": lambda: VariedTrials(np.array([-1]), lambda _, __: trains()),
        "varied trial": lambda: (
            VariedTrials(np.array([0]), lambda _, __: trains()).epoch(0).block(np.array([1]))
        ),
    },
    "spikes.recording": {
        **{
            f"{c} {k}": one(c, k) for c in ("population", "neuron", "step") for k in (FAR, -FAR, -1)
        },
        **{f"{c} 0.5": one(c, 0.5, float) for c in ("offsets", "population", "neuron", "step")},
        **{f"{c} 2**32": one(c, 2**32, np.int64) for c in ("population", "neuron", "step")},
        "neuron just beyond": one("neuron", 2),
        "step just beyond": one("step", 8),
        "out of order": one("step", 0),
        "fewer potentials": lambda: recorded(potential=np.zeros(3)),
        "fewer neurons": lambda: recorded(neuron=np.zeros(3, np.int32)),
        "no offsets": lambda: recorded(offsets=np.zeros(0, int)),
        "n_steps NaN": lambda: recorded(n_steps=NAN),
        "no such population": lambda: recorded().first_steps("cortex"),
        "other recordings": lambda: Recording.concatenate([recorded(), recording([], {"a": 2})]),
        "none": lambda: Recording.concatenate([]),
    },
    "codes.bernoulli": {
        "NaN": lambda: BernoulliEncoder().encode(np.array([[NAN]])),
        "beyond": lambda: BernoulliEncoder().encode(np.array([[1.5]])),
        "negative": lambda: BernoulliEncoder().encode(np.array([[-1]])),
    },
    "codes.regular": {
        "NaN": lambda: RegularEncoder().encode(np.array([[NAN]])),
        "beyond": lambda: RegularEncoder().encode(np.array([[256]])),
    },
    "codes.latency": {
        "beyond": lambda: LatencyEncoder().encode(np.array([[256]])),
        "negative": lambda: LatencyEncoder().encode(np.array([[-1]])),
        "float": lambda: LatencyEncoder().encode(np.array([[0.5]])),
        "staggered by NaN": lambda: StaggeredLatencyEncoder(amplitude=NAN),
        "staggered by far": lambda: StaggeredLatencyEncoder(amplitude=1e30),
    },
    "codes.rank": {
        "beyond": lambda: RankLatencyEncoder().encode(np.array([[256]])),
        "negative": lambda: RankLatencyEncoder().encode(np.array([[-1]])),
        "NaN": lambda: RankLatencyEncoder().encode(np.array([[NAN]])),
        "flat": lambda: RankLatencyEncoder().encode(np.array([1])),
    },
    "codes.first_spike": {
        "no such population": lambda: FirstSpikeDecoder().decode(recorded(), "cortex"),
        "final potentials": lambda: FirstSpikeDecoder().decode(
            recording([], {"output": 2}, final={"output": [[1.0]]})
        ),
        "counts": lambda: RateDecoder().decode(
            recording([], {"output": 2}, final={"output": [1.0]})
        ),
    },
    "codes.jitter": {
        f"amplitude {k}": jittered(k)
        for k in (-1.0, NAN, np.inf, 1e30, np.ones(2), np.ones((1, 1)))
    },
    "datasets.augment": {
        "fewer maps": lambda: Warp(5.0).draw(1, np.random.default_rng(0)).apply(IMAGES),
        "flat": lambda: Warp(5.0).draw(2, np.random.default_rng(0)).apply(IMAGES[:, 0]),
        "floats": lambda: Warp(5.0).draw(2, np.random.default_rng(0)).apply(IMAGES * 1.0),
        "matrices": lambda: Maps(np.zeros((1, 2, 3)), FLAGS),
        "NaN": lambda: Maps(np.full((2, 2, 3), NAN), FLAGS),
        "columns": lambda: Maps(np.zeros((2, 2, 2)), FLAGS),
    },
    "training.evaluation": {
        **{f"labels {k}": tabulated(k) for k in ([2], [-1], [FAR], [], [0, 1], [0.5])},
        "decisions": tabulated(n=2),
        "fan-out": tabulated(fans=(1, 1)),
    },
    "training.statistics": {
        "populations": added(sizes={"input": 3, "output": 2}),
        "sizes": added(sizes={"input": 3, "hidden": 2, "output": 1}),
        "trials": added(n_trials=0),
        "labels": added(labels=(0, 1)),
        "losses": added(loss=(0.0, 1.0)),
    },
}
