"""Wisconsin breast cancer, the original set: nine features of cells, graded 1 to 10."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.formats.tables import TableSet
from brainsnn.datasets.formats.uci import Row, UCITable, class_of

_MISSING = "?"


@dataclass(frozen=True)
class Wisconsin(UCITable):
    """The original set of 699 rows, 16 of which lack a value.

    Parameters
    ----------
    folder, n_train, n_validation, n_test, checked
        See `UCITable`; 380, 75 and 228 rows.
    incomplete : {"drop", "median"}, default "drop"
        Whether rows with a missing value are left out (683 remain), or the value is filled in with
        the feature's median over all complete rows. The table counts them.

    References
    ----------
    W. H. Wolberg and O. L. Mangasarian, Multisurface method of pattern separation for medical
    diagnosis applied to breast cytology, PNAS 87(23), 9193-9196 (1990).
    """

    name: ClassVar[str] = "breast-cancer-wisconsin"
    file: ClassVar[str] = "breast-cancer-wisconsin.data"
    sha256: ClassVar[str] = "402c585309c399237740f635ef9919dc512cca12cbeb20de5e563a4593f22b64"
    n_fields: ClassVar[int] = 11
    classes: ClassVar[tuple[str, ...]] = ("benign", "malignant")
    features: ClassVar[tuple[str, ...]] = (
        "clump thickness",
        "uniformity of cell size",
        "uniformity of cell shape",
        "marginal adhesion",
        "single epithelial cell size",
        "bare nuclei",
        "bland chromatin",
        "normal nucleoli",
        "mitoses",
    )
    contents: ClassVar[str] = (
        "Wisconsin breast cancer (original): 699 samples, 9 features from 1 to 10, 2 classes; "
        "16 rows lack a value."
    )
    authors: ClassVar[str] = "William H. Wolberg, University of Wisconsin Hospitals, Madison"
    source: ClassVar[str] = (
        "https://archive.ics.uci.edu/dataset/15/breast+cancer+wisconsin+original"
    )
    citation: ClassVar[str] = (
        "W. H. Wolberg and O. L. Mangasarian, Multisurface method of pattern separation for "
        "medical diagnosis applied to breast cytology, PNAS 87(23), 9193-9196 (1990)"
    )

    n_train: int = 380
    n_validation: int = 75
    n_test: int = 228
    incomplete: Literal["drop", "median"] = "drop"

    def label(self, row: Row) -> int:
        """Benign (2) or malignant (4)."""
        return class_of(row[10].strip(), ("2", "4"))

    def numbers(self, row: Row) -> list[float]:
        """Nine grades; the sample's number is left out."""
        return [float("nan") if field == _MISSING else float(field) for field in row[1:10]]

    def _complete(self, values: NDArray[np.float64], labels: NDArray[np.int64]) -> TableSet:
        absent = np.isnan(values)
        lacking = absent.any(axis=1)
        rest = (self.classes, self.features)
        if self.incomplete == "drop":
            n = int(lacking.sum())
            return TableSet(self.name, values[~lacking], labels[~lacking], *rest, dropped=n)
        filled = np.where(absent, np.median(values[~lacking], axis=0), values)
        return TableSet(self.name, filled, labels, *rest, imputed=int(absent.sum()))
