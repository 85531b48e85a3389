"""Abalone: 4,177 shells, their age in three classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from brainsnn.datasets.formats.uci import Row, UCITable, class_of

_SEXES = ("M", "F", "I")


@dataclass(frozen=True)
class Abalone(UCITable):
    """Age from sex and seven measures: up to 8 rings, 9 or 10, and 11 or more.

    Sex is three features, of which one is 1 (male, female, infant).

    Parameters
    ----------
    folder, n_train, n_validation, n_test, checked
        See `UCITable`; 1,667, 333 and 2,177 rows.

    References
    ----------
    W. J. Nash, T. L. Sellers, S. R. Talbot, A. J. Cawthorn and W. B. Ford, The population biology
    of abalone in Tasmania, Sea Fisheries Division, Technical Report 48 (1994).
    """

    name: ClassVar[str] = "abalone"
    file: ClassVar[str] = "abalone.data"
    sha256: ClassVar[str] = "de37cdcdcaaa50c309d514f248f7c2302a5f1f88c168905eba23fe2fbc78449f"
    n_fields: ClassVar[int] = 9
    classes: ClassVar[tuple[str, ...]] = ("1-8 rings", "9-10 rings", "11+ rings")
    features: ClassVar[tuple[str, ...]] = (
        "male",
        "female",
        "infant",
        "length",
        "diameter",
        "height",
        "whole weight",
        "shucked weight",
        "viscera weight",
        "shell weight",
    )
    contents: ClassVar[str] = (
        "Abalone: 4,177 shells, sex and 7 measures; 3 classes of 1-8, 9-10 and 11 or more rings."
    )
    authors: ClassVar[str] = "W. J. Nash, T. L. Sellers, S. R. Talbot, A. J. Cawthorn, W. B. Ford"
    source: ClassVar[str] = "https://archive.ics.uci.edu/dataset/1/abalone"
    citation: ClassVar[str] = (
        "W. J. Nash, T. L. Sellers, S. R. Talbot, A. J. Cawthorn and W. B. Ford, The population "
        "biology of abalone in Tasmania, Sea Fisheries Division, Technical Report 48 (1994)"
    )

    n_train: int = 1667
    n_validation: int = 333
    n_test: int = 2177

    def label(self, row: Row) -> int:
        """Class of the number of rings."""
        rings = int(row[8])
        return (rings > 8) + (rings > 10)

    def numbers(self, row: Row) -> list[float]:
        """Sex as three indicators, and seven measures."""
        sex = class_of(row[0], _SEXES)
        return [float(k == sex) for k in range(3)] + [float(field) for field in row[1:8]]
