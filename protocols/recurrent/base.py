"""What experiments with recurrent networks share: the network, the rule, how it is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves
from brainsnn.analysis.report import Picture, Table
from brainsnn.experiment import ExperimentConfig, TrainingExperiment
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.rule import Rule
from brainsnn.protocols.common.page import picture
from brainsnn.protocols.recurrent.network import MemoryNetwork
from brainsnn.records import RunDirectory
from brainsnn.training import BPTT, TrainingConfig


class RecurrentConfig(ExperimentConfig):
    """Settings that these experiments have in common.

    Parameters
    ----------
    network : MemoryNetwork
    bptt : BPTT
        The rule: gradients through time, with the slope of Bellec et al. (2018).
    training : TrainingConfig
        Of every network.
    """

    seeds: int = Field(default=3, ge=1)
    network: MemoryNetwork = MemoryNetwork()
    bptt: BPTT = BPTT(
        learning_rate=0.01, pseudo_derivative="triangle", scale=1.0, loss="last_potential"
    )
    training: TrainingConfig = TrainingConfig(
        epochs=10, batch_size=50, update="simultaneous", optimiser=AdamConfig(), clip=1.0
    )


S = TypeVar("S", bound=RecurrentConfig)


class RecurrentExperiment(TrainingExperiment[S]):
    """An experiment whose networks are recurrent and decide by a potential."""

    def rule(self, config: S) -> Rule:
        """Return the rule."""
        return config.bptt

    def training(self, config: S) -> TrainingConfig:
        """Return how every network is trained."""
        return config.training


def errors(
    run: RunDirectory, x: str, x_label: str, by: Sequence[str], name: str, caption: str
) -> tuple[Picture, Table]:
    """Test error against what was varied, a line for each group, as a figure and a table."""
    results = run.table("results").assign(error=lambda table: 1 - table["accuracy"])
    table = curve(results, x, "error", by)
    (line,) = by
    figure = plot_curves(table, x, "test error", x_label, code=line)
    alt = f"Lines of the test error against {x_label}, by {line.replace('_', ' ')}."
    return (
        picture(run, figure, name, caption, alt),
        Table(table, "Means over seeds.", percent=("mean", "sd", "low", "high")),
    )
