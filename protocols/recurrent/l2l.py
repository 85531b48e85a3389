r"""Learning to learn: frozen weights, and a function that is learned within a trial from examples.

The network guesses each value from two inputs, and is told it with the next example. What it found
out about the function is in its spikes, potentials and thresholds alone: the error falls with the
number of examples, although no weight changes. A second network is taught the same with values of
another function in the place of those told: all that it can know is the family of functions.

The guess of an example is the mean of the output over the second half of its steps; its error

.. math:: e_n = \langle (\hat y_n - y_n)^2 \rangle

over functions that were in no training trial.
"""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.paper import LSNN
from brainsnn.config import Config
from brainsnn.datasets import FunctionExamples
from brainsnn.errors import ConfigError
from brainsnn.experiment import Condition, Material, TrainedNetwork
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Model
from brainsnn.protocols.common.courses import courses
from brainsnn.protocols.recurrent import l2l_page
from brainsnn.protocols.recurrent.base import RecurrentConfig, RecurrentExperiment
from brainsnn.protocols.recurrent.l2l_references import guesses
from brainsnn.protocols.recurrent.network import MemoryNetwork
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import BPTT, TrainingConfig

Told = Literal["own", "other"]

NAMES = {"own": "LSNN", "other": "LSNN, told of another function"}

SLOPE = "0.3 * clip(1 - abs(_g) / _scale, 0, 1)"
"""Of a spike, in units of the threshold: the damped triangle of the paper."""


class FunctionData(Config):
    """The tasks; see `FunctionExamples`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 8000, 300 and 500
    n_examples, n_show : int, default 20 and 12
        Examples of a trial, and steps of each.
    n_units : int, default 10
    hidden_scale, output_scale : float, default 3 and 2
    n_each : int, default 16
    probability : float, default 0.3
    """

    n_train: int = Field(default=8000, ge=1)
    n_validation: int = Field(default=300, ge=1)
    n_test: int = Field(default=500, ge=1)
    n_examples: int = Field(default=20, ge=2)
    n_show: int = Field(default=12, ge=2)
    n_units: int = Field(default=10, ge=1)
    hidden_scale: float = Field(default=3.0, ge=0)
    output_scale: float = Field(default=2.0, ge=0)
    n_each: int = Field(default=16, ge=2)
    probability: float = Field(default=0.3, ge=0, le=1)

    def task(self, seed: int, told: Told) -> FunctionExamples:
        """Return the trials of a seed."""
        return FunctionExamples(**self.model_dump(), seed=seed, told=told)

    @property
    def n_steps(self) -> int:
        """Length of a trial."""
        return self.n_examples * self.n_show


class L2LConfig(RecurrentConfig):
    """Settings of the experiment ``lsnn-l2l``.

    Parameters
    ----------
    told : tuple of {"own", "other"}, default both
        Whose values the networks are told: a condition each.
    data : FunctionData
    network, bptt, training
        See `RecurrentConfig`.
    """

    protocol: Literal["lsnn-l2l"] = "lsnn-l2l"
    told: tuple[Told, ...] = Field(default=get_args(Told), min_length=1)
    data: FunctionData = FunctionData()
    network: MemoryNetwork = MemoryNetwork(n_regular=40, n_adaptive=60, tau_a=200.0, tau_out=5.0)
    bptt: BPTT = BPTT(
        learning_rate=0.005,
        pseudo_derivative=SLOPE,
        scale=1.0,
        loss="values",
        precision="float32",
    )
    training: TrainingConfig = TrainingConfig(
        epochs=15,
        batch_size=25,
        update="simultaneous",
        optimiser=AdamConfig(),
        schedule=Cosine(),
        clip=1.0,
        monitor="validation_loss",
    )


