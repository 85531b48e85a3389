"""The command ``brainsnn sweep``: a protocol over a grid of settings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from brainsnn.cli.options import (
    Json,
    Name,
    Out,
    Preset,
    Quiet,
    Scheduler,
    Settings,
    Workers,
    configured,
    free_directory,
)
from brainsnn.cli.reporting import emit, reporting
from brainsnn.output import say


def sweep(
    name: Name,
    grid: Annotated[
        list[str],
        typer.Option(metavar="KEY=VALUE,VALUE,...", help="Vary a setting; may be repeated."),
    ],
    settings: Settings = None,
    preset: Preset = None,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of each point, from the first on.")] = 1,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    out: Out = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a protocol at every point of a grid; the same command again goes on with it."""
    with reporting(as_json):
        protocol, _ = configured(name, settings, preset)
        from brainsnn.experiment.sweep import SweepConfig, read_grid

        told = (*protocol.presets.get(preset or "", ()), *(settings or ()))
        config = SweepConfig(
            sweep=name, settings=told, grid=read_grid(grid), seed=seed, seeds=seeds
        )
        path = out or free_directory(Path("runs") / name, "sweep")
        _carry_out(config, path, workers, scheduler, quiet, as_json)


def holds_sweep(path: Path) -> bool:
    """Whether a directory is that of a sweep."""
    from brainsnn.config import read_tree

    settings = path / "config.toml"
    return settings.is_file() and "sweep" in read_tree(settings)


def go_on_with_sweep(
    path: Path, workers: int, scheduler: str | None, quiet: bool, as_json: bool
) -> None:
    """Carry out the runs of a sweep that have not ended."""
    from brainsnn.experiment.sweep import SweepConfig
    from brainsnn.records import RunDirectory

    config = RunDirectory.read(path).config(SweepConfig)
    _carry_out(config, path, workers, scheduler, quiet, as_json)


def _carry_out(
    config: Any, path: Path, workers: int, scheduler: str | None, quiet: bool, as_json: bool
) -> None:
    from brainsnn.experiment.cluster import Workers
    from brainsnn.experiment.installed import load_report
    from brainsnn.experiment.sweep import sweep as carry_out
    from brainsnn.training import reporter

    callbacks = [reporter(quiet=quiet or as_json)]
    runs = carry_out(config, path, sys.argv, Workers(workers, scheduler), callbacks)
    page = load_report("sweep")([path], path)
    if as_json:
        emit({"sweep": str(path), "runs": runs.to_dict(orient="records")})
        return
    say(f"{runs['run'].nunique()} runs: {path / 'runs.parquet'}\nReport: {page.resolve()}")
