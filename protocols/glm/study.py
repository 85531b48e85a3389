"""A study of GLM networks: selects, trains and tests every condition, seed by seed."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, TypeVar

import pandas as pd

from brainsnn.analysis.report import Claim, Section
from brainsnn.analysis.summary import summarise
from brainsnn.codes import BernoulliEncoder
from brainsnn.engine import Engine, build_engine
from brainsnn.errors import ConfigError
from brainsnn.experiment.study import Study, StudyConfig
from brainsnn.learning.glm import GLM, GLMWeights
from brainsnn.learning.glm.network import glm_model
from brainsnn.learning.glm.simulate import simulate
from brainsnn.network.model import Model
from brainsnn.protocols.common.page import write_report
from brainsnn.protocols.glm.base import (
    CITATION,
    Condition,
    DigitsConfig,
    TrainingConfig,
    Workshop,
    check_conditions,
    digits_of,
)
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

#: How an accuracy may be scored, and what that means.
SCORES = {
    "accuracy_spikes_alone": "decided by spikes alone, ties and silence wrong",
    "accuracy": "ties and silence decided by potential",
}

#: Larger learning rates than the paper's, for ``--preset wide``: first-to-spike learning is far
#: from its end after 200 epochs at 1e-3.
WIDE = ("training.learning_rates=[0.1, 0.03, 0.01]", "training.folds=3")

#: What every ``--preset demo`` of these studies begins with.
DEMO = (
    "training.epochs=20",
    "training.learning_rates=[0.001]",
    "data.train=200",
    "data.test=200",
)

#: Trials over which the wall time of an inference is taken.
TIMED = 500


class GLMStudyConfig(StudyConfig):
    """Settings that GLM studies have in common.

    Parameters
    ----------
    training, data
        See their classes.
    basis, activation : str
        Registered names.
    """

    training: TrainingConfig = TrainingConfig()
    data: DigitsConfig = DigitsConfig()
    basis: str = "raised_cosine"
    activation: str = "sigmoid"


S = TypeVar("S", bound=GLMStudyConfig)


class GLMStudy(Study[S]):
    """A study whose conditions are GLM networks on MNIST."""

    citation: ClassVar[str] = CITATION

    @abstractmethod
    def conditions(self, config: S) -> list[Condition]:
        """Return the networks to train."""

    def decoders(self, condition: Condition) -> tuple[str, ...]:
        """Return the decoders that decide the test trials; by default the rule's own."""
        return (condition.likelihood(3).code,)

    def model(self, config: S) -> Model:
        """Return the network of the last condition."""
        return glm_model(self.conditions(config)[-1].glm(28 * 28), self.name)

    def check(self, config: S) -> None:
        """Refuse impossible conditions and missing data."""
        conditions = self.conditions(config)
        check_conditions(conditions, config.training.gap)
        fewest = min(len(condition.digits) for condition in conditions) * config.data.train
        if len(config.training.learning_rates) > 1 and config.training.folds > fewest // 2:
            raise ConfigError(
                f"training.folds = {config.training.folds} is not possible: a fold needs two or "
                f"more of the {fewest} training images."
            )
        Workshop(config.training, config.data)

    def carry_out(self, config: S, run: RunDirectory, say: Callable[[str], None]) -> None:
        """Select a rate, then train and test with every seed, condition by condition."""
        shop = Workshop(config.training, config.data)
        engines: dict[tuple[int, int], Engine] = {}
        for condition in self.conditions(config):
            rate = self._selected(shop, condition, config, run, say)
            glm = condition.glm(28 * 28)
            key = (glm.n_classes, glm.n_steps)
            if key not in engines:
                engines[key] = build_engine(config.engine, glm_model(glm), glm.n_steps)
            for seed in range(config.seed, config.seed + config.seeds):
                if not run.holds("results", condition=condition.name, seed=seed):
                    self._measure(shop, condition, rate, seed, engines[key], run, say)
        for engine in engines.values():
            engine.close()

    def _selected(
        self,
        shop: Workshop,
        condition: Condition,
        config: S,
        run: RunDirectory,
        say: Callable[[str], None],
    ) -> float:
        """Learning rate of the best mean accuracy over folds."""
        rates = config.training.learning_rates
        if len(rates) == 1:
            return rates[0]
        if not run.holds("selection", condition=condition.name):
            run.append_table("selection", shop.select(condition, config.seed))
        table = run.table("selection")
        mine = table[table["condition"] == condition.name]
        means = mine.groupby("learning_rate")["accuracy"].mean()
        say(f"{condition.name}: {', '.join(f'{r:g}: {a:.2%}' for r, a in means.items())}")
        return float(means.index[int(means.argmax())])

    def _measure(
        self,
        shop: Workshop,
        condition: Condition,
        rate: float,
        seed: int,
        engine: Engine,
        run: RunDirectory,
        say: Callable[[str], None],
    ) -> None:
        """Train with one seed, test, and add to the tables."""
        glm, weights, seconds = shop.final(condition, rate, seed)
        trials = shop.test(condition, glm, weights, engine, self.decoders(condition), seed)
        presentations = shop.training.epochs * self._n_train(shop, condition)
        common = {
            **condition.columns(),
            "seed": seed,
            "learning_rate": rate,
            "epochs": shop.training.epochs,
            "seconds": seconds,
            "presentations_per_second": presentations / seconds,
        }
        rows = []
        for decoder in self.decoders(condition):
            part = trials[trials["decoder"] == decoder]
            clock = _seconds_a_trial(shop, condition, glm, weights, seed, decoder == "first_spike")
            rows.append({**common, "decoder": decoder, **_scores(part), "inference_seconds": clock})
        run.append_tables({"trials": trials, "results": pd.DataFrame(rows)})
        found = ", ".join(f"{r['decoder']} {r['accuracy']:.2%}" for r in rows)
        say(f"{condition.name}, seed {seed}: {found} ({seconds:.0f} s)")

    def _n_train(self, shop: Workshop, condition: Condition) -> int:
        return digits_of(shop.splits.train, condition.digits, shop.data.train)[1].size

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


def _scores(trials: pd.DataFrame) -> dict[str, float]:
    """Accuracy columns, that of spikes alone, and costs."""
    right = (trials["decision"] == trials["label"]) & ~trials["tie"] & ~trials["silent"]
    costs = {name: float(trials[name].mean()) for name in ("additions", "multiplications")}
    return {**summarise(trials), "accuracy_spikes_alone": float(right.mean()), **costs}


def _seconds_a_trial(
    shop: Workshop, condition: Condition, glm: GLM, weights: GLMWeights, seed: int, stop: bool
) -> float:
    """Wall time of an inference by the compiled simulation, the best of three."""
    images, _ = digits_of(shop.splits.test, condition.digits, shop.data.test)
    rng = Streams(seed).fresh("timing")
    trains = BernoulliEncoder(condition.n_steps).encode(images[:TIMED], rng)
    times = []
    for _ in range(4):
        begin = time.perf_counter()
        simulate(glm, weights, trains, rng, stop_at_first=stop)
        times.append(time.perf_counter() - begin)
    return min(times[1:]) / trains.n_trials
