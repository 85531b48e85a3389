"""Accuracy of GLM networks against the number of basis functions (Bagheri et al., Figure 4)."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_curves, plot_functions
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.analysis.seeds import mean_interval
from brainsnn.learning.glm import BASES
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture
from brainsnn.protocols.glm.base import RULES, GLMNetwork
from brainsnn.protocols.glm.experiment import DEMO, SCORES, WIDE, GLMConfig, GLMExperiment
from brainsnn.protocols.glm.selection import cross_validated
from brainsnn.records import RunDirectory


class GLMBasisConfig(GLMConfig):
    """Settings of the experiment ``glm-basis``.

    Parameters
    ----------
    digits : tuple of tuple of int
        Sets of digits to tell apart.
    n_steps : int, default 4
        T.
    functions : tuple of int, default (1, 2, 3, 4)
        Values of K.
    """

    protocol: Literal["glm-basis"] = "glm-basis"
    digits: tuple[tuple[int, ...], ...] = ((5, 7), (5, 7, 1, 9), tuple(range(10)))
    n_steps: int = Field(default=4, ge=2)
    functions: tuple[int, ...] = (1, 2, 3, 4)


class GLMBasis(GLMExperiment[GLMBasisConfig]):
    """The experiment; see the module's docstring."""

    name = "glm-basis"
    title = "GLM networks: how many basis functions does each code need?"
    summary = "Test accuracy against K at T = 4, first-to-spike and rate learning, MNIST digits."
    config = GLMBasisConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "wide": WIDE,
        "demo": (*DEMO, "digits=[[5, 7]]"),
    }

    def networks(self, config: GLMBasisConfig) -> list[GLMNetwork]:
        """Return a network for every set of digits, K and rule."""
        return [
            GLMNetwork(digits, config.n_steps, k, rule, config.basis, config.activation)
            for digits in config.digits
            for k in config.functions
            for rule in config.rules
        ]

    def narrowed(self, network: GLMNetwork) -> dict[str, Any]:
        """See `GLMExperiment`."""
        return {"digits": (network.digits,), "functions": (network.functions,)}

    def claims(self, run: RunDirectory) -> list[Claim]:
        """Section 5, one statement after the other."""
        results, folds = run.table("results"), cross_validated(run)
        return [
            claim
            for digits, part in results.groupby("digits", sort=False)
            for claim in _claims(part, folds[folds["digits"] == digits])
        ]

    def abstract(self, results: pd.DataFrame) -> str:
        """Return one paragraph: what was run, with what result."""
        speed = results["trials_per_second"]
        return (
            f"Two-layer GLM networks with K = {sorted(set(results['functions']))} basis "
            f"functions learned {results['digits'].nunique()} sets of MNIST digits in T = "
            f"{results['n_steps'].iloc[0]} samples, {results['epochs'].iloc[0]} epochs of batches "
            f"of one, by the likelihood of a rate code and by that of a first-to-spike code, with "
            f"{results['seed'].nunique()} seeds each. Training went at {speed.min():,.0f} to "
            f"{speed.max():,.0f} presentations a second."
        )

    def sections(self, run: RunDirectory) -> list[Section]:
        """Accuracy against K, and the table behind it."""
        results = run.table("results")
        items: list[Picture | Table] = []
        for score, words in SCORES.items():
            table = curve(results, "functions", score, ("digits", "rule"))
            figure = plot_curves(table, "functions", score, "Basis functions K", split="digits")
            caption = f"Test accuracy, {words}; bands are 95 % intervals over seeds."
            alt = "Accuracy against K, a panel a set of digits."
            items.append(picture(run, figure, score, caption, alt))
            items.append(
                Table(table, caption, percent=("mean", "sd", "low", "high"), digits={"mean": 2})
            )
        text = "Each network is decided by its own code's decoder."
        accuracy = Section("Accuracy against the number of basis functions", text, tuple(items))
        return [accuracy, _basis(run.config(self.config), run)]


def _basis(config: GLMBasisConfig, run: RunDirectory) -> Section:
    """The basis functions of the largest K, as they are used: at whole samples."""
    values = BASES[config.basis](max(config.functions), config.n_steps)
    lags, numbers = (index.ravel() + 1 for index in np.indices(values.shape))
    table = pd.DataFrame({"lag": lags, "function": numbers, "value": values.ravel()})
    table = table.assign(function="k = " + table["function"].astype(str))
    figure = plot_functions(table, "Lag (samples)")
    caption = f"The basis functions {config.basis!r} at each lag (as the paper's Figure 3)."
    shown = picture(run, figure, "basis", caption, "A line a function.")
    return Section("Basis functions", "", (shown,))


def _claims(results: pd.DataFrame, folds: pd.DataFrame) -> list[Claim]:
    """Claims on one set of digits."""
    digits, out = results["digits"].iloc[0], []
    for score, words in SCORES.items():
        wide = {rule: by_seed(results, rule, score) for rule in RULES}
        gain = wide["first_to_spike"] - wide["rate"]
        text = f"First-to-spike minus rate, digits {digits}, at every K ({words})"
        out.append(_everywhere(text, gain))
    if len(set(results["functions"])) > 1:
        out.append(_rise_claim(results, digits))
    for rule in RULES:
        accuracy = by_seed(results, rule, "accuracy")
        k, how = _chosen(accuracy, folds[folds["rule"] == rule])
        text = f"Test accuracy, digits {digits}, {rule}"
        out.append(claim_of(text, None, accuracy[k], "%", f"at K = {k}, {how}", 2))
    return out


def _everywhere(text: str, gain: pd.DataFrame) -> Claim:
    """A direction at every K: that K decides whose interval reaches least far up."""
    lows = {k: mean_interval(values)[0] for k, values in gain.items()}
    least = min(lows, key=lambda k: (math.inf if math.isnan(lows[k]) else lows[k], k))
    note = f"least sure at K = {least}, which is given"
    return direction_of(text, gain[least], "points", note)


def _chosen(accuracy: pd.DataFrame, folds: pd.DataFrame) -> tuple[int, str]:
    """K of the best cross-validated accuracy; the largest where nothing was cross-validated."""
    if folds.empty:
        return int(accuracy.columns.max()), "the largest"
    best = folds["functions"].iloc[int(folds["accuracy"].argmax())]
    return int(best), "the best in cross-validation"


def _rise_claim(results: pd.DataFrame, digits: str) -> Claim:
    """Gain from the smallest to the largest K, of rate over that of first-to-spike."""
    rise = {}
    for rule in RULES:
        accuracy = by_seed(results, rule, "accuracy_spikes_alone")
        rise[rule] = accuracy.iloc[:, -1] - accuracy.iloc[:, 0]
    text = f"Rate gains more from K than first-to-spike does, digits {digits}"
    note = "from the smallest to the largest K, spikes alone"
    return direction_of(text, rise["rate"] - rise["first_to_spike"], "points", note)


def by_seed(results: pd.DataFrame, rule: str, score: str) -> pd.DataFrame:
    """Score in per cent, a row a seed, a column a K."""
    mine = results[results["rule"] == rule]
    return 100 * mine.pivot_table(index="seed", columns="functions", values=score)


PROTOCOL = GLMBasis()
