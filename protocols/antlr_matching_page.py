"""The report page of the study ``antlr-matching``: claims, loss curves, landscapes."""

from __future__ import annotations

import pandas as pd

from analysis.codes.curves import curve
from analysis.figures import plot_descents, plot_landscapes, save
from analysis.report import Claim, Picture, Section, Table
from analysis.seeds import over_seeds
from brainsnn.records import RunDirectory
from protocols.glm_study import claim_of

#: Updates at the end over which the last loss is taken.
LAST = 20

METHODS = ("activation", "timing", "antlr")


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
    """Who falls, who falls fastest, who ends lowest; differences are task by task."""
    wide = {key: tasks.pivot_table(index="seed", columns="method", values=key) for key in _KEYS}
    silence = tasks.groupby("seed")["silence"].first()
    last, mean = 100 * wide["last"].div(silence, axis=0), wide["mean"].div(silence, axis=0)
    out = []
    for method in METHODS:
        text = f"{network}: last loss, {method}"
        solved = f"{tasks[tasks['method'] == method]['solved'].mean():.0%} of tasks solved exactly"
        out.append(claim_of(text, None, last[method], "% of silence", solved))
    fall = (
        ("last loss, timing minus activation", last["timing"] - last["activation"]),
        ("last loss, timing minus antlr", last["timing"] - last["antlr"]),
        ("last loss, activation minus antlr", last["activation"] - last["antlr"]),
    )
    out += [claim_of(f"{network}: {text}", 0.0, v, "points of silence") for text, v in fall]
    faster = 100 * (mean["activation"] - mean["antlr"])
    text = f"{network}: mean loss over all updates, activation minus antlr"
    return [*out, claim_of(text, 0.0, faster, "points of silence")]


_KEYS = ("last", "mean")


def _landscapes(network: str, found: pd.DataFrame) -> list[Claim]:
    """How well each method's gradients tell the true surface."""
    wide = found.pivot_table(index="seed", columns="method", values="correlation")
    text = f"{network}: correlation of true and estimated landscape"
    out = [claim_of(f"{text}, {m}", None, wide[m], "", "", 2) for m in METHODS]
    for other in ("activation", "timing"):
        gain = wide["antlr"] - wide[other]
        out.append(claim_of(f"{text}, antlr minus {other}", 0.0, gain, "", "", 2))
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
    order = {name: k for k, name in enumerate(METHODS)}
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
        figure = plot_landscapes(table, ("true", *METHODS), path)
        save(figure, run.figures, f"landscape_{k}")
        caption = (
            f"{network}: the loss on the plane of the two principal directions of all methods' "
            "gradients, and the surface that fits each method's gradients best; ANTLR's way from "
            "its dot on."
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
