"""Where a result came from: versions, commit, machine, command, time."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from brainsnn.errors import RunDirectoryError

PACKAGES = ("brainsnn", "brian2", "brian2genn", "numba", "numpy", "pandas", "pyarrow", "scipy")


def now() -> str:
    """The present moment in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def provenance(seed: int, command: Sequence[str]) -> dict[str, Any]:
    """What is to be known to repeat a run, ready for JSON.

    Parameters
    ----------
    seed : int
    command : sequence of str
        The command line.

    Returns
    -------
    dict
        ``command``, ``seed``, ``started``, ``ended`` (None yet), ``commit`` (None outside a git
        checkout; ends in ``+changes`` if files differ from it), ``python``, ``packages``,
        ``compiler`` and ``machine``.
    """
    return {
        "command": list(command),
        "seed": seed,
        "started": now(),
        "ended": None,
        "commit": commit(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "compiler": _first_line(os.environ.get("CXX", "g++"), "--version"),
        "machine": describe_machine(),
    }


def _moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


_Moment = Annotated[str, AfterValidator(_moment)]


class _Record(BaseModel):
    """What a record of provenance must hold to be of use; it may hold more."""

    model_config = ConfigDict(strict=True, extra="allow")

    command: list[str]
    seed: int = Field(default=0, ge=0)
    started: _Moment
    ended: _Moment | None = None
    resumed: list[dict[str, Any]] = []
    machine: dict[str, Any] = {}


def read_provenance(path: Path) -> dict[str, Any]:
    """Read what `provenance` gave and the run added to.

    Raises
    ------
    RunDirectoryError
        If the file cannot be read or holds something else.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        _Record.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise RunDirectoryError(
            f"{path}: is no provenance: {where}: {first['msg'].lower()}."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise RunDirectoryError(f"{path}: cannot be read: {error}") from error
    return dict(record)


def describe_machine() -> dict[str, Any]:
    """Processor, number of cores that this process may use, operating system."""
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
    }


def commit() -> str | None:
    """Commit of the git checkout that brainsnn runs from, or None if it is installed."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    name = _first_line("git", "-C", str(folder), "rev-parse", "HEAD")
    changed = _first_line("git", "-C", str(folder), "status", "--porcelain", "-uno")
    return f"{name}+changes" if name and changed else name


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        if package == "brainsnn":
            from brainsnn import __version__

            return __version__
        return None


def _first_line(*command: str) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.partition("\n")[0].strip() or None


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
