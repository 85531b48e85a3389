"""Yeast: where in the cell 1,484 proteins are, from eight scores of their sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from brainsnn.datasets.formats.uci import Row, UCITable, class_of


@dataclass(frozen=True)
class Yeast(UCITable):
    """Ten places, from 463 proteins (CYT) down to 5 (ERL).

    Parameters
    ----------
    folder, n_train, n_validation, n_test, checked
        See `UCITable`; 825, 165 and 494 rows.

    References
    ----------
    P. Horton and K. Nakai, A probabilistic classification system for predicting the cellular
    localization sites of proteins, Intelligent Systems in Molecular Biology 4, 109-115 (1996).
    """

    name: ClassVar[str] = "yeast"
    file: ClassVar[str] = "yeast.data"
    sha256: ClassVar[str] = "7cf61776fc04f527f93bf57a327b863893a1225d82df02d457e8950173218258"
    separator: ClassVar[str | None] = None
    n_fields: ClassVar[int] = 10
    classes: ClassVar[tuple[str, ...]] = (
        "CYT",
        "NUC",
        "MIT",
        "ME3",
        "ME2",
        "ME1",
        "EXC",
        "VAC",
        "POX",
        "ERL",
    )
    features: ClassVar[tuple[str, ...]] = (
        "mcg",
        "gvh",
        "alm",
        "mit",
        "erl",
        "pox",
        "vac",
        "nuc",
    )
    contents: ClassVar[str] = "Yeast: 1,484 proteins, 8 scores, 10 places in the cell."
    authors: ClassVar[str] = "Kenta Nakai, Osaka University"
    source: ClassVar[str] = "https://archive.ics.uci.edu/dataset/110/yeast"
    citation: ClassVar[str] = (
        "P. Horton and K. Nakai, A probabilistic classification system for predicting the "
        "cellular localization sites of proteins, Intelligent Systems in Molecular Biology 4, "
        "109-115 (1996)"
    )

    n_train: int = 825
    n_validation: int = 165
    n_test: int = 494

    def label(self, row: Row) -> int:
        """Place in the cell."""
        return class_of(row[9], self.classes)

    def numbers(self, row: Row) -> list[float]:
        """Eight scores; the protein's name is left out."""
        return [float(field) for field in row[1:9]]
