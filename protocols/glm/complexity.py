"""Accuracy of GLM networks against what an inference costs (Bagheri et al., Figure 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.figures import plot_pareto
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.datasets import ImageSet, Splits
from brainsnn.experiment import Condition, Work
from brainsnn.learning.logistic import LogisticNetwork
from brainsnn.protocols.common.claims import claim_of
from brainsnn.protocols.common.mnist import SETS
from brainsnn.protocols.common.page import picture
from brainsnn.protocols.glm.base import RULES, GLMNetwork, digits_of
from brainsnn.protocols.glm.experiment import DEMO, SCORES, WIDE, GLMConfig, GLMExperiment
from brainsnn.protocols.glm.selection import cross_validated
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback

#: Accuracy at which the paper compares, and the ratio of complexities that it finds there.
PAPER_ACCURACY, PAPER_RATIO = 0.984, 5.0

ANN = "logistic_ann"


class GLMComplexityConfig(GLMConfig):
    """Settings of the experiment ``glm-complexity``.

    Parameters
    ----------
    digits : tuple of int, default (5, 7)
        The digits to tell apart.
    n_steps : tuple of int
        Values of T; K is T.
    accuracy : float, default 0.984
        At which complexities are compared.
    """

    protocol: Literal["glm-complexity"] = "glm-complexity"
    digits: tuple[int, ...] = (5, 7)
    n_steps: tuple[int, ...] = (2, 3, 4, 5, 6, 8, 10, 12, 16)
    accuracy: float = Field(default=PAPER_ACCURACY, gt=0, le=1)


class GLMComplexity(GLMExperiment[GLMComplexityConfig]):
    """The experiment; see the module's docstring."""

    name = "glm-complexity"
    title = "GLM networks: what does a decision cost with each code?"
    summary = "Test accuracy against operations an inference, K = T, digits 5 and 7, and an ANN."
    config = GLMComplexityConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "wide": WIDE,
        "demo": (*DEMO, "n_steps=[4, 8]"),
    }

    def networks(self, config: GLMComplexityConfig) -> list[GLMNetwork]:
        """Return a network for every T and rule; rate needs room for a desired spike."""
        return [
            GLMNetwork(config.digits, n, n, rule, config.basis, config.activation)
            for n in config.n_steps
            for rule in config.rules
            if rule != "rate" or n > config.training.gap
        ]

    def narrowed(self, network: GLMNetwork) -> dict[str, Any]:
        """See `GLMExperiment`."""
        return {"n_steps": (network.n_steps,)}

    def conditions(self, config: GLMComplexityConfig) -> Sequence[Condition[GLMComplexityConfig]]:
        """Return the networks, and one without spikes."""
        return [*super().conditions(config), Condition(ANN, config)]

    def prepare(self, condition: Condition[GLMComplexityConfig]) -> Work:
        """Select a rate, then train and test with every seed."""
        if condition.name == ANN:
            return partial(_carry_out, condition.config)
        return super().prepare(condition)

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Means over all networks with spikes, if there are any."""
        if run.has_table("trials"):
            return super().totals(run)
        return {"accuracy": float(run.table("ann")["accuracy"].mean())}

    def claims(self, run: RunDirectory) -> list[Claim]:
        """The ratio of complexities at the paper's accuracy."""
        results, wanted = run.table("results"), run.config(self.config).accuracy
        folds = cross_validated(run)
        out = [c for score in SCORES for c in _ratio_claims(results, folds, wanted, score)]
        ann = run.table("ann")
        out.append(claim_of("Test accuracy, logistic ANN", None, 100 * ann["accuracy"], "%", "", 2))
        text = "Operations a class, logistic ANN"
        return [*out, claim_of(text, None, ann["operations"], "operations")]

    def abstract(self, results: pd.DataFrame) -> str:
        """Return one paragraph: what was run, with what result."""
        return (
            f"Two-layer GLM networks with K = T = {sorted(set(results['n_steps']))} learned the "
            f"digits {results['digits'].iloc[0]} by both likelihoods, {results['seed'].nunique()} "
            "seeds each. Operations are additions and multiplications a class, counted from the "
            "spikes of each test trial up to its decision."
        )

    def sections(self, run: RunDirectory) -> list[Section]:
        """Accuracy against operations, and the table behind it."""
        results, ann = run.table("results"), run.table("ann")
        items: list[Picture | Table] = []
        results = results.assign(operations=results["additions"] + results["multiplications"])
        for score, words in SCORES.items():
            both = pd.concat([results, ann.assign(rule=ANN, accuracy_spikes_alone=ann["accuracy"])])
            figure = plot_pareto(both, "operations", score, "Operations an inference, a class")
            caption = f"Test accuracy ({words}) against operations, a point a network."
            alt = "Accuracy rises with operations for each code."
            items.append(picture(run, figure, f"{score}_complexity", caption, alt))
        columns = ["n_steps", "rule", "seed", *SCORES, "operations", "decision_step"]
        table = results[[*columns, "inference_seconds"]].assign(
            microseconds=1e6 * results["inference_seconds"]
        )
        caption = "Every network; wall time is that of the compiled simulation on one core."
        drop = table.drop(columns="inference_seconds")
        items.append(Table(drop, caption, percent=tuple(SCORES), digits=dict.fromkeys(SCORES, 2)))
        return [Section("Accuracy against complexity", "", tuple(items))]


