"""Rate and first-to-spike on equal terms: each rule's network decided by both decoders."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.agreement import agreement
from brainsnn.analysis.codes.decisions import accuracy_against_time, decision_times
from brainsnn.analysis.codes.paired import DIGITS, paired_tests
from brainsnn.analysis.figures import plot_curves, plot_pareto, save
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.analysis.seeds import across, over_seeds
from brainsnn.protocols.common.claims import direction_of
from brainsnn.protocols.glm.base import GLMNetwork
from brainsnn.protocols.glm.experiment import SCORES, WIDE, GLMConfig, GLMExperiment
from brainsnn.records import RunDirectory

DECODERS = ("first_spike", "rate")
MEASURES = (*SCORES, "silent_fraction", "decision_step", "spikes_to_decision", "additions")
MATCHED = {"first_to_spike": "first_spike", "rate": "rate"}


class CodesMnistConfig(GLMConfig):
    """Settings of the experiment ``codes-mnist``.

    Parameters
    ----------
    digits : tuple of int
        The digits to tell apart; all ten by default.
    n_steps, functions : int, default 8, 8
        T and K.
    """

    protocol: Literal["codes-mnist"] = "codes-mnist"
    seeds: int = Field(default=5, ge=1)
    digits: tuple[int, ...] = tuple(range(10))
    n_steps: int = Field(default=8, ge=2)
    functions: int = Field(default=8, ge=1)


class CodesMnist(GLMExperiment[CodesMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "codes-mnist"
    title = "Rate and first-to-spike on equal terms"
    summary = "The same GLM network, data, seeds and budget under both rules and both decoders."
    config = CodesMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "wide": WIDE,
        "demo": (
            "training.epochs=10",
            "training.learning_rates=[0.001]",
            "data.train=100",
            "data.test=100",
            "seeds=3",
        ),
    }

    def networks(self, config: CodesMnistConfig) -> list[GLMNetwork]:
        """Return the network under each rule."""
        sizes = (config.n_steps, config.functions)
        return [
            GLMNetwork(config.digits, *sizes, r, config.basis, config.activation)
            for r in config.rules
        ]

    def narrowed(self, network: GLMNetwork) -> dict[str, Any]:  # noqa: ARG002
        """See `GLMExperiment`."""
        return {}

    def decoders(self, network: GLMNetwork) -> tuple[str, ...]:  # noqa: ARG002
        """Return both decoders, whatever the rule."""
        return DECODERS

    def claims(self, run: RunDirectory) -> list[Claim]:
        """What each code gives up and gains, each rule with its own decoder."""
        results = run.table("results")
        own = {
            rule: results[(results["rule"] == rule) & (results["decoder"] == decoder)]
            .set_index("seed")
            .sort_index()
            for rule, decoder in MATCHED.items()
        }
        first, rate = own["first_to_spike"], own["rate"]
        out = []
        for score, words in SCORES.items():
            gain = 100 * (first[score] - rate[score])
            out.append(direction_of(f"First-to-spike minus rate ({words})", gain, "points"))
        ratio = rate["additions"] / first["additions"]
        text = "Operations, rate over first-to-spike"
        out.append(direction_of(text, ratio, "times", "more than once as many", 2, than=1.0))
        sooner = rate["decision_step"] - first["decision_step"]
        out.append(direction_of("First-to-spike decides sooner by", sooner, "steps", "", 2))
        return out

    def abstract(self, results: pd.DataFrame) -> str:
        """Return one paragraph: what was run, with what result."""
        return (
            f"A GLM network with T = {results['n_steps'].iloc[0]} and K = "
            f"{results['functions'].iloc[0]} learned the digits {results['digits'].iloc[0]} by the "
            f"likelihood of each code, from the same {results['seed'].nunique()} seeds, images, "
            "input spikes and number of presentations; every network was decided by both decoders "
            "on the same test spikes."
        )

    def sections(self, run: RunDirectory) -> list[Section]:
        """The fair table, time, cost, agreement and paired tests."""
        results, trials = run.table("results"), run.trials()
        trials = trials.assign(code=trials["rule"] + " / " + trials["decoder"])
        return [
            _table_section(results),
            _time_section(trials, results, run),
            _agreement_section(trials, results),
        ]


def _table_section(results: pd.DataFrame) -> Section:
    """Every rule with every decoder."""
    statistics = over_seeds(results, list(MEASURES), ["rule", "decoder"])
    table = Table(
        across(statistics, (*SCORES, "silent_fraction")),
        "Mean over n seeds ± half its 95 % interval.",
    )
    return Section("Every rule with every decoder", "", (table,))


def _time_section(trials: pd.DataFrame, results: pd.DataFrame, run: RunDirectory) -> Section:
    """When decisions fall, how right they are by then, and what they cost."""
    n_steps = int(results["n_steps"].iloc[0])
    steps = accuracy_against_time(trials, n_steps)
    times = plot_curves(steps, "step", "accuracy", "Step (ms)", code="code")
    cost = results.assign(code=results["rule"] + " / " + results["decoder"])
    front = plot_pareto(
        cost, "additions", "accuracy", "Additions an inference, a class", code="code"
    )
    spikes = plot_pareto(
        cost, "synaptic_operations", "accuracy", "Synaptic operations to decision", code="code"
    )
    for name, figure in {"time": times, "operations": front, "synapses": spikes}.items():
        save(figure, run.figures, f"accuracy_{name}")
    caption = "Fraction of all trials that have been decided, and rightly, by a step."
    items: tuple[Picture | Table, ...] = (
        Picture(times, caption, "First-spike decisions rise early, rate decisions at the end."),
        Picture(front, "Accuracy against additions.", "A point a network and decoder."),
        Picture(spikes, "Accuracy against synaptic operations.", "A point a network and decoder."),
        Table(decision_times(trials), "Steps of decisions, in quantiles over trials and seeds."),
    )
    return Section("Time and cost", "", items)


def _agreement_section(trials: pd.DataFrame, results: pd.DataFrame) -> Section:
    """How often the codes say the same, and whether differences are more than chance."""
    keys = ("seed", "trial")
    same = agreement(trials, "code", keys)
    tests = paired_tests(trials, "code", keys)
    items = (
        Table(
            same,
            "Fraction of trials on which two codes decide alike, or are both right.",
            digits=dict.fromkeys(("same_decision", "both_right", "both_wrong", "kappa"), 3),
        ),
        Table(
            tests,
            "McNemar's test seed by seed, combined; Wilcoxon's over seeds; corrected by Holm.",
            digits=DIGITS,
        ),
    )
    text = f"{results['seed'].nunique()} seeds; the same test spikes for every code of a rule."
    return Section("Agreement and paired tests", text, items)


PROTOCOL = CodesMnist()
