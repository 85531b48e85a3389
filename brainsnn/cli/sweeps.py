"""The command ``brainsnn sweep``: a protocol over a grid of settings, or settings searched for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from brainsnn.cli.options import (
    Jobs,
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
        list[str] | None,
        typer.Option(metavar="KEY=VALUE,VALUE,...", help="Vary a setting; may be repeated."),
    ] = None,
    looked_for: Annotated[
        str | None,
        typer.Option("--search", metavar="trials=N", help="Try N points that optuna proposes."),
    ] = None,
    ranges: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="KEY=[int:][log:]LOW,HIGH", help="With --search."),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="With --search: give up what is worse than most.")
    ] = False,
    settings: Settings = None,
    preset: Preset = None,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of each point, from the first on.")] = 1,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    jobs: Jobs = None,
    out: Out = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a protocol at every point of a grid, or search; the same command again goes on."""
    with reporting(as_json):
        protocol, _ = configured(name, settings, preset)
        told = (*protocol.presets.get(preset or "", ()), *(settings or ()))
        given = name, told, grid or [], seed, seeds
        config = (
            _grid(*given, bool(ranges) or prune)
            if looked_for is None
            else _search(*given, ranges or [], prune, looked_for)
        )
        path = out or free_directory(Path("runs") / name, "sweep")
        _carry_out(config, path, (workers, scheduler, jobs), quiet, as_json)


def _grid(
    name: str,
    told: tuple[str, ...],
    grid: list[str],
    seed: int,
    seeds: int,
    searching: bool,
) -> Any:
    """What a sweep is told.

    Raises
    ------
    ConfigError
        If nothing varies, or what is told is told to a search.
    """
    from brainsnn.errors import ConfigError
    from brainsnn.experiment.sweep import SweepConfig, read_grid

    if searching:
        raise ConfigError("--range and --prune go with --search trials=N; a sweep has a --grid.")
    if not grid:
        raise ConfigError("Nothing varies: give --grid KEY=VALUE,VALUE,... or --search trials=N.")
    return SweepConfig(sweep=name, settings=told, grid=read_grid(grid), seed=seed, seeds=seeds)


def _search(
    name: str,
    told: tuple[str, ...],
    grid: list[str],
    seed: int,
    seeds: int,
    ranges: list[str],
    prune: bool,
    looked_for: str,
) -> Any:
    """What a search is told.

    Raises
    ------
    ConfigError
    """
    from brainsnn.config import apply_overrides
    from brainsnn.errors import ConfigError
    from brainsnn.experiment.searching import SearchConfig, read_ranges
    from brainsnn.experiment.sweep import read_grid

    key, _, value = looked_for.partition("=")
    if key != "trials" or not value.isdecimal():
        raise ConfigError(f"--search {looked_for} is not possible: write --search trials=N.")
    first = SearchConfig(
        search=name,
        settings=told,
        ranges=read_ranges(ranges),
        grid=read_grid(grid),
        seed=seed,
        seeds=seeds,
        prune=prune,
    )
    return apply_overrides(first, [looked_for])


def holds_sweep(path: Path) -> bool:
    """Whether a directory is that of a sweep or a search."""
    from brainsnn.config import read_tree

    settings = path / "config.toml"
    return settings.is_file() and bool({"sweep", "search"} & read_tree(settings).keys())


def go_on_with_sweep(
    path: Path, workers: tuple[int, str | None, str | None], quiet: bool, as_json: bool
) -> None:
    """Carry out the runs of a sweep or a search that have not ended."""
    from brainsnn.config import read_tree
    from brainsnn.experiment.searching import SearchConfig
    from brainsnn.experiment.sweep import SweepConfig
    from brainsnn.records import RunDirectory

    searched = "search" in read_tree(path / "config.toml")
    kind: type[Any] = SearchConfig if searched else SweepConfig
    config = RunDirectory.read(path).config(kind)
    _carry_out(config, path, workers, quiet, as_json)


def _carry_out(
    config: Any,
    path: Path,
    workers: tuple[int, str | None, str | None],
    quiet: bool,
    as_json: bool,
) -> None:
    from brainsnn.experiment.cluster import Workers
    from brainsnn.experiment.installed import load_report
    from brainsnn.experiment.searching import SearchConfig, search
    from brainsnn.experiment.sweep import sweep as carry_out
    from brainsnn.training import reporter

    callbacks = [reporter(quiet=quiet or as_json)]
    work: Any = search if isinstance(config, SearchConfig) else carry_out
    runs = work(config, path, sys.argv, Workers(*workers), callbacks)
    page = load_report("sweep")([path], path)
    if as_json:
        emit({"sweep": str(path), "runs": runs.to_dict(orient="records")})
        return
    say(f"{runs['run'].nunique()} runs: {path / 'runs.parquet'}\nReport: {page.resolve()}")
