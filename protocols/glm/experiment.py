"""An experiment of GLM networks: selects, trains and tests every condition, seed by seed."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import ClassVar, TypeVar

import pandas as pd
from pydantic import Field

from brainsnn.analysis.report import Claim, Section
from brainsnn.analysis.summary import summarise
from brainsnn.codes import BernoulliEncoder
from brainsnn.engine import Engine, build_engine
from brainsnn.errors import ConfigError
from brainsnn.experiment import Condition, Experiment, ExperimentConfig, Work, open_seeds, tell
from brainsnn.learning.glm import GLM, GLMWeights
from brainsnn.learning.glm.network import glm_model
from brainsnn.learning.glm.simulate import simulate
from brainsnn.network.model import Model
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.glm.base import (
    CITATION,
    DigitsConfig,
    GLMNetwork,
    TrainingConfig,
    Workshop,
    check_networks,
    digits_of,
)
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback

#: How an accuracy may be scored, and what that means.
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


class GLMConfig(ExperimentConfig):
    """Settings that GLM experiments have in common.

    Parameters
    ----------
    training, data
        See their classes.
    basis, activation : str
        Registered names.
    """

    seeds: int = Field(default=3, ge=1)
    training: TrainingConfig = TrainingConfig()
    data: DigitsConfig = DigitsConfig()
    basis: str = "raised_cosine"
    activation: str = "sigmoid"


S = TypeVar("S", bound=GLMConfig)


class GLMExperiment(Experiment[S]):
    """An experiment whose conditions are GLM networks on MNIST."""

    citation: ClassVar[str] = CITATION

    @abstractmethod
    def networks(self, config: S) -> list[GLMNetwork]:
        """Return the networks to train."""

    def conditions(self, config: S) -> list[Condition[S]]:
        """Return the networks as conditions."""
        return [Condition(n.name, config, n.columns()) for n in self.networks(config)]

    def decoders(self, network: GLMNetwork) -> tuple[str, ...]:
        """Return the decoders that decide the test trials; by default the rule's own."""
        return (network.likelihood(3).code,)

    def model(self, config: S) -> Model:
        """Return the network of the last condition."""
        return glm_model(self.networks(config)[-1].glm(28 * 28), self.name)

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
        Workshop(config.training, config.data)

    def prepare(self, condition: Condition[S]) -> Work:
        """Select a rate, then train and test with every seed."""
        named = {network.name: network for network in self.networks(condition.config)}
        network = named[condition.name]
        return partial(_carry_out, condition.config, network, self.decoders(network))

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


def _carry_out(
    config: GLMConfig,
    network: GLMNetwork,
    decoders: Sequence[str],
    run: RunDirectory,
    callbacks: Sequence[Callback],
) -> None:
    shop, glm = Workshop(config.training, config.data), network.glm(28 * 28)
    rate = _selected(shop, network, config.seed, run, callbacks)
    with build_engine(config.engine, glm_model(glm), glm.n_steps) as engine:
        for seed in open_seeds(run, config):
            results, trials = _measure(shop, network, rate, seed, engine, decoders)
            run.append_tables({"trials": trials, "results": results})
            scores = zip(results["decoder"], results["accuracy"], strict=True)
            found = ", ".join(f"{name} {accuracy:.2%}" for name, accuracy in scores)
            seconds = results["seconds"].iloc[0]
            tell(run, callbacks, f"{network.name}, seed {seed}: {found} ({seconds:.0f} s)")


def _selected(
    shop: Workshop, network: GLMNetwork, seed: int, run: RunDirectory, callbacks: Sequence[Callback]
) -> float:
    """Learning rate of the best mean accuracy over folds."""
    rates = shop.training.learning_rates
    if len(rates) == 1:
        return rates[0]
    if not run.has_table("selection"):
        run.write_table("selection", shop.select(network, seed))
    means = run.table("selection").groupby("learning_rate")["accuracy"].mean()
    told = ", ".join(f"{rate:g}: {accuracy:.2%}" for rate, accuracy in means.items())
    tell(run, callbacks, f"{network.name}: {told}")
    return float(means.index[int(means.argmax())])


def _measure(
    shop: Workshop,
    network: GLMNetwork,
    rate: float,
    seed: int,
    engine: Engine,
    decoders: Sequence[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train with one seed and test; rows of results and of trials."""
    glm, weights, seconds = shop.final(network, rate, seed)
    trials = shop.test(network, glm, weights, engine, tuple(decoders), seed)
    n_train = digits_of(shop.splits.train, network.digits, shop.data.train)[1].size
    common = {
        **network.columns(),
        "seed": seed,
        "learning_rate": rate,
        "epochs": shop.training.epochs,
        "seconds": seconds,
        "presentations_per_second": shop.training.epochs * n_train / seconds,
    }
    rows = []
    for decoder in decoders:
        part = trials[trials["decoder"] == decoder]
        clock = _seconds_a_trial(shop, network, glm, weights, seed, decoder == "first_spike")
        rows.append({**common, "decoder": decoder, **_scores(part), "inference_seconds": clock})
    return pd.DataFrame(rows), trials


def _scores(trials: pd.DataFrame) -> dict[str, float]:
    """Accuracy columns, that of spikes alone, and costs."""
    right = (trials["decision"] == trials["label"]) & ~trials["tie"] & ~trials["silent"]
    costs = {name: float(trials[name].mean()) for name in ("additions", "multiplications")}
    return {**summarise(trials), "accuracy_spikes_alone": float(right.mean()), **costs}


def _seconds_a_trial(
    shop: Workshop, network: GLMNetwork, glm: GLM, weights: GLMWeights, seed: int, stop: bool
) -> float:
    """Wall time of an inference by the compiled simulation, the best of three."""
    images, _ = digits_of(shop.splits.test, network.digits, shop.data.test)
    rng = Streams(seed).fresh("timing")
    trains = BernoulliEncoder(network.n_steps).encode(images[:TIMED], rng)
    times = []
    for _ in range(4):
        begin = time.perf_counter()
        simulate(glm, weights, trains, rng, stop_at_first=stop)
        times.append(time.perf_counter() - begin)
    return min(times[1:]) / trains.n_trials
