"""An experiment of GLM networks: selects a learning rate, then trains and tests with every seed."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.report import Claim, Section
from brainsnn.analysis.summary import summarise
from brainsnn.codes import DECODERS, BernoulliEncoder
from brainsnn.errors import ConfigError
from brainsnn.experiment import (
    Condition,
    Experiment,
    ExperimentConfig,
    Material,
    TrainedNetwork,
    TrainingExperiment,
    Work,
)
from brainsnn.experiment.carry_out import carry_out_parts
from brainsnn.experiment.cluster import Workers
from brainsnn.learning.glm import GLMWeights
from brainsnn.learning.glm.complexity import operations
from brainsnn.learning.glm.inputs import PresentedTrials, SparseProbabilities
from brainsnn.learning.glm.network import gathered, glm_model, named
from brainsnn.learning.glm.rule import MaximumLikelihood
from brainsnn.learning.glm.simulate import simulate
from brainsnn.network.model import Model
from brainsnn.protocols.common.mnist import SETS
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.glm.base import (
    CITATION,
    RULES,
    DigitsConfig,
    GLMNetwork,
    TrainingConfig,
    Wanted,
    check_networks,
    digits_of,
)
from brainsnn.protocols.glm.selection import selected
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Callback
from brainsnn.training import TrainingConfig as Training
from brainsnn.training.evaluation import fan_outs, tabulate

SCORES = {
    "accuracy_spikes_alone": "decided by spikes alone, ties and silence wrong",
    "accuracy": "ties and silence decided by potential",
}

#: Larger learning rates than the paper's, for ``--preset wide``: first-to-spike learning is far
#: from its end after 200 epochs at 1e-3.
WIDE = ("training.learning_rates=[0.1, 0.03, 0.01]", "training.folds=3")

#: What every ``--preset demo`` of these experiments begins with.
DEMO = (
    "training.epochs=20",
    "training.learning_rates=[0.001]",
    "data.train=200",
    "data.test=200",
)

#: Trials over which the wall time of an inference is taken.
TIMED = 500

#: Trials run and tabulated at once.
BLOCK = 2000

#: Input neurons: the pixels of an image.
PIXELS = 28 * 28


class GLMConfig(ExperimentConfig):
    """Settings that GLM experiments have in common.

    Parameters
    ----------
    training, data
        See their classes.
    basis, activation : str
        Registered names.
    rules : tuple of {"first_to_spike", "rate"}
        What networks are taught.
    """

    seeds: int = Field(default=3, ge=1)
    training: TrainingConfig = TrainingConfig()
    data: DigitsConfig = DigitsConfig()
    basis: str = "raised_cosine"
    activation: str = "sigmoid"
    rules: tuple[Wanted, ...] = RULES


S = TypeVar("S", bound=GLMConfig)


class GLMExperiment(TrainingExperiment[S]):
    """An experiment whose conditions are GLM networks on MNIST.

    A condition's run directory holds the cross-validation of its learning rate, and a run directory
    for each seed.
    """

    citation: ClassVar[str] = CITATION

    @abstractmethod
    def networks(self, config: S) -> list[GLMNetwork]:
        """Return the networks to train."""

    @abstractmethod
    def narrowed(self, network: GLMNetwork) -> dict[str, Any]:
        """Return the settings, besides the rule, that leave this network alone."""

    def network(self, config: S) -> GLMNetwork:
        """Return the network of a condition's configuration; of many, the last."""
        return self.networks(config)[-1]

    def conditions(self, config: S) -> Sequence[Condition[S]]:
        """Return the networks as conditions."""
        return [
            Condition(
                n.name,
                config.model_copy(update={"rules": (n.rule,), **self.narrowed(n)}),
                n.columns(),
            )
            for n in self.networks(config)
        ]

    def parts(self, config: S) -> Sequence[S]:
        """Return the conditions, each with all seeds: they share what is selected."""
        return Experiment.parts(self, config)

    def decoders(self, network: GLMNetwork) -> tuple[str, ...]:
        """Return the decoders that decide the test trials; by default the rule's own."""
        return (MaximumLikelihood(likelihood=network.rule).read_by()[0],)

    def model(self, config: S) -> Model:
        """See `TrainingExperiment`."""
        return glm_model(self.network(config).glm(PIXELS), self.name, config.training.initial)

    def n_steps(self, config: S) -> int:
        """See `TrainingExperiment`."""
        return self.network(config).n_steps

    def rule(self, config: S) -> MaximumLikelihood:
        """See `TrainingExperiment`."""
        return self.network(config).learned_by(config.training)

    def training(self, config: S) -> Training:
        """Return batches of one, of which the last weights are kept."""
        return Training(epochs=config.training.epochs, monitor="epoch")

    def code(self, config: S) -> str:
        """See `TrainingExperiment`."""
        return self.rule(config).read_by()[0]

    def codes(self, config: S) -> Sequence[str]:
        """See `TrainingExperiment`."""
        return self.decoders(self.network(config))

    def check(self, config: S) -> None:
        """Refuse impossible networks and missing data."""
        self.chosen(config)
        networks = self.networks(config)
        check_networks(networks, config.training.gap)
        fewest = min(len(network.digits) for network in networks) * config.data.train
        if len(config.training.learning_rates) > 1 and config.training.folds > fewest // 2:
            raise ConfigError(
                f"training.folds = {config.training.folds} is not possible: a fold needs two or "
                f"more of the {fewest} training images."
            )
        SETS[config.data.name](n_validation=0).load()

    def sources(self, config: S) -> tuple[type, ...]:
        """Return the data set and the encoder."""
        return SETS[config.data.name], BernoulliEncoder

    def material(self, config: S, streams: Streams) -> Material:
        """Load the digits; input spikes are drawn anew in each epoch."""
        splits = SETS[config.data.name](n_validation=0).load()
        network, data = self.network(config), config.data
        encoder = BernoulliEncoder(network.n_steps)
        images, labels = digits_of(splits.train, network.digits, data.train)
        probabilities = SparseProbabilities.of(encoder.probabilities(images))
        train = PresentedTrials(probabilities, network.n_steps, labels, streams)

        def test() -> LabelledTrials:
            images, labels = digits_of(splits.test, network.digits, data.test)
            return LabelledTrials(encoder.encode(images, streams.fresh("test")), labels)

        return Material(train, None, test, tuple(map(str, network.digits)))

    def prepare(self, condition: Condition[S]) -> Work:
        """Train and test, or first select a rate, and then do so with every seed."""
        config = condition.config
        if config.seeds == len(config.training.learning_rates) == 1:
            return TrainedNetwork(self, condition).carry_out
        return partial(self._with_every_seed, condition)

    def _with_every_seed(
        self, condition: Condition[S], run: RunDirectory, callbacks: Sequence[Callback]
    ) -> None:
        rate = selected(self, condition, run, callbacks)
        config = run.config(self.config)
        training = config.training.model_copy(update={"learning_rates": (rate,)})
        found = {"training": training, "condition": condition.name, "workers": 1, "seeds": 1}
        parts = [config.model_copy(update={**found, "seed": seed}) for seed in config.all_seeds]
        carry_out_parts(self, parts, run, run.provenance()["command"], callbacks, Workers())

    def begin(
        self,
        network: TrainedNetwork[S],
        run: RunDirectory,  # noqa: ARG002
        callbacks: Sequence[Callback],  # noqa: ARG002
    ) -> None:
        """Draw the first weights of a network whole."""
        network.engine.set_weights(named(self.first_weights(network.config, network.streams)))

    def first_weights(self, config: S, streams: Streams) -> GLMWeights:
        """First weights of a seed."""
        bound = config.training.initial
        return self.network(config).glm(PIXELS).draw(streams.fresh("weights"), -bound, bound)

    def decided(
        self, network: TrainedNetwork[S], trials: LabelledTrials, code: str
    ) -> pd.DataFrame:
        """Run trials, with the same draws for each decoder, to where a first spike decides them.

        Returns
        -------
        pandas.DataFrame
            The trials table (`brainsnn.training.evaluation`), with `additions` and
            `multiplications`.
        """
        engine, glm = network.engine, self.network(network.config).glm(PIXELS)
        engine.streams = Streams(network.config.seed)
        until, tables = ("output" if code == "first_spike" else None), []
        for begin in range(0, len(trials), BLOCK):
            index = np.arange(begin, min(begin + BLOCK, len(trials)))
            recording = engine.run(trials.inputs, index, until)
            decisions, labels = DECODERS[code]().decode(recording), trials.labels[index]
            fan_out = fan_outs(engine.model)
            table = tabulate(recording, decisions, labels, "output", fan_out, begin)
            costs = operations(recording, decisions.step, len(glm.basis), len(glm.feedback))
            tables.append(pd.concat([table, costs], axis=1))
        return pd.concat(tables, ignore_index=True).assign(decoder=code)

    def columns(self, network: TrainedNetwork[S], trials: pd.DataFrame) -> dict[str, float]:
        """Accuracy by spikes alone, operations, and wall time of an inference."""
        right = (trials["decision"] == trials["label"]) & ~trials["tie"] & ~trials["silent"]
        costs = {name: float(trials[name].mean()) for name in ("additions", "multiplications")}
        clock = self._seconds_a_trial(network, trials["decoder"].iloc[0] == "first_spike")
        alone = {"accuracy_spikes_alone": float(right.mean())}
        return {**alone, **costs, "inference_seconds": clock}

    def _seconds_a_trial(self, network: TrainedNetwork[S], stop: bool) -> float:
        """Wall time of an inference by the compiled simulation, the best of three."""
        glm, trials = self.network(network.config).glm(PIXELS), network.material.test
        rng = Streams(network.config.seed).fresh("timing")
        trains = trials.inputs.take(np.arange(min(TIMED, len(trials))))
        weights, times = gathered(glm, network.engine.weights), []
        for _ in range(4):
            begin = time.perf_counter()
            simulate(glm, weights, trains, rng, stop_at_first=stop)
            times.append(time.perf_counter() - begin)
        return min(times[1:]) / trains.n_trials

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Means over all conditions and seeds."""
        return summarise(run.trials())

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return the paper's claims beside our numbers."""
        config = run.config(self.config)
        claims = self.claims(run)
        page = self.abstract(run.table("results")), claims, self.sections(run)
        return write_report(self, run, config, *page)

    @abstractmethod
    def claims(self, run: RunDirectory) -> list[Claim]:
        """Return the paper's claims beside our numbers."""

    @abstractmethod
    def abstract(self, results: pd.DataFrame) -> str:
        """Return one paragraph: what was run, with what result."""

    @abstractmethod
    def sections(self, run: RunDirectory) -> list[Section]:
        """Draw the figures and return the sections of the page."""
