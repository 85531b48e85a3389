"""Iris: 150 flowers of three species, four measures each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from brainsnn.datasets.formats.uci import Row, UCITable, class_of


@dataclass(frozen=True)
class Iris(UCITable):
    """The file of the UCI repository, in which rows 35 and 38 differ from Fisher's table.

    Parameters
    ----------
    folder, n_train, n_validation, n_test, checked
        See `UCITable`; 75, 15 and 60 rows.

    References
    ----------
    R. A. Fisher, The use of multiple measurements in taxonomic problems, Annals of Eugenics 7(2),
    179-188 (1936).
    """

    name: ClassVar[str] = "iris"
    file: ClassVar[str] = "iris.data"
    sha256: ClassVar[str] = "6f608b71a7317216319b4d27b4d9bc84e6abd734eda7872b71a458569e2656c0"
    n_fields: ClassVar[int] = 5
    classes: ClassVar[tuple[str, ...]] = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
    features: ClassVar[tuple[str, ...]] = (
        "sepal length",
        "sepal width",
        "petal length",
        "petal width",
    )
    contents: ClassVar[str] = "Iris: 150 flowers, 4 measures in cm, 3 species of 50."
    authors: ClassVar[str] = "R. A. Fisher"
    source: ClassVar[str] = "https://archive.ics.uci.edu/dataset/53/iris"
    citation: ClassVar[str] = (
        "R. A. Fisher, The use of multiple measurements in taxonomic problems, Annals of Eugenics "
        "7(2), 179-188 (1936)"
    )

    n_train: int = 75
    n_validation: int = 15
    n_test: int = 60

    def label(self, row: Row) -> int:
        """Species."""
        return class_of(row[4], self.classes)

    def numbers(self, row: Row) -> list[float]:
        """Four measures."""
        return [float(field) for field in row[:4]]
