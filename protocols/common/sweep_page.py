"""What a sweep found, as a page: ``brainsnn sweep``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from brainsnn.analysis.figures import plot_grid_points, save
from brainsnn.analysis.grid_points import KINDS, grid_points, measure_of
from brainsnn.analysis.report import Picture, Report, Section, Table
from brainsnn.config import read_tree
from brainsnn.experiment.sweep import SweepConfig
from brainsnn.protocols.common import search_page
from brainsnn.records import RunDirectory

_CHOICE = {
    "validation_accuracy": "Points are compared on validation trials, the best epoch of each run; "
    "the accuracy on test trials stands beside it and is nothing to choose by.",
    "accuracy": "These runs kept no validation trials: what stands here is the accuracy on test "
    "trials, and a point that is chosen by it needs fresh data to be tested on.",
}


def write_page(paths: Sequence[Path], out: Path) -> Path:
    """Write figure and table of a sweep, or of a search.

    Parameters
    ----------
    paths : sequence of Path
        The sweep's directory, alone.
    out : Path
        Folder to write to.

    Returns
    -------
    Path
        The page.
    """
    run = RunDirectory.read(paths[0])
    if "search" in read_tree(run.path / "config.toml"):
        return search_page.write(run, out)
    config, runs = run.config(SweepConfig), run.table("runs")
    measure, settings = measure_of(runs), list(config.grid)
    points = grid_points(runs, settings)
    items: list[Picture | Table] = []
    for name, part in _series(points):
        figure = plot_grid_points(part, settings, measure)
        save(figure, out / "figures", re.sub(r"[^\w.+-]+", "-", f"sweep{name and '-'}{name}"))
        caption = f"{measure.replace('_', ' ').capitalize()} at each point{name and ', '}{name}."
        items.append(Picture(figure, caption, caption))
    shown = ("mean", "sd", "low", "high", "test")
    items.append(
        Table(
            points.sort_values("mean", ascending=False),
            f"Mean {measure.replace('_', ' ')} over seeds, with Student's t interval (95 %).",
            percent=shown,
            digits={**dict.fromkeys(shown, 2), **dict.fromkeys(settings, 6)},
        )
    )
    repeated = [f"--grid {key}={','.join(values)}" for key, values in config.grid.items()]
    given = [f"--set {setting}" for setting in config.settings]
    return Report(
        title=f"Sweep of {config.sweep}",
        abstract=f"{len(config.points)} points, {config.seeds} seeds each: "
        f"{len(config.points) * config.seeds} runs.",
        claims=(),
        sections=(Section("The grid", _CHOICE[measure], tuple(items)),),
        configuration=config.model_dump(),
        provenance=run.provenance(),
        command=" ".join(
            [
                f"brainsnn sweep {config.sweep}",
                *(*repeated, *given),
                f"--seed {config.seed} --seeds {config.seeds}",
            ]
        ),
    ).write(out / "report.html")


def _series(points: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Parts of the table that are drawn each in a figure: conditions and decoders."""
    kinds = [name for name in KINDS if name in points.columns]
    if not kinds:
        return [("", points)]
    groups = points.groupby(kinds, sort=False)
    return [("-".join(map(str, key)), part) for key, part in groups]
