"""Options that commands share, how they are completed, and the settings that they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def protocol_names(incomplete: str) -> list[str]:
    """Protocols whose names begin so, for the shell to complete; nothing of them is imported."""
    from brainsnn.registry import PROTOCOLS, installed

    return [name for name in installed(PROTOCOLS) if name.startswith(incomplete)]


Name = Annotated[
    str,
    typer.Argument(metavar="PROTOCOL", help="See 'brainsnn list'.", autocompletion=protocol_names),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; may be repeated."),
]
Preset = Annotated[str | None, typer.Option(help="A named set of settings of the protocol.")]
EngineName = Annotated[str | None, typer.Option("--engine", help="resident, runtime, ...")]
Seed = Annotated[int | None, typer.Option(help="Seed of all random streams.")]
Out = Annotated[Path | None, typer.Option(help="The run's own directory.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, only the result.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="A Dask scheduler (tcp://...) whose workers do the runs."),
]
Jobs = Annotated[
    str | None,
    typer.Option(metavar="KIND", help="Begin the workers as jobs of a queue: slurm, pbs, ..."),
]
Workers = Annotated[int, typer.Option(min=1, help="Runs at once, a process of this machine each.")]


def configured(
    name: str,
    settings: list[str] | None,
    preset: str | None = None,
    engine: str | None = None,
    seed: int | None = None,
    run: Path | None = None,
) -> tuple[Any, Any]:
    """Protocol and configuration that the options ask for, beginning with those of a run."""
    from brainsnn.config import apply_overrides
    from brainsnn.errors import ConfigError
    from brainsnn.experiment.installed import load_protocol
    from brainsnn.registry import suggest

    protocol = load_protocol(name)
    if preset is not None and preset not in protocol.presets:
        raise ConfigError(f"Unknown preset {preset!r}. {suggest(preset, protocol.presets)}")
    overrides = [*protocol.presets.get(preset or "", ()), *(settings or ())]
    overrides += [f"engine={engine}"] if engine is not None else []
    overrides += [f"seed={seed}"] if seed is not None else []
    return protocol, apply_overrides(_first_configuration(protocol, run), overrides)


def _first_configuration(protocol: Any, run: Path | None) -> Any:
    """Settings of a run directory, if `run` is one or a file in one, else the protocol's own."""
    from brainsnn.records import RunDirectory

    if run is None:
        return protocol.config()
    if not run.is_dir():
        above = (run.parent, run.parent.parent)
        run = next((folder for folder in above if (folder / "config.toml").is_file()), None)
    return protocol.config() if run is None else RunDirectory.read(run).config(protocol.config)


def free_directory(folder: Path, name: str) -> Path:
    """First of ``name``, ``name-2``, ``name-3``, ... that does not exist."""
    path, k = folder / name, 1
    while path.exists():
        k += 1
        path = folder / f"{name}-{k}"
    return path
