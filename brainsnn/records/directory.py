"""The directory of one run: everything it needs and everything it leaves.

See ``docs/run-directory.md`` for the files. Each is written whole or not at all, and one process at
a time may write (others may read).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from brainsnn.config import Config, read_toml, write_toml
from brainsnn.errors import RunDirectoryError
from brainsnn.records.atomic import write_whole
from brainsnn.records.provenance import now, provenance
from brainsnn.records.weights import SELECTED, Shapes, load_weights, save_weights

C = TypeVar("C", bound=Config)

LOCK = ".lock"


class RunDirectory:
    """One run's files. Make it with `create`, `open` (to go on) or `read` (to look).

    A context manager: leaving it gives the lock back.

    Attributes
    ----------
    path : Path
        The directory, ``<root>/<protocol>/<name>``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: FileLock | None = None

    @classmethod
    def create(
        cls,
        path: Path,
        config: Config,
        command: Sequence[str],
        seed: int = 0,
    ) -> Self:
        """New directory, locked, with its configuration and provenance written.

        Parameters
        ----------
        path : Path
            Usually ``runs/<protocol>/<name>``.
        config : Config
            Everything needed to repeat it.
        command : sequence of str
            The command line, for the provenance.
        seed : int, default 0
            Likewise.

        Raises
        ------
        RunDirectoryError
            If the directory holds a run already, is in use, or cannot be written.
        """
        run = cls(Path(path))
        try:
            for folder in (run.checkpoints, run.figures):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunDirectoryError(f"{run.path}: cannot be made: {error.strerror}.") from error
        run._acquire()
        if (run.path / "config.toml").exists():
            run.close()
            raise RunDirectoryError(
                f"{run.path}: holds a run already. Resume it, remove it, or choose another name."
            )
        run._write_json("provenance.json", provenance(seed, command))
        run._write_text("config.toml", write_toml(config))
        return run

    @classmethod
    def open(cls, path: Path, command: Sequence[str] | None = None) -> Self:
        """Existing directory, locked, to go on with.

        Parameters
        ----------
        path : Path
        command : sequence of str, optional
            If given, noted in the provenance among the resumptions.

        Raises
        ------
        RunDirectoryError
            If it is no run directory or another process is using it.
        """
        run = cls.read(path)
        run._acquire()
        for partial in (*run.path.glob(".*.partial"), *run.checkpoints.glob(".*.partial")):
            partial.unlink(missing_ok=True)
        if command is not None:
            record = run.provenance()
            resumed = [*record.get("resumed", []), {"command": list(command), "started": now()}]
            run._write_json("provenance.json", {**record, "resumed": resumed, "ended": None})
        return run

    @classmethod
    def read(cls, path: Path) -> Self:
        """Existing directory, not locked, to look at.

        Raises
        ------
        RunDirectoryError
            If it is no run directory.
        """
        run = cls(Path(path))
        for name in ("config.toml", "provenance.json"):
            if not (run.path / name).is_file():
                raise RunDirectoryError(f"{run.path}: not a run directory: it has no {name}.")
        return run

    def _acquire(self) -> None:
        lock = FileLock(self.path / LOCK)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise RunDirectoryError(
                f"{self.path}: another process is using this run directory. Wait for it to end, "
                "or choose another name."
            ) from None
        except OSError as error:
            raise RunDirectoryError(f"{self.path}: cannot be locked: {error.strerror}.") from error
        self._lock = lock

    def close(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def checkpoints(self) -> Path:
        """Folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def checkpoint(self) -> Path:
        """The newest checkpoint: what training needs to go on."""
        return self.checkpoints / "latest.npz"

    @property
    def figures(self) -> Path:
        """Folder of figures."""
        return self.path / "figures"

    @property
    def report(self) -> Path:
        """The report page."""
        return self.path / "report.html"

    @property
    def weights_file(self) -> Path:
        """The selected weights, one array a connection."""
        return self.path / SELECTED

    @property
    def log_file(self) -> Path:
        """The log."""
        return self.path / "log.txt"

    def log(self, line: str) -> None:
        """Append a line, with the time, to the log.

        Raises
        ------
        RunDirectoryError
            If it cannot be written.
        """
        try:
            with self.log_file.open("a", encoding="utf-8") as file:
                file.write(f"{now()} {line}\n")
        except OSError as error:
            raise RunDirectoryError(
                f"{self.log_file}: cannot be written: {error.strerror}."
            ) from error

    def finish(self) -> None:
        """Note the time at which the run ended."""
        self._write_json("provenance.json", {**self.provenance(), "ended": now()})

    def write_metrics(self, table: pd.DataFrame) -> None:
        """Write the table with a row an epoch."""
        self._write_table("metrics.parquet", table)

    def write_trials(self, table: pd.DataFrame) -> None:
        """Write the table with a row a test trial."""
        self._write_table("trials.parquet", table)

    def write_spikes(self, table: pd.DataFrame) -> None:
        """Write the spikes of a sample of trials (`Recording.to_frame`)."""
        self._write_table("spikes.parquet", table)

    def write_weights(self, weights: Mapping[str, NDArray[np.float64]]) -> None:
        """Write the selected weights."""
        save_weights(self.weights_file, weights)

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Write a table of a protocol's own as ``<name>.parquet``."""
        self._write_table(f"{name}.parquet", table)

    def append_table(self, name: str, rows: pd.DataFrame) -> None:
        """Add rows to a table of a protocol's own, making it if it is not there."""
        old = [self.table(name)] if self.has_table(name) else []
        self.write_table(name, pd.concat([*old, rows], ignore_index=True))

    def config(self, kind: type[C]) -> C:
        """The configuration, as class `kind`."""
        return read_toml(kind, self.path / "config.toml")

    def provenance(self) -> dict[str, Any]:
        """Versions, commit, seed, machine, command, times."""
        path = self.path / "provenance.json"
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunDirectoryError(f"{path}: cannot be read: {error}") from error
        return record

    def metrics(self) -> pd.DataFrame:
        """The table with a row an epoch."""
        return self._read_table("metrics.parquet")

    def trials(self) -> pd.DataFrame:
        """The table with a row a test trial."""
        return self._read_table("trials.parquet")

    def spikes(self) -> pd.DataFrame:
        """The spikes of a sample of trials."""
        return self._read_table("spikes.parquet")

    def has_table(self, name: str) -> bool:
        """Whether there is a table ``<name>.parquet``."""
        return (self.path / f"{name}.parquet").is_file()

    def holds(self, name: str, **values: str | int) -> bool:
        """Whether a table, which may not be there yet, has a row with these values of columns."""
        if not self.has_table(name):
            return False
        table = self.table(name)
        return bool((table[list(values)] == list(values.values())).all(axis=1).any())

    def table(self, name: str) -> pd.DataFrame:
        """A table of a protocol's own."""
        return self._read_table(f"{name}.parquet")

    def weights(self, shapes: Shapes) -> dict[str, NDArray[np.float64]]:
        """The selected weights, checked against the model's `shapes`."""
        return load_weights(self.weights_file, shapes)

    def _write_text(self, name: str, text: str) -> None:
        write_whole(self.path / name, lambda file: file.write(text.encode()))

    def _write_json(self, name: str, record: Mapping[str, Any]) -> None:
        self._write_text(name, json.dumps(record, indent=2) + "\n")

    def _write_table(self, name: str, table: pd.DataFrame) -> None:
        write_whole(self.path / name, lambda file: table.to_parquet(file, index=False))

    def _read_table(self, name: str) -> pd.DataFrame:
        path = self.path / name
        if not path.is_file():
            raise RunDirectoryError(f"{path}: no such table; the run has not come so far.")
        try:
            return pd.read_parquet(path)
        except Exception as error:
            raise RunDirectoryError(f"{path}: damaged or not a table: {error}") from error
