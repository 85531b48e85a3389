"""What sets of recordings that lie in a folder have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from brainsnn.datasets.locate import find_folder, missing
from brainsnn.errors import ConfigError


@dataclass(frozen=True)
class RecordedFiles:
    """Recordings in the files of a folder.

    Parameters
    ----------
    folder : Path, optional
        Folder that holds the files. By default `brainsnn.datasets.locate` finds it.
    n_train, n_test : int
        How many of them there must be.
    n_validation : int
        How many of training become the validation split.

    Raises
    ------
    ConfigError
        If `n_validation` leaves nothing to train on.
    """

    name: ClassVar[str]
    relative: ClassVar[str]
    remedy: ClassVar[str]

    folder: Path | None = None
    n_train: int = 1
    n_test: int = 0
    n_validation: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.n_validation < self.n_train:
            raise ConfigError(
                f"{self.name}: n_validation must be in 0..{self.n_train - 1}, "
                f"got {self.n_validation}."
            )

    def find(self) -> Path | None:
        """Folder the files are in, or None if they are nowhere."""
        return self.folder or find_folder(self.relative)

    def locate(self) -> Path:
        """Folder the files are in.

        Raises
        ------
        DataError
            If they are nowhere; it says where they were looked for.
        """
        folder = self.find()
        if folder is None:
            raise missing(self.relative, self.remedy)
        return folder
