"""Alpha synapses on XOR of noisy spike times, with pulses that are learned and without."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, ClassVar, Literal

import numpy as np
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
from brainsnn.protocols.alpha.learning import (
    APART,
    AlphaDescent,
    best_by_difference,
    noisy_xor,
    taught,
)
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.first_times import decided
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback


class AlphaConfig(ExperimentConfig):
    """Settings of the experiment ``alpha-xor``.

    Parameters
    ----------
    pulses : tuple of int, default (3, 1, 0)
        Pulses a layer, a condition each.
    descent : AlphaDescent
        Network, and how it is taught.
    noise : float, default 2.25
        See `noisy_xor`.
    n_test : int, default 1000
        Trials drawn apart, read once, after learning.
    """

    protocol: Literal["alpha-xor"] = "alpha-xor"
    seeds: int = Field(default=10, ge=1)
    pulses: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(3, 1, 0), min_length=1)
    descent: AlphaDescent = AlphaDescent()
    noise: float = Field(default=2.25, ge=0, le=APART)
    n_test: int = Field(default=1000, ge=1)


class AlphaXor(Experiment[AlphaConfig]):
    """The experiment; see the module's docstring."""

    name = "alpha-xor"
    title = "Alpha synapses: XOR of noisy spike times"
    summary = "How often XOR is right by the first output spike, with learned pulses and without."
    citation: ClassVar[str] = ALPHA
    config = AlphaConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=2", "descent.updates=200"),
    }

    def conditions(self, config: AlphaConfig) -> list[Condition[AlphaConfig]]:
        """Return the numbers of pulses."""
        found = []
        for n in config.pulses:
            how = config.descent.model_copy(update={"pulses": n})
            own = config.model_copy(update={"pulses": (n,), "descent": how})
            found.append(Condition(f"pulses {n}", own, {"pulses": n}))
        return found

    def prepare(self, condition: Condition[AlphaConfig]) -> Work:
        """Learn with some pulses, seed by seed."""
        return partial(_carry_out, condition)

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Mean share of trials that are right, by pulses."""
        groups = run.table("results").groupby("condition", sort=False)
        return {f"{name}, right": float(part["accuracy"].mean()) for name, part in groups}

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        config, results = run.config(self.config), run.table("results")
        how = config.descent
        abstract = (
            f"{how.hidden} hidden neurons and two outputs that spike once at most, taught by Adam "
            f"in {how.updates} updates of {how.batch} trials drawn anew, along the exact gradient "
            "of their spike times; the first output to spike decides. Nothing was selected; "
            f"{config.n_test} trials drawn apart were read once, after learning. Without pulses a "
            "network knows the difference of the two times alone, which tells at most "
            f"{100 * best_by_difference(config.noise):.1f} % of trials right."
        )
        lines = curve(run.table("updates"), "update", "loss", ("condition",))
        figure = plot_lines(lines, "update", "Update", "Loss")
        caption = "Loss on the trials of an update; means of seeds with 95 % intervals."
        shown = picture(run, figure, "loss", caption, "Loss over updates.")
        shares = ("accuracy", "undecided", "silent")
        table = Table(results, "A row a number of pulses and seed.", percent=shares)
        sections = [Section("Learning", "", (shown,)), Section("Seeds", "", (table,))]
        return write_report(self, run, config, abstract, _claims(results, config.noise), sections)


def _carry_out(
    condition: Condition[AlphaConfig], run: RunDirectory, callbacks: Sequence[Callback]
) -> None:
    def said(row: pd.Series) -> str:
        return f"{100 * row['accuracy']:.1f} % of trials are right"

    seed_by_seed(condition, run, callbacks, partial(_of_seed, condition.config), said)


def _of_seed(config: AlphaConfig, seed: int) -> dict[str, pd.DataFrame]:
    """Teach a network, and try it on trials of its own."""
    streams = Streams(seed)
    network, history = taught(config.descent, config.noise, streams["weights"], streams["trials"])
    inputs, labels = noisy_xor(config.n_test, config.noise, streams["test"])
    hidden, out = network.times(inputs)
    decision, first = decided(out), out.min(axis=1)
    row = {
        "accuracy": float((decision == labels).mean()),
        "undecided": float((decision < 0).mean()),
        "time": float(first[np.isfinite(first)].mean()) if np.isfinite(first).any() else np.nan,
        "silent": float(np.isinf(hidden).mean()),
    }
    return {"results": pd.DataFrame([row]), "updates": history}


def _claims(results: pd.DataFrame, noise: float) -> list[Claim]:
    """What is right, and when it is decided; no number of the paper is put beside it."""
    found, most = [], f"at most {100 * best_by_difference(noise):.1f} by differences of times"
    for n, part in results.groupby("pulses", sort=False):
        text = f"XOR of noisy spike times, pulses a layer: {n}"
        note = "" if n else most
        found.append(claim_of(f"{text}; trials right", None, 100 * part["accuracy"], "%", note))
        found.append(claim_of(f"{text}; time of decision", None, part["time"], "", digits=2))
    return found


PROTOCOL = AlphaXor()
