"""What experiments with e-prop share: one network, taught by four rules that differ in little."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Literal, TypeVar

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.errors import ConfigError
from brainsnn.experiment import Condition, ExperimentConfig, TrainedNetwork, TrainingExperiment
from brainsnn.network.model import Model
from brainsnn.protocols.recurrent.network import MemoryNetwork
from brainsnn.records import RunDirectory
from brainsnn.training import BPTT, EProp, TrainingConfig
from brainsnn.training.bptt.bound import BoundBPTT
from brainsnn.training.bptt.taught import Taught

Method = Literal["bptt", "symmetric", "random", "adaptive"]

NAMES: Mapping[Method, str] = {
    "bptt": "BPTT",
    "symmetric": "e-prop, symmetric",
    "random": "e-prop, random",
    "adaptive": "e-prop, adaptive",
}
"""What reports call the rules: e-prop by its feedback."""

SLOPE = "0.3 * clip(1 - abs(_g) / _scale, 0, 1)"
"""Of a spike, in units of the threshold: the damped triangle of Bellec et al."""

TIMED = 8
"""Trials on which a gradient is timed, at most."""

FIRST = np.arange(1)
"""The trial that is drawn."""


class EpropConfig(ExperimentConfig):
    """Settings that these experiments have in common.

    Parameters
    ----------
    methods : tuple of str, default ("bptt", "symmetric", "random", "adaptive")
        Back-propagation through time, and e-prop by each kind of feedback.
    network : MemoryNetwork
    eprop : EProp
        The rule. Back-propagation has its slope, its loss, and goes through the same resets: paths
        through other neurons are all that it has more. Resets are followed: where they are not,
        gradients through a thousand steps grow without bound.
    training : TrainingConfig
        Of every network.
    """

    seeds: int = Field(default=3, ge=1)
    methods: tuple[Method, ...] = Field(
        default=("bptt", "symmetric", "random", "adaptive"), min_length=1
    )
    network: MemoryNetwork
    eprop: EProp
    training: TrainingConfig


S = TypeVar("S", bound=EpropConfig)


class EpropExperiment(TrainingExperiment[S]):
    """An experiment whose conditions are rules that teach one network."""

    def conditions(self, config: S) -> list[Condition[S]]:
        """Return every rule."""
        return [
            Condition(NAMES[m], config.model_copy(update={"methods": (m,)})) for m in config.methods
        ]

    def check(self, config: S) -> None:
        """Refuse a rule that is there twice, and networks that cannot be built."""
        if len(set(config.methods)) < len(config.methods):
            raise ConfigError(f"{self.name}: methods has one twice: {list(config.methods)}.")
        super().check(config)

    def rule(self, config: S) -> BPTT:
        """Return the rule of a condition; what is drawn of it is drawn with the seed."""
        method = config.methods[0]
        if method != "bptt":
            update = {"feedback": method, "feedback_seed": config.seed}
            return config.eprop.model_copy(update=update)
        shared = set(BPTT.model_fields) - {"name"}
        return BPTT(**{name: getattr(config.eprop, name) for name in shared})

    def training(self, config: S) -> TrainingConfig:
        """Return how every network is trained."""
        return config.training

    def model(self, config: S) -> Model:
        """Return the network."""
        return config.network.model(self.name, *self.ends(config))

    def ends(self, config: S) -> tuple[int, int]:
        """Inputs and outputs of the network."""
        raise NotImplementedError

    def measure(self, network: TrainedNetwork[S], run: RunDirectory) -> None:
        """Tables ``costs``, of a gradient, and ``sample``, spikes of the first test trial.

        Time is the best of three, memory that of one trial's gradient.
        """
        chosen = np.arange(min(TIMED, len(network.material.train)))
        trials = network.material.split("train")
        recording = network.engine.fixed().run(trials.inputs, chosen)
        wanted, seconds = trials.targets.of(chosen), []
        for _ in range(3):
            begin = time.perf_counter()
            observed = network.rule.observe(recording, network.weights)
            dict(network.rule.backward(observed, network.weights, wanted))
            seconds.append(time.perf_counter() - begin)
        row = {**network.row, "gradient_seconds": min(seconds) / chosen.size}
        row["kept_bytes"] = self._kept_bytes(network)
        run.write_table("costs", pd.DataFrame([row]))
        spikes = network.engine.fixed().run(network.material.test.inputs, FIRST).to_frame()
        run.write_table("sample", spikes.assign(**network.row))

    def _kept_bytes(self, network: TrainedNetwork[S]) -> int:
        """Bytes of states, traces and signals that the gradient of one trial is kept for."""
        trials = network.material.split("train")
        _, rule = self.bound(network.config)
        assert isinstance(rule, BoundBPTT)
        assert isinstance(rule.taught, Taught)
        recording = rule.observe(network.engine.fixed().run(trials.inputs, FIRST), network.weights)
        dict(rule.backward(recording, network.weights, trials.targets.of(FIRST)))
        return rule.taught.compiled.kept_bytes
