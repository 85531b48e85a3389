"""MNIST: 70,000 handwritten digits of 28 x 28 pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from brainsnn.datasets.formats.idx_images import IdxFile, IdxImages
from brainsnn.datasets.locate import cache_folder, download

_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_DOWNLOADS = {
    "train-images-idx3-ubyte.gz": "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "md5:d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "md5:9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "md5:ec29112dd5afa0611ce80d1b7f02629c",
}

FILES: Mapping[str, IdxFile] = {
    "train-images-idx3-ubyte.gz": IdxFile((60000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte.gz": IdxFile((60000,), "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte.gz": IdxFile((10000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte.gz": IdxFile((10000,), "27ae3e4e09519cfbb04c329615203637"),
}
"""The four files of MNIST, by name."""


@dataclass(frozen=True)
class MNIST(IdxImages):
    """MNIST, from four gzipped IDX files in a folder ``mnist``; class ``k`` is the digit ``k``.

    Downloaded into the user's cache if it is nowhere. Parameters as for `IdxImages`.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to document
    recognition, Proceedings of the IEEE 86(11), 2278-2324 (1998).
    """

    name: ClassVar[str] = "mnist"
    title: ClassVar[str] = "MNIST"
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")
    citation: ClassVar[str] = (
        "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to "
        "document recognition, Proceedings of the IEEE 86(11), 2278-2324 (1998)"
    )

    files: Mapping[str, IdxFile] = field(default_factory=lambda: FILES, repr=False)

    def fetch(self) -> Path:
        """Folder the files are in; downloaded if there is none, or what is missing in the cache."""
        folder = self.find()
        if folder is None or folder == cache_folder() / self.name:
            return download(self.name, _DOWNLOADS, _MIRRORS)
        return folder

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            "MNIST: 60,000 + 10,000 grey images of handwritten digits, 28 x 28, 10 classes.\n"
            "Authors: Yann LeCun, Corinna Cortes, Christopher J. C. Burges.\n"
            "Source: http://yann.lecun.com/exdb/mnist/ (mirror: " + _MIRRORS[0] + ").\n"
            "Licence: CC BY-SA 3.0.\n"
            f"Cite: {self.citation}."
        )
