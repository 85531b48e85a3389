"""An experiment of classifiers learned by activations, by times of spikes, or by both.

Every condition is a method and a restriction: neurons that spike any number of times, or once a
trial at most. Each method has the loss and the decoder that go with it; every test trial is decided
by the earliest spike and by most spikes, from the same spikes.
"""

from __future__ import annotations

from typing import ClassVar, Literal, TypeVar

import pandas as pd
from pydantic import Field

from brainsnn.experiment import Condition, ExperimentConfig, TrainedNetwork, TrainingExperiment
from brainsnn.learning.antlr import Antlr
from brainsnn.learning.antlr.rule import CITATION
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import Coefficients
from brainsnn.network.synapses import Uniform, current
from brainsnn.protocols.antlr.page import Aims, abstract, claims, sections
from brainsnn.protocols.common.page import write_report
from brainsnn.records import RunDirectory
from brainsnn.training import TrainingConfig
from brainsnn.training.evaluation import evaluate

Method = Literal["activation", "timing", "antlr"]


class AntlrConfig(ExperimentConfig):
    """Settings that these experiments have in common.

    Parameters
    ----------
    methods : tuple of {"activation", "timing", "antlr"}
        What is compared.
    restricted : tuple of bool, default (False, True)
        Whether neurons spike once a trial at most.
    hidden : int, default 800
        Neurons of the hidden layer.
    n_steps : int, default 100
        Steps of a trial as the paper counts them; the engine's has one more for each connection.
    alpha_i, alpha_v : float, default 0.99
        Decays of the neurons, whose kernel reaches 1 within a trial (`Coefficients.normalised`).
    initial : tuple of float, default (2, 3)
        First weights of the two connections are even between ± this / sqrt(fan-in).
    activation, timing, antlr : Antlr
        The methods.
    training : TrainingConfig
        Of every network; `monitor` is judged by the method's own decoder.
    """

    seeds: int = Field(default=3, ge=1)
    methods: tuple[Method, ...] = Field(default=("activation", "timing", "antlr"), min_length=1)
    restricted: tuple[bool, ...] = (False, True)
    hidden: int = Field(default=800, ge=1)
    n_steps: int = Field(default=100, ge=2)
    alpha_i: float = Field(default=0.99, ge=0, le=1)
    alpha_v: float = Field(default=0.99, ge=0, le=1)
    initial: tuple[float, float] = (2.0, 3.0)
    activation: Antlr = Antlr(loss="count", lambda_tim=0)
    timing: Antlr = Antlr(learning_rate=0.0003, lambda_act=0, silence_penalty=100, negligible=0.001)
    antlr: Antlr = Antlr(negligible=0.001)
    training: TrainingConfig = TrainingConfig(
        epochs=6,
        batch_size=16,
        update="simultaneous",
        optimiser=AdamConfig(),
        schedule=Cosine(),
        clip=1.0,
    )


S = TypeVar("S", bound=AntlrConfig)


class AntlrExperiment(TrainingExperiment[S]):
    """An experiment whose conditions are the methods, each with and without the restriction."""

    citation: ClassVar[str] = CITATION
    n_inputs: ClassVar[int]
    figure: ClassVar[str]
    aims: ClassVar[Aims] = Aims()
    n_classes: ClassVar[int] = 10

    def conditions(self, config: S) -> list[Condition[S]]:
        """Return every method under every restriction."""
        return [_condition(config, m, once) for once in config.restricted for m in config.methods]

    def model(self, config: S) -> Model:
        """Return the network, its biases 0."""
        sizes = {"input": self.n_inputs, "hidden": config.hidden, "output": self.n_classes}
        fan_ins = zip(config.initial, (self.n_inputs, config.hidden), strict=True)
        bounds = [scale * fan_in**-0.5 for scale, fan_in in fan_ins]
        coefficients = Coefficients(config.alpha_i, config.alpha_v).normalised(config.n_steps)
        initial = [Uniform(-bound, bound) for bound in bounds]
        once = config.restricted[0]
        return Network(
            sizes,
            coefficients.layers(len(sizes) - 1, once),
            synapse=current,
            initialiser=initial,
            name=self.name,
        ).frozen()

    def n_steps(self, config: S) -> int:
        """Length of a trial: one more step for each connection than the paper counts."""
        return config.n_steps + 2

    def rule(self, config: S) -> Antlr:
        """Return the method."""
        settings: Antlr = getattr(config, config.methods[0])
        # Where a neuron spikes once at most, no output can be asked for more.
        once = config.restricted[0]
        return settings.model_copy(update={"target_spikes": 1}) if once else settings

    def training(self, config: S) -> TrainingConfig:
        """Return how every network is trained."""
        return config.training

    def code(self, config: S) -> str:
        """Name the decoder that goes with what the method's loss asks for."""
        return "rate" if config.methods[0] == "activation" else "first_spike"

    def codes(self, config: S) -> tuple[str, ...]:  # noqa: ARG002
        """Decide test trials by both decoders, from the same spikes."""
        return ("first_spike", "rate")

    def columns(self, network: TrainedNetwork[S], trials: pd.DataFrame) -> dict[str, float]:
        """Mean hidden and output spikes, of test trials and of validation trials."""
        judged = evaluate(network.engine, network.material.split("validation"), network.decoder)
        of_validation = {f"validation_{key}": value for key, value in _spikes(judged).items()}
        return {**_spikes(trials), **of_validation}

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return the paper's claims beside our numbers."""
        found = claims(run.table("results"), self.aims)
        config = run.config(self.config)
        told = abstract(run.table("results"), config.training.epochs)
        page = told, found, sections(run, self.figure)
        return write_report(self, run, config, *page)


def _condition(config: S, method: Method, once: bool) -> Condition[S]:
    restriction = "one spike at most" if once else "any number of spikes"
    return Condition(
        f"{method}, {restriction}",
        config.model_copy(update={"methods": (method,), "restricted": (once,)}),
        {"method": method, "spikes_a_neuron": "one at most" if once else "any number"},
    )


def _spikes(trials: pd.DataFrame) -> dict[str, float]:
    """Mean hidden and output spikes, in all and up to the decision."""
    columns = {"spikes": "spikes", "spikes_until": "spikes_to_decision"}
    return {
        name: float((trials[f"{prefix}_hidden"] + trials[f"{prefix}_output"]).mean())
        for name, prefix in columns.items()
    }
