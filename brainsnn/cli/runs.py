"""The commands of runs: ``run``, ``resume``, ``evaluate``, ``report``."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from brainsnn.cli.options import (
    EngineName,
    Jobs,
    Json,
    Name,
    Out,
    Preset,
    Quiet,
    Scheduler,
    Seed,
    Settings,
    Workers,
    configured,
    free_directory,
)
from brainsnn.cli.reporting import emit, reporting
from brainsnn.cli.sweeps import go_on_with_sweep, holds_sweep
from brainsnn.output import complain, say


def run(
    name: Name,
    settings: Settings = None,
    preset: Preset = None,
    engine: EngineName = None,
    seed: Seed = None,
    scheduler: Scheduler = None,
    out: Out = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a protocol: train, test, write tables, figures and the report."""
    with reporting(as_json):
        protocol, config = configured(name, settings, preset, engine, seed)
        from brainsnn.experiment.carry_out import start
        from brainsnn.training import reporter

        path = out or free_directory(Path("runs") / name, f"seed{config.seed}")
        callbacks = [reporter(quiet=quiet or as_json)]
        outcome = start(protocol, config, path, sys.argv, callbacks, scheduler)
        print_outcome(outcome, quiet, as_json)


def resume(
    path: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run directory, or that of a sweep.")
    ],
    workers: Workers = 1,
    scheduler: Scheduler = None,
    jobs: Jobs = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Go on with an interrupted run, exactly as if it had not been."""
    with reporting(as_json):
        if holds_sweep(path):
            go_on_with_sweep(path, (workers, scheduler, jobs), quiet, as_json)
            return
        from brainsnn.experiment.carry_out import resume
        from brainsnn.experiment.installed import protocol_of
        from brainsnn.training import reporter

        callbacks = [reporter(quiet=quiet or as_json)]
        outcome = resume(protocol_of(path), path, sys.argv, callbacks, scheduler)
        print_outcome(outcome, quiet, as_json)


def report(
    path: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run directory, or that of a sweep.")
    ],
    show: Annotated[bool, typer.Option("--open", help="Show the page in the browser.")] = False,
) -> None:
    """Draw figures and report of a run anew, from its tables."""
    with reporting():
        from brainsnn.experiment.installed import load_report, protocol_of
        from brainsnn.experiment.outcome import reported

        write = load_report("sweep") if holds_sweep(path) else None
        page = write([path], path) if write else reported(protocol_of(path), path)
        say(f"Report: {page.resolve()}")
        if show and not webbrowser.open(page.resolve().as_uri()):
            complain("brainsnn: no browser was found to open it with.")


def evaluate(
    name: Name,
    weights: Annotated[
        Path,
        typer.Option(
            help="A run directory or a file in one, whose settings are then taken, or an .npz with "
            "one array a connection (pre, post)."
        ),
    ],
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "test",
    settings: Settings = None,
    preset: Preset = None,
    engine: EngineName = None,
    seed: Seed = None,
    out: Out = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Show where the time of a trial goes, by object.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run a split with given weights and write trials.parquet."""
    with reporting(as_json):
        protocol, config = configured(name, settings, preset, engine, seed, weights)
        from brainsnn.experiment.weights import evaluate_weights

        path = out or free_directory(Path("runs") / name, f"evaluate-{split}")
        outcome = evaluate_weights(protocol, config, weights, split, path, sys.argv, profile)
        print_outcome(outcome, quiet, as_json)


def print_outcome(outcome: Any, quiet: bool, as_json: bool) -> None:
    """Say what a run left: its totals and claims, and where its report is."""
    if as_json:
        claims = outcome.claims.to_dict(orient="records")
        emit({"run": str(outcome.path), **outcome.summary, "claims": claims})
        return
    from brainsnn.cli import show as texts

    say(texts.outcome(outcome))
    if not quiet and (outcome.path / "report.html").exists():
        say(f"\nReport: {(outcome.path / 'report.html').resolve()}")
