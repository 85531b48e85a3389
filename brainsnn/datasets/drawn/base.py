"""What all drawn data sets share: sizes, a seed, and a stream for each part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

import numpy as np

from brainsnn.datasets.base import Splits
from brainsnn.errors import ConfigError
from brainsnn.indices import size
from brainsnn.streams import Streams

T = TypeVar("T")


@dataclass(frozen=True)
class Drawn(ABC, Generic[T]):
    """A data set that is drawn from a seed: each part from a stream of its own.

    So more training trials leave validation and test trials as they are.

    Parameters
    ----------
    n_train, n_validation, n_test : int
        Trials of each part, 1 or more.
    seed : int, default 0
        What everything is drawn from if `load` is given no generator.

    Raises
    ------
    ConfigError
        If a size is below 1 or the seed negative.
    """

    name: ClassVar[str]
    contents: ClassVar[str]
    """What it is, in a sentence."""
    citation: ClassVar[str]

    n_train: int = 1000
    n_validation: int = 200
    n_test: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        self._at_least(n_train=1, n_validation=1, n_test=1, seed=0)

    def _at_least(self, **least: int) -> None:
        """Refuse settings that are no whole numbers, or below these."""
        for key, value in least.items():
            size(f"{self.name}: {key}", getattr(self, key), value, ConfigError)

    def find(self) -> Path | None:
        """None: there are no files."""
        return None

    def load(self, rng: np.random.Generator | None = None) -> Splits[T]:
        """Draw the set.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Draws the seed in the place of `seed`.

        Returns
        -------
        Splits
            The same for the same seed and sizes.
        """
        streams = Streams(self.seed if rng is None else int(rng.integers(2**32)))
        sizes = {"train": self.n_train, "validation": self.n_validation, "test": self.n_test}
        return Splits(*(self.part(part, n, streams) for part, n in sizes.items()))

    @abstractmethod
    def part(self, part: str, n: int, streams: Streams) -> T:
        """Draw one part.

        Parameters
        ----------
        part : str
            ``"train"``, ``"validation"`` or ``"test"``: its stream.
        n : int
            Trials.
        streams : Streams
            What the parts have in common comes from the stream ``"task"``.
        """

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            f"{self.contents}\nSource: drawn here from a seed.\nLicence: MIT.\n"
            f"Cite: {self.citation}."
        )
