"""Rate, first spike and potential, asked of the same recurrent network with a memory.

A delayed match is decided by the output that spikes most, by the one that spikes first, or by the
one whose potential is highest at the end. Outputs may spike when both cues are over. All else is
the same: hidden neurons, trials, epochs.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.datasets import DelayedMatch
from brainsnn.experiment import Condition, Material, TrainedNetwork
from brainsnn.learning.rule import Rule
from brainsnn.network.model import Model
from brainsnn.protocols.recurrent.base import RecurrentConfig, RecurrentExperiment
from brainsnn.protocols.recurrent.codes_memory_page import conclude
from brainsnn.protocols.recurrent.delayed_match import DelayedMatchData
from brainsnn.protocols.recurrent.network import NEVER, MemoryNetwork
from brainsnn.protocols.recurrent.perturbed import told_over_time, under_perturbations
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import BPTT

Code = Literal["rate", "first_spike", "potential"]
Share = Annotated[float, Field(ge=0, le=1)]
LOSSES = {"rate": "counts", "first_spike": "first_spike", "potential": "last_potential"}
"""Loss of the rule for each code."""


class CodesMemoryConfig(RecurrentConfig):
    """Settings of the experiment ``codes-memory``.

    Parameters
    ----------
    codes : tuple of {"rate", "first_spike", "potential"}
        Each is a condition.
    delay : int, default 100
        Steps between the cues.
    jitters : tuple of int, default (0, 2, 5, 10, 20)
        Steps by which input spikes are shifted at the most, in tests.
    deletions : tuple of float, default (0, 0.1, 0.2, 0.4)
        Shares of the input spikes that are left out.
    noises : tuple of float, default (0, 0.1, 0.2, 0.4)
        Deviations of the factors by which weights are off.
    window : int, default 25
        Steps of the windows in which it is asked what a population tells.
    data : DelayedMatchData
    network, bptt, training
        See `RecurrentConfig`; the rule's loss is the code's, and no spike is held near a time.
    """

    protocol: Literal["codes-memory"] = "codes-memory"
    codes: tuple[Code, ...] = Field(default=get_args(Code), min_length=1)
    delay: int = Field(default=100, ge=0)
    jitters: tuple[Annotated[int, Field(ge=0)], ...] = (0, 2, 5, 10, 20)
    deletions: tuple[Share, ...] = (0.0, 0.1, 0.2, 0.4)
    noises: tuple[Annotated[float, Field(ge=0)], ...] = (0.0, 0.1, 0.2, 0.4)
    window: int = Field(default=25, ge=1)
    data: DelayedMatchData = DelayedMatchData()
    network: MemoryNetwork = MemoryNetwork(n_regular=20, n_adaptive=40)
    bptt: BPTT = BPTT(learning_rate=0.01, pseudo_derivative="triangle", scale=1.0, anchor=0.0)

    def task(self, seed: int) -> DelayedMatch:
        """Return the data set of a seed."""
        return self.data.task(self.delay, seed)


class CodesMemory(RecurrentExperiment[CodesMemoryConfig]):
    """The experiment; see the module's docstring."""

    name = "codes-memory"
    title = "Three codes of one memory"
    summary = "A delayed match by rate, first spike and potential: accuracy, time, spikes, noise."
    citation: ClassVar[str] = DelayedMatch.citation
    config = CodesMemoryConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "delay=50", "data.n_train=1000", "data.n_test=300"),
    }

    def conditions(self, config: CodesMemoryConfig) -> list[Condition[CodesMemoryConfig]]:
        """Return every code."""
        return [
            Condition(
                code.replace("_", " "),
                config.model_copy(update={"codes": (code,)}),
                {"code": code.replace("_", " ")},
            )
            for code in config.codes
        ]

    def rule(self, config: CodesMemoryConfig) -> Rule:
        """Return the rule with the loss of the first code."""
        return config.bptt.model_copy(update={"loss": LOSSES[config.codes[0]]})

    def model(self, config: CodesMemoryConfig) -> Model:
        """Return the network; its outputs spike where that is read, once both cues are over."""
        threshold = NEVER if config.codes[0] == "potential" else 1.0
        n_inputs = config.data.n_cues * config.data.n_each
        go = config.task(0).n_steps - config.data.n_cue
        return config.network.model(self.name, n_inputs, 2, threshold, go)

    def n_steps(self, config: CodesMemoryConfig) -> int:
        """Length of a trial."""
        return config.task(0).n_steps

    def sources(self, config: CodesMemoryConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (DelayedMatch,)

    def material(self, config: CodesMemoryConfig, streams: Streams) -> Material:
        """Draw the trials of a seed."""
        splits = config.task(streams.seed).load()
        return Material(splits.train, splits.validation, lambda: splits.test, ("other", "same"))

    def measure(self, network: TrainedNetwork[CodesMemoryConfig], run: RunDirectory) -> None:
        """Decide about test trials under noise, and ask populations what they tell over time."""
        config = network.config
        levels = {"jitter": config.jitters, "deletion": config.deletions, "noise": config.noises}
        tables = {
            "robustness": under_perturbations(network, levels),
            "told": told_over_time(network, config.window, _first_cues(network)),
        }
        for name, table in tables.items():
            run.write_table(name, table.assign(**network.row))

    def columns(
        self, network: TrainedNetwork[CodesMemoryConfig], trials: pd.DataFrame
    ) -> dict[str, float]:
        """Spikes of the hidden neurons in a trial."""
        del network
        return {"hidden_spikes": float(trials["spikes_hidden"].mean())}

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        return conclude(self, run, run.config(self.config))


def _first_cues(network: TrainedNetwork[CodesMemoryConfig]) -> Any:
    """The first cue of each test trial: the population of inputs that spikes most during it."""
    data, trains = network.config.data, network.material.test.inputs
    found = np.zeros((trains.n_trials, data.n_cues))
    early = trains.step < data.n_cue
    np.add.at(found, (trains.trial[early], trains.neuron[early] // data.n_each), 1)
    return found.argmax(axis=1)


PROTOCOL = CodesMemory()
