"""What experiments with exact gradients share: two rules that teach the same network."""

from __future__ import annotations

from typing import Literal, TypeVar

import pandas as pd
from pydantic import Field

from brainsnn.experiment import Condition, ExperimentConfig, TrainedNetwork, TrainingExperiment
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.rule import Rule
from brainsnn.learning.schedules import Cosine
from brainsnn.protocols.eventprop.network import LatencyNetwork
from brainsnn.training import BPTT, EventProp, TrainingConfig

Taught = Literal["eventprop", "bptt"]


class EventPropConfig(ExperimentConfig):
    """Settings that these experiments have in common.

    Parameters
    ----------
    rules : tuple of str, default ("eventprop", "bptt")
        Exact gradients of spike times, and surrogate gradients, a condition each.
    network : LatencyNetwork
    eventprop : EventProp
    bptt : BPTT
    training : TrainingConfig
        Of every network, whatever its rule.
    """

    seeds: int = Field(default=3, ge=1)
    rules: tuple[Taught, ...] = Field(default=("eventprop", "bptt"), min_length=1)
    network: LatencyNetwork = LatencyNetwork()
    eventprop: EventProp = EventProp(learning_rate=0.01)
    bptt: BPTT = BPTT(
        learning_rate=0.02,
        follow_reset=False,
        loss="first_spike",
        temperature=0.01,
        precision="float32",
    )
    training: TrainingConfig = TrainingConfig(
        epochs=30,
        batch_size=32,
        update="simultaneous",
        optimiser=AdamConfig(),
        schedule=Cosine(),
    )


S = TypeVar("S", bound=EventPropConfig)


class EventPropExperiment(TrainingExperiment[S]):
    """An experiment whose networks decide by their first output spike."""

    def conditions(self, config: S) -> list[Condition[S]]:
        """Return every rule."""
        return [
            Condition(name, config.model_copy(update={"rules": (name,)}), {"rule": name})
            for name in dict.fromkeys(config.rules)
        ]

    def rule(self, config: S) -> Rule:
        """Return the only rule."""
        found: Rule = getattr(config, config.rules[0])
        return found

    def training(self, config: S) -> TrainingConfig:
        """Return how every network is trained."""
        return config.training

    def columns(self, network: TrainedNetwork[S], trials: pd.DataFrame) -> dict[str, float]:
        """Time to decision in ms, and hidden spikes of a trial."""
        step = network.config.network.step
        return {
            "decision_ms": float(step * (trials["decision_step"] + 1).mean()),
            "hidden_spikes": float(trials["spikes_hidden"].mean()),
        }
