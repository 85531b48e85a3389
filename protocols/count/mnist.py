"""Networks of spike counts learn MNIST (Wu et al. 2019, Table II)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.paper import printed_value
from brainsnn.analysis.report import Claim, Section
from brainsnn.experiment import Condition, TrainedNetwork
from brainsnn.learning.averaging import AverageConfig, ExponentialAverageConfig
from brainsnn.learning.count.stretching import stretched
from brainsnn.learning.optimisers import AdamConfig, OptimiserConfig
from brainsnn.learning.schedules import Cosine, Schedule
from brainsnn.protocols.common.claims import mean
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.common.page import write_report, write_report_of_seeds
from brainsnn.protocols.common.sections import MOST_SPIKES, accuracy, learning
from brainsnn.protocols.common.warps import WarpConfig
from brainsnn.protocols.count import figures as figures
from brainsnn.protocols.count.base import CountConfig, CountExperiment, ShortConfig
from brainsnn.protocols.count.recipe import WARPED, CountRecipeConfig, settled
from brainsnn.records import RunDirectory
from brainsnn.training import Callback, TrainingConfig

#: Test accuracies of Table II, in per cent, by hidden layers and T.
PAPER = {
    network: printed_value("count-mnist", "accuracy", variant)
    for network, variant in {
        ("800", 50): "default",
        ("800-800", 50): "deep",
        ("12c5-2a-64c5-2a", 50): "cnn",
        ("800", 10): "short",
    }.items()
}


#: Images that stay where they are, no average of weights, a constant rate; a temperature of 1 / T
#: makes it the paper's recipe.
_FAITHFUL = ("warp.share=0", "average.name=off", "schedule.name=constant")


class CountMnistConfig(CountConfig, TrainingConfig):
    """Settings of the experiment ``count-mnist``.

    With ``recipe.fitted``, the default, `warp` follows from the images if it is not given
    (`brainsnn.protocols.count.recipe`); else the value below holds.

    Parameters
    ----------
    network, short, data, warp, rule, recipe
        See their classes.
    """

    protocol: Literal["count-mnist"] = "count-mnist"
    epochs: int = Field(default=20, ge=1)
    batch_size: int = Field(default=64, ge=1)
    update: Literal["sequential", "simultaneous"] = "simultaneous"
    optimiser: OptimiserConfig = AdamConfig()
    schedule: Schedule = Cosine(warm_up=0.25)
    average: AverageConfig = ExponentialAverageConfig(decay=0.99)
    short: ShortConfig = ShortConfig()
    data: MnistConfig = MnistConfig(n_validation=5000)
    warp: WarpConfig = WARPED
    recipe: CountRecipeConfig = CountRecipeConfig()


class CountMnist(CountExperiment[CountMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "count-mnist"
    title = "Spike counts on MNIST"
    summary = "784-800-10 integrate-and-fire network learns MNIST through its spike counts."
    config = CountMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "short": ("network.n_steps=10",),
        "deep": ("network.hidden=800-800",),
        "cnn": ("network.hidden=12c5-2a-64c5-2a", "short.epochs=10", "epochs=1"),
        "cnn-short": ("network.hidden=12c5-2a-64c5-2a", "network.n_steps=10"),
        "faithful": (*_FAITHFUL, "rule.temperature=0.02"),
        "faithful-short": (*_FAITHFUL, "rule.temperature=0.1", "network.n_steps=10"),
        "demo": ("network.n_steps=10", "epochs=2", "network.hidden=200"),
    }

    def learning_rate(self, config: CountMnistConfig) -> float:
        """Return the rule's, or a share of it where short trials have taught the most."""
        return config.rule.learning_rate * (config.short.rate if config.short.epochs else 1.0)

    def settle(
        self, config: CountMnistConfig, say: Callable[[str], None]
    ) -> tuple[CountMnistConfig, Mapping[str, pd.DataFrame]]:
        """Decide on warps, which neither network nor rule depends on (`..count.recipe`)."""
        return settled(config, say) if config.recipe.fitted else (config, {})

    def begin(
        self,
        network: TrainedNetwork[CountMnistConfig],
        run: RunDirectory,
        callbacks: Sequence[Callback],
    ) -> None:
        """Learn with short trials first, if so configured; table ``short`` has their metrics."""
        config, short = network.config, network.config.short
        if not short.epochs:
            return
        sizes = config.network.model_copy(update={"n_steps": short.n_steps})
        brief = {"network": sizes, "epochs": short.epochs, "short": ShortConfig()}
        first = TrainedNetwork(self, Condition("", config.model_copy(update=brief)))
        with first.engine:
            trainer = first.trainer(callbacks)
            result = trainer.fit(first.material.train, first.material.validation)
        run.write_table("short", result.metrics)
        ratio = config.network.n_steps / short.n_steps
        weights = stretched(result.weights, ratio, sizes.threshold)
        network.engine.set_weights(weights)

    def measure(self, network: TrainedNetwork[CountMnistConfig], run: RunDirectory) -> None:
        """Table ``transfer``, eq. 7 against recorded counts; ``early``, the output read early."""
        test = network.material.test
        figures.write_transfer(network.engine, test, network.config.network, run)
        figures.write_early(network.engine, test, run)

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return the paper's claims beside our numbers."""
        config = run.config(self.config)
        if config.seeds > 1:
            return write_report_of_seeds(self, run, config)
        page = (
            self._abstract(run, config),
            self._claims(run, config),
            _sections(run, config.monitor, config.data.classes),
        )
        return write_report(self, run, config, *page)

    def _claims(self, run: RunDirectory, config: CountMnistConfig) -> list[Claim]:
        """Accuracy (Table II)."""
        trials = run.trials()
        right = trials["decision"] == trials["label"]
        sizes = config.network.hidden, config.network.n_steps
        paper = config.data.of_paper(PAPER.get(sizes))
        scored = {"decided by potential": right, "counted as wrong": right & ~trials["tie"]}
        first, strict = (
            Claim.judged(
                f"Test accuracy, ties {how}",
                paper,
                100 * mean(hits),
                "%",
                digits=2,
                note="Table II",
            )
            for how, hits in scored.items()
        )
        return [replace(first, headline=True), strict]

    def _abstract(self, run: RunDirectory, config: CountMnistConfig) -> str:
        """Return one paragraph: what was run, on what, with what result."""
        trials, network = run.trials(), config.network
        right = 100 * mean(trials["decision"] == trials["label"])
        spikes = mean(trials["spikes_to_decision"])
        notation, short = network.notation("28x28", 10), config.short
        before = f", after {short.epochs} with {short.n_steps} steps" if short.epochs else ""
        return (
            f"A {notation} network of integrate-and-fire neurons whose reset subtracts the "
            f"threshold, {network.n_steps} steps for each to spike in, learned "
            f"{config.data.title} through its "
            f"spike counts for {config.epochs} epochs (seed {config.seed}){before}, its weights "
            f"selected on validation images only. On {len(trials):,} test images the output with "
            f"most spikes names the right digit in {right:.2f} % of trials, with {spikes:,.0f} "
            "spikes on average."
        )


def _sections(run: RunDirectory, monitor: str, classes: tuple[str, ...]) -> list[Section]:
    """Draw the figures and return the sections of the page."""
    return [
        *([learning(run, monitor, "short")] if run.has_table("short") else []),
        learning(run, monitor),
        accuracy(run, run.trials(), classes, MOST_SPIKES),
        figures.transfer(run),
        figures.early(run),
    ]


PROTOCOL = CountMnist()
