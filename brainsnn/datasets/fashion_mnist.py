"""Fashion-MNIST: 70,000 photographs of clothes, 28 x 28 pixels, in MNIST's format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from brainsnn.datasets.formats.idx_images import IdxFile, IdxImages
from brainsnn.datasets.locate import missing

FILES: Mapping[str, IdxFile] = {
    "train-images-idx3-ubyte.gz": IdxFile((60000, 28, 28), "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
    "train-labels-idx1-ubyte.gz": IdxFile((60000,), "9018921c3c673c538a1fc5bad174d6f9"),
    "t10k-images-idx3-ubyte.gz": IdxFile((10000, 28, 28), "8181f5470baa50b63fa0f6fddb340f0a"),
    "t10k-labels-idx1-ubyte.gz": IdxFile((10000,), "15d484375f8d13e6eb1aabb0c3f46965"),
}
"""The four files of Fashion-MNIST, by name."""


@dataclass(frozen=True)
class FashionMNIST(IdxImages):
    """Fashion-MNIST, from four gzipped IDX files in a folder ``fashion-mnist``.

    Parameters as for `IdxImages`. Nothing is downloaded: the Debian package
    ``dataset-fashion-mnist`` installs the files where they are found.

    References
    ----------
    H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms, arXiv:1708.07747 (2017).
    """

    name: ClassVar[str] = "fashion-mnist"
    title: ClassVar[str] = "Fashion-MNIST"
    classes: ClassVar[tuple[str, ...]] = (
        "T-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    )
    citation: ClassVar[str] = (
        "H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking "
        "machine learning algorithms, arXiv:1708.07747 (2017)"
    )

    files: Mapping[str, IdxFile] = field(default_factory=lambda: FILES, repr=False)

    def fetch(self) -> Path:
        """Folder the files are in.

        Raises
        ------
        DataError
            If they are nowhere; the message says where they come from.
        """
        folder = self.find()
        if folder is None:
            raise missing(
                self.name,
                "Install the Debian package dataset-fashion-mnist, or get the four files from "
                "https://github.com/zalandoresearch/fashion-mnist and put them into such a folder.",
            )
        return folder

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            "Fashion-MNIST: 60,000 + 10,000 grey images of clothes, 28 x 28, 10 classes.\n"
            "Authors: Han Xiao, Kashif Rasul, Roland Vollgraf (Zalando SE).\n"
            "Source: https://github.com/zalandoresearch/fashion-mnist "
            "(Debian: dataset-fashion-mnist).\n"
            "Licence: MIT.\n"
            f"Cite: {self.citation}."
        )
