"""Experiments and reports that are installed, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from brainsnn.config import read_tree
from brainsnn.errors import ConfigError, RunDirectoryError
from brainsnn.experiment.experiment import Experiment
from brainsnn.records import RunDirectory
from brainsnn.registry import PROTOCOLS, installed, suggest

REPORTS = "brainsnn.reports"


def protocols() -> dict[str, Any]:
    """Entry points of all installed experiments, by name; nothing is imported."""
    return installed(PROTOCOLS)


def load_protocol(name: str) -> Experiment[Any]:
    """Import the experiment called `name`.

    Raises
    ------
    ConfigError
        If there is none of that name, or its module cannot be imported.
    """
    known = protocols()
    if not isinstance(name, str):
        raise ConfigError(f"The name of a protocol is text, not {name!r:.100}.")
    if name not in known:
        raise ConfigError(f"Unknown protocol {name!r}. {suggest(name, known)}")
    try:
        found: Experiment[Any] = known[name].load().PROTOCOL
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"Protocol {name!r} ({known[name].value}) cannot be loaded: {error}."
        ) from error
    return found


def protocol_of(path: Path) -> Experiment[Any]:
    """Import the experiment that a run directory belongs to.

    Raises
    ------
    RunDirectoryError
        If the directory is no run, or its configuration names no experiment.
    """
    run = RunDirectory.read(path)
    settings = read_tree(run.path / "config.toml")
    if "protocol" not in settings:
        raise RunDirectoryError(f"{path}/config.toml: the key 'protocol' is missing.")
    return load_protocol(settings["protocol"])


def load_report(name: str) -> Any:
    """Import the report of that name: a function of run directories and a folder to write to.

    Raises
    ------
    ConfigError
        If none is installed.
    """
    known = installed(REPORTS)
    if name not in known:
        raise ConfigError(f"Unknown report {name!r}. {suggest(name, known)}")
    return known[name].load()
