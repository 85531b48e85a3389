"""Digits by alpha synapses: accuracy and time of decision, slow and fast."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_lines
from brainsnn.analysis.paper import ALPHA
from brainsnn.analysis.report import Claim, Section, Table
from brainsnn.experiment.experiment import (
    Condition,
    Experiment,
    ExperimentConfig,
    Work,
    seed_by_seed,
)
from brainsnn.protocols.alpha.digits import DigitsDescent, learn, tried
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback

Regime = Literal["slow", "fast"]


class AlphaMnistConfig(ExperimentConfig):
    """Settings of the experiment ``alpha-mnist``.

    Parameters
    ----------
    regimes : tuple of str, default ("slow", "fast")
        A condition each.
    slow, fast : DigitsDescent
        Networks, and how they are taught. Synapses of the slow one decay over more than three times
        the time over which inputs spike, those of the fast one over just that time.
    data : MnistConfig
    """

    protocol: Literal["alpha-mnist"] = "alpha-mnist"
    regimes: tuple[Regime, ...] = Field(default=("slow", "fast"), min_length=1)
    slow: DigitsDescent = DigitsDescent()
    fast: DigitsDescent = DigitsDescent(darkest=10.0, decay=0.1)
    data: MnistConfig = MnistConfig(n_validation=6000)


class AlphaMnist(Experiment[AlphaMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "alpha-mnist"
    title = "Digits by alpha synapses"
    summary = "784-340-10 network of alpha synapses on MNIST: accuracy and time of decision."
    citation: ClassVar[str] = ALPHA
    config = AlphaMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": (
            *("seeds=1", "slow.epochs=1", "fast.epochs=1", "data.n_train=10000"),
            "data.n_test=1000",
        ),
        "short": ("seeds=1", "slow.epochs=4", "fast.epochs=4"),
    }

    def conditions(self, config: AlphaMnistConfig) -> list[Condition[AlphaMnistConfig]]:
        """Return the regimes."""
        return [
            Condition(name, config.model_copy(update={"regimes": (name,)}))
            for name in dict.fromkeys(config.regimes)
        ]

    def sources(self, config: AlphaMnistConfig) -> tuple[type, ...]:
        """Return the data set."""
        return (config.data.kind,)

    def check(self, config: AlphaMnistConfig) -> None:
        """Refuse missing data."""
        config.data.load()

    def prepare(self, condition: Condition[AlphaMnistConfig]) -> Work:
        """Learn in one regime, seed by seed."""
        return partial(_carry_out, condition)

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figure and the report; return claims."""
        config, results = run.config(self.config), run.table("results")
        read = f"{config.data.n_train:,}" if config.data.n_train else "all"
        abstract = (
            f"Networks of one hidden layer whose neurons spike once at most read "
            f"{config.data.title}, a spike a pixel that is not black, the brighter the earlier. "
            f"Adam followed the exact gradient of spike times on {read} training images. The "
            "first output to spike decides; silence and ties are wrong. Weights are those of the "
            "epoch best on validation images; test images were read once, after learning. Times "
            "are in shares of that at which the darkest pixel spikes."
        )
        lines = curve(run.table("epochs"), "epoch", "validation_accuracy", ("condition",))
        figure = plot_lines(lines, "epoch", "Epoch", "Validation accuracy")
        caption = "Accuracy on validation images; means of seeds with 95 % intervals."
        shown = picture(run, figure, "epochs", caption, "Validation accuracy over epochs.")
        shares = ("accuracy", "accuracy_ties_right", "silent_fraction", "hidden_before")
        table = Table(results, "A row a network.", percent=shares, digits=dict.fromkeys(shares, 2))
        sections = [Section("Learning", "", (shown,)), Section("Networks", "", (table,))]
        return write_report(self, run, config, abstract, _claims(results), sections)


def _carry_out(
    condition: Condition[AlphaMnistConfig], run: RunDirectory, callbacks: Sequence[Callback]
) -> None:
    def said(row: pd.Series) -> str:
        return f"{row['accuracy']:.2%} of test images are right"

    seed_by_seed(condition, run, callbacks, partial(_of_seed, condition.config), said)


def _of_seed(config: AlphaMnistConfig, seed: int) -> dict[str, pd.DataFrame]:
    """Teach a network of the one regime, and try it on test images."""
    how = config.slow if config.regimes == ("slow",) else config.fast
    splits, streams = config.data.load(), Streams(seed)
    learned = learn(how, splits, streams["weights"], streams["trials"])
    found = tried(learned.network, how, splits.test)
    answered = found[~found["silent"]]
    row = {
        "epochs": len(learned.epochs),
        "kept": learned.epoch,
        "accuracy": float(found["right"].mean()),
        "accuracy_ties_wrong": float(found["right"].mean()),
        "accuracy_ties_right": float(found["among"].mean()),
        "silent_fraction": float(found["silent"].mean()),
        "time": float(answered["time"].mean()) / how.darkest,
        "spikes_to_decision": float((found["hidden"] + found["inputs"]).mean()),
        "hidden_before": float(found["hidden"].mean()) / how.hidden,
    }
    return {"results": pd.DataFrame([row]), "epochs": learned.epochs}


def _claims(results: pd.DataFrame) -> list[Claim]:
    """Accuracy, and when it is decided; no number of the paper is put beside them."""
    found = []
    for name, part in results.groupby("condition", sort=False):
        note = f"{part['spikes_to_decision'].mean():,.0f} spikes before the decision"
        text = f"Test accuracy, {name}"
        found.append(claim_of(text, None, 100 * part["accuracy"], "%", note, 2))
        text = f"Time of decision, {name}, in inputs' time"
        found.append(claim_of(text, None, part["time"], "", digits=2))
    return found


PROTOCOL = AlphaMnist()
