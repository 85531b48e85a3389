"""The page of ``rstdp-credit``: a chosen synapse against all others while rewards come late."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_lines, plot_weight_histogram
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.experiment import Experiment
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.records import RunDirectory

WEIGHTS = {"chosen": "chosen", "highest of 100": "1 % of others above", "mean": "mean of others"}


def write(experiment: Experiment[Any], run: RunDirectory, config: Any) -> pd.DataFrame:
    """Write the figures and the page; return what of it is shown at the end of a run."""
    results, net = run.table("results"), config.network
    abstract = (
        f"{net.excitatory} excitatory and {net.inhibitory} inhibitory neurons fired by noise for "
        f"{config.duration:,} s, with {len(config.all_seeds)} seeds. A synapse between excitatory "
        "neurons was chosen by each seed and begun at 0. Whenever its target spiked within "
        f"{config.window:g} ms after its source, dopamine came to all neurons some seconds later. "
        "Constants are those of the author's program, of 1,000 neurons; the wiring is the same "
        "with all seeds, and pairs of spikes in two pieces of 1 s do not count."
    )
    sections = [_weights(run), _trace(run), _rates(run), _table(results)]
    return write_report(experiment, run, config, abstract, _claims(results), sections)


def _claims(results: pd.DataFrame) -> list[Claim]:
    """What the paper shows without a number, and the same where rewards come too late."""
    parts = {str(name): part for name, part in results.groupby("condition", sort=False)}
    first = next(iter(parts))
    found = [_grown(parts[first], first)]
    for name, part in list(parts.items())[1:]:
        both = parts[first].set_index("seed")["chosen"] - part.set_index("seed")["chosen"]
        text = f"Chosen weight, {first} minus {name}"
        found.append(direction_of(text, both, "", digits=2))
    for name, part in parts.items():
        found += [
            claim_of(f"Chosen weight at the end, {name}", None, part["chosen"], "", digits=2),
            claim_of(f"Other weights below it, {name}", None, 100 * part["below"], "%"),
            claim_of(f"Mean of the other weights, {name}", None, part["others"], "", digits=2),
            claim_of(f"Time to 95 % of the largest weight, {name}", None, part["reached"], "s"),
            claim_of(f"Rewards, {name}", None, part["rewards"], ""),
            claim_of(f"Rate at the end, {name}", None, part["rate"], "1/s", digits=2),
        ]
    return found


def _grown(part: pd.DataFrame, name: str) -> Claim:
    text = f"Chosen weight minus the mean of the others, {name}"
    return direction_of(text, part["chosen"] - part["others"], "", digits=2)


def _lines(table: pd.DataFrame, name: str, by: str) -> pd.DataFrame:
    return curve(table, "time", name, (by,))


def _weights(run: RunDirectory) -> Section:
    items: list[Picture] = []
    for k, (name, part) in enumerate(run.table("state").groupby("condition", sort=False)):
        long = part.rename(columns=WEIGHTS).melt(
            ["time", "seed"], list(WEIGHTS.values()), "synapse", "weight"
        )
        items.append(
            picture(
                run,
                plot_lines(
                    _lines(long, "weight", "synapse"), "time", "Time (s)", "Weight", code="synapse"
                ),
                f"weights_{k}",
                f"Weight of the chosen synapse against all others, {name}; means of seeds with "
                "95 % intervals.",
                "Lines of weights against time.",
            )
        )
    last = run.table("weights").assign(stage="others at the end")
    last = last[last["seed"] == last["seed"].min()].assign(connection=last["condition"])
    items.append(
        picture(
            run,
            plot_weight_histogram(last, log=True),
            "histogram",
            "All other weights at the end, first seed, by condition.",
            "Histograms of weights, most near where they began.",
        )
    )
    return Section("A synapse among thousands", "", tuple(items))


def _trace(run: RunDirectory) -> Section:
    trace = run.table("trace")
    if trace.empty:
        return Section("Eligibility and dopamine", "No spikes were rewarded.")
    first = trace[trace["seed"] == trace["seed"].min()]
    first = first[first["condition"] == first["condition"].iloc[0]]
    items = []
    for name, label in (("eligibility", "Eligibility"), ("dopamine", "Dopamine")):
        line = first.assign(mean=first[name], low=first[name], high=first[name])
        items.append(
            picture(
                run,
                plot_lines(line, "time", "Time (s)", label),
                f"trace_{name}",
                f"{label} around the first rewarded spikes, first seed and condition.",
                f"{label} against time: a jump, then a fall.",
            )
        )
    return Section("Eligibility and dopamine", "", tuple(items))


def _rates(run: RunDirectory) -> Section:
    drawn = picture(
        run,
        plot_lines(
            _lines(run.table("state"), "rate", "condition"), "time", "Time (s)", "Rate (1/s)"
        ),
        "rate",
        "Rate of the excitatory neurons, means of seeds with 95 % intervals.",
        "Lines of rates against time.",
    )
    return Section("Firing rate", "", (drawn,))


def _table(results: pd.DataFrame) -> Section:
    shown = results.drop(columns=["epochs", "seconds", "delay"])
    digits = {"chosen": 2, "others": 2, "reached": 0, "rewards": 0, "rate_first": 2, "rate": 2}
    table = Table(shown, "A row a simulation.", percent=("below",), digits=digits)
    return Section("Simulations", "", (table,))
