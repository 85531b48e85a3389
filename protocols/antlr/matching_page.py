"""The report page of the experiment ``antlr-matching``: claims, loss curves, landscapes."""

from __future__ import annotations

import pandas as pd

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_descents, plot_landscapes, save
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.analysis.seeds import over_seeds
from brainsnn.protocols.antlr.tasks import RULES, SURVEYED
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.records import RunDirectory

#: Updates at the end over which the last loss is taken.
LAST = 20

#: Losses are told as parts of what silent outputs would lose.
UNIT = "% of silence"


def claims(run: RunDirectory) -> list[Claim]:
    """The paper's order of the methods, task by task, and what the landscapes say."""
    out = []
    for network, tasks in run.table("tasks").groupby("network", sort=False):
        out += _order(str(network), tasks)
    if run.has_table("resemblance"):
        for network, found in run.table("resemblance").groupby("network", sort=False):
            out += _landscapes(str(network), found)
    return out


def _order(network: str, tasks: pd.DataFrame) -> list[Claim]:
    """Who falls, who falls fastest, who ends lowest: directions, task by task.

    The paper shows curves and prints no numbers. Without the penalty of silence, timing-based
    gradients of silent outputs are 0, so that the loss stays: nothing is asked of it.
    """
    silence = tasks.groupby("seed")["silence"].first()
    first, last, mean = (
        100 * tasks.pivot_table(index="seed", columns="method", values=key).div(silence, axis=0)
        for key in ("first", "last", "mean")
    )
    out = []
    for method in RULES:
        solved = tasks.loc[tasks["method"] == method, "solved"].mean()
        note = f"from {first[method].mean():.1f}; {solved:.0%} of tasks solved exactly"
        words, sign = ("rises", 1) if method.startswith("timing") else ("falls", -1)
        text = f"{network}: loss {words} by, {method}"
        change = sign * (last[method] - first[method]).round(9)  # rounding is no change
        still = method == "timing, no penalty"
        out.append(
            claim_of(text, None, change, UNIT, note)
            if still
            else direction_of(text, change, UNIT, note)
        )
    for other in ("activation", "timing"):
        for words, table in (("last loss", last), ("mean loss over all updates", mean)):
            text = f"{network}: {words}, {other} minus antlr"
            out.append(direction_of(text, table[other] - table["antlr"], UNIT))
    return out


def _landscapes(network: str, found: pd.DataFrame) -> list[Claim]:
    """How well each method's gradients tell the true surface."""
    wide = found.pivot_table(index="seed", columns="method", values="correlation", dropna=False)
    text = f"{network}: correlation of true and estimated landscape"
    out = [claim_of(f"{text}, {m}", None, wide[m], "", "", 2) for m in SURVEYED]
    for other in (m for m in SURVEYED if m != "antlr"):
        gain = wide["antlr"] - wide[other]
        out.append(direction_of(f"{text}, antlr minus {other}", gain, "", "", 2))
    return out


def abstract(run: RunDirectory, n_tasks: int) -> str:
    """Return one paragraph: what was run, with what result."""
    results = run.table("results")
    ends = results.groupby("method", sort=False)["loss"].mean()
    told = ", ".join(f"{method} {loss:.4f}" for method, loss in ends.items())
    return (
        f"Networks of {results['network'].nunique()} kinds learned {n_tasks} random tasks each: "
        "input spikes at random steps, and target spikes at random steps for every output. All "
        "methods began with the same weights and made the same number of updates. Mean loss at "
        f"the end, over all kinds: {told}."
    )


def sections(run: RunDirectory) -> list[Section]:
    """Loss curves, landscapes, and the tables behind them."""
    tasks = run.table("tasks")
    steps = curve(run.table("losses"), "update", "loss", ("network", "method"))
    silence = tasks.groupby("network")["silence"].mean().rename("silence").reset_index()
    order = {name: k for k, name in enumerate(RULES)}
    steps = steps.merge(silence).sort_values(
        ["network", "method"], key=lambda names: names.map(order).fillna(0), kind="stable"
    )
    descents = plot_descents(steps, "method", "network", ("silent outputs", "silence"))
    save(descents, run.figures, "losses")
    caption = "Mean loss over tasks with its 95 % interval; the loss of silent outputs is dashed."
    frame = over_seeds(tasks, ["first", "last", "mean", "solved"], ["network", "method"])
    digits = dict.fromkeys(("mean", "sd", "low", "high"), 4)
    told = f"Over tasks: loss at first, over the last {LAST} updates, over all; solved exactly."
    items = (
        Picture(descents, caption, "Only activation and antlr fall far below the dashed line."),
        Table(frame, told, digits=digits),
    )
    return [Section("Loss curves", "", items), *_surfaces(run)]


def _surfaces(run: RunDirectory) -> list[Section]:
    """True and estimated landscapes of the first task of each network."""
    if not run.has_table("landscape"):
        return []
    items: list[Picture | Table] = []
    way = run.table("way")
    for k, (network, table) in enumerate(run.table("landscape").groupby("network", sort=False)):
        path = way[way["network"] == network]
        figure = plot_landscapes(table, ("true", *SURVEYED), path)
        save(figure, run.figures, f"landscape_{k}")
        caption = (
            f"{network}: the loss on the plane of the two principal directions of all methods' "
            "gradients through the middle of ANTLR's way, and the surface that fits each method's "
            "gradients best. The line is ANTLR's way, projected, from its dot on."
        )
        items.append(Picture(figure, caption, "Estimated surfaces beside the true one."))
    alike = run.table("resemblance")
    frame = over_seeds(alike, ["correlation", "slope"], ["network", "method"])
    digits = dict.fromkeys(("mean", "sd", "low", "high"), 3)
    told = (
        "Over tasks: correlation of the estimated surface with the true one, and how much the "
        "estimate rises where the true surface rises by 1."
    )
    return [Section("Landscapes", "", (*items, Table(frame, told, digits=digits)))]