class LearningToLearn(RecurrentExperiment[L2LConfig]):
    """The experiment; see the module's docstring."""

    name = "lsnn-l2l"
    title = "Learning to learn: functions from examples, without a change of weights"
    summary = "Error within a new task against examples seen, beside regressions on the same ones."
    citation: ClassVar[str] = LSNN
    config = L2LConfig
    decides: ClassVar[bool] = False
    total: ClassVar[tuple[str, str]] = ("last_error", "last_error_")
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=3", "data.n_train=1000", "data.n_examples=10"),
    }

    def conditions(self, config: L2LConfig) -> list[Condition[L2LConfig]]:
        """Return a network for each kind of value told."""
        return [
            Condition(NAMES[told], config.model_copy(update={"told": (told,)}))
            for told in config.told
        ]

    def check(self, config: L2LConfig) -> None:
        """Refuse a condition that is there twice, and networks that cannot be built."""
        if len(set(config.told)) < len(config.told):
            raise ConfigError(f"{self.name}: told has one twice: {list(config.told)}.")
        super().check(config)

    def model(self, config: L2LConfig) -> Model:
        """Return the network: populations for two inputs and the value told, and one output."""
        return config.network.model(self.name, 3 * config.data.n_each, 1)

    def n_steps(self, config: L2LConfig) -> int:
        """Length of a trial."""
        return config.data.n_steps

    def sources(self, config: L2LConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (FunctionExamples,)

    def material(self, config: L2LConfig, streams: Streams) -> Material:
        """Draw the functions of a seed and their trials."""
        splits = config.data.task(streams.seed, config.told[0]).load()
        return Material(splits.train, splits.validation, lambda: splits.test)

    def decided(
        self,
        network: TrainedNetwork[L2LConfig],
        trials: LabelledTrials,
        code: str,  # noqa: ARG002
    ) -> pd.DataFrame:
        """Run trials and tabulate errors: of all examples, of the first and of the last quarter."""
        errors, spikes = _errors(network, trials)
        late = l2l_page.last(errors.shape[1])
        columns = {
            "error": errors.mean(axis=1),
            "first_error": errors[:, 0],
            "last_error": errors[:, late].mean(axis=1),
            "spikes_hidden": spikes,
        }
        return pd.DataFrame({"trial": np.arange(len(trials)), **columns})

    def judge(self, trials: pd.DataFrame) -> dict[str, float]:
        """Return means over trials."""
        names = ("error", "first_error", "last_error", "spikes_hidden")
        return {name: float(trials[name].mean()) for name in names}

    def told(self, results: pd.DataFrame) -> str:
        """Say the errors of first and last examples."""
        row = results.iloc[0]
        return f"error {row['first_error']:.4f}, of the last quarter {row['last_error']:.4f}"

    def measure(self, network: TrainedNetwork[L2LConfig], run: RunDirectory) -> None:
        """Table ``examples``: errors by example, of the network and of regressions (`guesses`)."""
        data, condition = network.config.data, network.condition.name
        task = data.task(network.config.seed, network.config.told[0])
        first = float(task.examples("train", data.n_train).targets.mean())
        tested = task.examples("test", data.n_test)
        errors = {condition: _errors(network, network.material.test)[0]}
        for name, guess in guesses(tested, first).items():
            errors[name] = (guess - tested.targets) ** 2
        numbers = np.arange(1, data.n_examples + 1)
        rows = [
            pd.DataFrame({"learner": name, "example": numbers, "error": error.mean(axis=0)})
            for name, error in errors.items()
        ]
        run.write_table("examples", pd.concat(rows, ignore_index=True).assign(**network.row))

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figure and the report; return claims."""
        return l2l_page.conclude(self, run, run.config(self.config))


def _errors(
    network: TrainedNetwork[L2LConfig], trials: LabelledTrials
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Squared error of each example, shape (n, n_examples), and hidden spikes of each trial."""
    run, data = courses(network, trials, np.arange(len(trials))), network.config.data
    shape = len(trials), data.n_examples, data.n_show
    found, wanted = run.found.reshape(shape), run.wanted.reshape(shape)
    guess = found[:, :, data.n_show // 2 :].mean(axis=2)
    errors: NDArray[np.float64] = (guess - wanted[:, :, 0]) ** 2
    return errors, run.spikes


PROTOCOL = LearningToLearn()