def _ratio_claims(
    results: pd.DataFrame, folds: pd.DataFrame, wanted: float, score: str
) -> list[Claim]:
    """Cost of each rule at the wanted accuracy, and their ratio.

    Of each rule that network counts which has the smallest T of those whose cross-validated
    accuracy is as wanted: test images do not choose it. Where no rate network gets there, the one
    of the largest T stands in, and the ratio is at least what is given.
    """
    smallest = {rule: _smallest(folds, rule, wanted, score) for rule in RULES}
    words = f"at {wanted:.1%} ({SCORES[score]})"
    out = []
    for rule, n_steps in smallest.items():
        mine = _network(results, rule, n_steps)
        text = f"Operations a class {words}, {rule}"
        note = "no T in cross-validation" if n_steps is None else f"T = {n_steps}, cross-validated"
        out.append(claim_of(text, None, mine["operations"], "operations", note))
        reached = claim_of(f"Test accuracy of that network {words}, {rule}", None, mine[score], "%")
        out.append(reached if n_steps is not None else replace(reached, note="there is none"))
    text = f"Operations of rate over those of first-to-spike {words}"
    if smallest["first_to_spike"] is None:
        return [claim_of(text, PAPER_RATIO, pd.Series(dtype=float), "times"), *out]
    first = _network(results, "first_to_spike", smallest["first_to_spike"])["operations"]
    bound = smallest["rate"] is None
    largest = int(results.loc[results["rule"] == "rate", "n_steps"].max())
    rate = _network(results, "rate", largest if bound else smallest["rate"])["operations"]
    note = f"a lower bound: no rate network gets there, T = {largest} stands in" if bound else ""
    return [claim_of(text, PAPER_RATIO, rate / first, "times", note), *out]


def _smallest(folds: pd.DataFrame, rule: str, wanted: float, score: str) -> int | None:
    """The smallest T with which a rule has the wanted accuracy in cross-validation."""
    reached = folds[(folds["rule"] == rule) & (folds[score] >= wanted)]
    return None if reached.empty else int(reached["n_steps"].min())


def _network(results: pd.DataFrame, rule: str, n_steps: int | None) -> pd.DataFrame:
    """Operations and accuracies in per cent of one network, by seed; no row if there is none."""
    mine = results[(results["rule"] == rule) & (results["n_steps"] == n_steps)].set_index("seed")
    scores = {score: 100 * mine[score] for score in SCORES}
    return mine.assign(operations=mine["additions"] + mine["multiplications"], **scores)


def _carry_out(
    config: GLMComplexityConfig,
    run: RunDirectory,
    callbacks: Sequence[Callback],  # noqa: ARG001
) -> None:
    """Write the table ``ann``, the network without spikes."""
    splits = SETS[config.data.name](n_validation=0).load()
    run.write_table("ann", pd.DataFrame([_logistic(splits, config, s) for s in config.all_seeds]))


def _logistic(splits: Splits[ImageSet], config: GLMComplexityConfig, seed: int) -> dict[str, float]:
    """Train and test the logistic network on the same images with the same budget."""
    images, labels = digits_of(splits.train, config.digits, config.data.train)
    test, truth = digits_of(splits.test, config.digits, config.data.test)
    streams, training = Streams(seed), config.training
    network = LogisticNetwork.draw(
        images.shape[1], len(config.digits), streams.fresh("weights"), training.initial
    )
    for epoch in range(training.epochs):
        order = streams.fresh("order", epoch).permutation(labels.size)
        network.epoch(images / 255, labels, order, max(training.learning_rates))
    lit = np.count_nonzero(test, axis=1).mean()
    return {
        "seed": seed,
        "accuracy": float((network.classes(test / 255) == truth).mean()),
        "additions": float(lit + 1),
        "multiplications": float(lit),
        "operations": float(2 * lit + 1),
    }


PROTOCOL = GLMComplexity()
