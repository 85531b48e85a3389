"""The directory of one run: everything it needs and everything it leaves.

See ``docs/run-directory.md`` for the files. Each is written whole or not at all, and one process at
a time may write (others may read).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from brainsnn.config import Config, read_toml, write_toml
from brainsnn.errors import RunDirectoryError
from brainsnn.records.atomic import PARTIAL, write_whole, writing
from brainsnn.records.folder_tables import FolderTables
from brainsnn.records.provenance import now, provenance, read_provenance
from brainsnn.records.tables import table_writers
from brainsnn.records.together import recover, write_together
from brainsnn.records.weights import SELECTED, Shapes, load_weights, save_weights

C = TypeVar("C", bound=Config)

LOCK = ".lock"


class RunDirectory(FolderTables):
    """One run's files. Make it with `create`, `open` (to go on) or `read` (to look).

    A context manager: leaving it gives the lock back.

    Attributes
    ----------
    path : Path
        The directory, ``<root>/<protocol>/<name>``.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._lock: FileLock | None = None

    @classmethod
    def create(
        cls,
        path: Path,
        config: Config,
        command: Sequence[str],
        seed: int = 0,
        tables: Mapping[str, pd.DataFrame] | None = None,
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
        tables : mapping of str to pandas.DataFrame, optional
            What the configuration follows from: written with it, or neither is.

        Raises
        ------
        RunDirectoryError
            If the directory holds a run already, is in use, or cannot be written.
        """
        run = cls(Path(path))
        try:
            for folder in (run.checkpoints, run.figures):
                folder.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise RunDirectoryError(f"{run.path}: cannot be made: {reason}.") from error
        run._acquire()
        try:
            cls.check_free(run.path)
        except RunDirectoryError:
            run.close()
            raise
        run._write_json("provenance.json", provenance(seed, command))
        text = write_toml(config).encode()
        settings = {"config.toml": lambda file: file.write(text)}
        write_together(run.path, settings | table_writers(tables or {}))
        return run

    @staticmethod
    def check_free(path: Path) -> None:
        """Refuse a directory that holds a run.

        Raises
        ------
        RunDirectoryError
        """
        if (Path(path) / "config.toml").exists():
            raise RunDirectoryError(
                f"{path}: holds a run already. Resume it, remove it, or choose another name."
            )

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
        try:
            run._mend()
            if command is not None:
                run._note_resumption(command)
        except BaseException:
            run.close()
            raise
        return run

    def _mend(self) -> None:
        """Finish or remove what a process that was killed has left."""
        with writing(self.path):
            for folder in (self.checkpoints, self.figures):
                folder.mkdir(exist_ok=True)
            recover(self.path)
            for folder in (self.path, self.checkpoints, self.figures):
                for debris in folder.glob(PARTIAL.format("*")):
                    debris.unlink(missing_ok=True)

    def _note_resumption(self, command: Sequence[str]) -> None:
        record = self.provenance()
        resumed = [*record.get("resumed", []), {"command": list(command), "started": now()}]
        self._write_json("provenance.json", {**record, "resumed": resumed, "ended": None})

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
        for inside in (self.path / LOCK, self.checkpoints, self.figures, self.log_file):
            if inside.is_symlink():
                raise RunDirectoryError(
                    f"{inside}: is a symbolic link, through which nothing is written. Remove it."
                )
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
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        text = f"{now()} {line}\n".encode("utf-8", "backslashreplace")
        with writing(self.log_file), open(os.open(self.log_file, flags, 0o666), "ab") as file:  # noqa: PTH123
            file.write(text)

    def finish(self) -> None:
        """Note the time at which the run ended."""
        self._write_json("provenance.json", {**self.provenance(), "ended": now()})

    def write_weights(self, weights: Mapping[str, NDArray[np.float64]]) -> None:
        """Write the selected weights."""
        save_weights(self.weights_file, weights)

    def config(self, kind: type[C]) -> C:
        """The configuration, as class `kind`."""
        return read_toml(kind, self.path / "config.toml")

    def provenance(self) -> dict[str, Any]:
        """Versions, commit, seed, machine, command, times."""
        return read_provenance(self.path / "provenance.json")

    def weights(self, shapes: Shapes) -> dict[str, NDArray[np.float64]]:
        """The selected weights, checked against the model's `shapes`."""
        return load_weights(self.weights_file, shapes)

    def _write_json(self, name: str, record: Mapping[str, Any]) -> None:
        text = json.dumps(record, indent=2) + "\n"
        write_whole(self.path / name, lambda file: file.write(text.encode()))
