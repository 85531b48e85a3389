"""Faces and motorbikes of Caltech-101, grey and of one size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from brainsnn.datasets.base import ImageSet, Splits
from brainsnn.datasets.formats.photographs import list_jpegs, read_grey_cached
from brainsnn.datasets.locate import ENVIRONMENT, find_folder, missing
from brainsnn.errors import ConfigError, DataError

_CLASS_FOLDERS = ("Faces", "Motorbikes")
_REMEDY = (
    "Download Caltech-101 from https://data.caltech.edu/records/mzrjq-6wc02 and put the folders "
    f"Faces and Motorbikes into a folder caltech101 in one of these places, or set {ENVIRONMENT} "
    "to a folder that holds caltech101/."
)


@dataclass(frozen=True)
class Caltech:
    """Faces against motorbikes: 435 and 798 photographs, turned grey and resized.

    The folder ``caltech101`` holds ``Faces`` and ``Motorbikes`` with a JPEG an image, as
    published. Decoded images are kept in the user's cache until a file changes.

    Parameters
    ----------
    folder : Path, optional
        Folder that holds the two class folders. By default `brainsnn.datasets.locate` finds it.
    n_train, n_validation : int, default 200 and 50
        Images of each class in the training and validation splits, drawn at random; the rest
        is the test split.
    height, width : int, default 160 and 250
        Size that the images are brought to, in pixels, whatever their proportions were.

    Raises
    ------
    ConfigError
        If a number is impossible.

    References
    ----------
    L. Fei-Fei, R. Fergus and P. Perona, Learning generative visual models from few training
    examples: an incremental Bayesian approach tested on 101 object categories, CVPR workshop on
    generative-model based vision (2004).
    """

    name: ClassVar[str] = "caltech"
    citation: ClassVar[str] = (
        "L. Fei-Fei, R. Fergus and P. Perona, Learning generative visual models from few training "
        "examples: an incremental Bayesian approach tested on 101 object categories, CVPR "
        "workshop on generative-model based vision (2004)"
    )
    classes: ClassVar[tuple[str, ...]] = ("faces", "motorbikes")

    folder: Path | None = None
    n_train: int = 200
    n_validation: int = 50
    height: int = 160
    width: int = 250

    def __post_init__(self) -> None:
        for key, least in (("n_train", 1), ("n_validation", 0), ("height", 1), ("width", 1)):
            if getattr(self, key) < least:
                raise ConfigError(
                    f"caltech: {key} must be at least {least}, got {getattr(self, key)}."
                )

    def find(self) -> Path | None:
        """Folder the class folders are in, or None if they are nowhere."""
        return self.folder or find_folder("caltech101")

    def load(self, rng: np.random.Generator | None = None) -> Splits[ImageSet]:
        """Read, check and split the set.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Draws which images of a class go to which split. None gives one fixed draw.

        Returns
        -------
        Splits
            Train 400, validation 100, test 733 images of 160 x 250, sorted by class.

        Raises
        ------
        DataError
            If a folder is missing or empty, an image is unreadable, or a class has too few.
        """
        folder = self.find()
        if folder is None:
            raise missing("caltech101", _REMEDY)
        rng = np.random.default_rng(0) if rng is None else rng
        paths = [self._paths(folder / name) for name in _CLASS_FOLDERS]
        size = (self.height, self.width)
        images = read_grey_cached([path for of_class in paths for path in of_class], size)
        labels = np.repeat(np.arange(len(paths)), [len(of_class) for of_class in paths])
        everything = ImageSet("caltech", images, labels, self.classes)
        chosen = [rng.permutation(np.flatnonzero(labels == label)) for label in range(len(paths))]
        bounds = [0, self.n_train, self.n_train + self.n_validation, None]
        parts = []
        for k, split in enumerate(("train", "validation", "test")):
            members = [of_class[bounds[k] : bounds[k + 1]] for of_class in chosen]
            part = everything.take(np.sort(np.concatenate(members)))
            parts.append(replace(part, name=f"caltech {split}"))
        return Splits(*parts)

    def describe(self) -> str:
        """Contents, source, licence and citation, as text of a few lines."""
        return (
            f"Caltech-101 faces and motorbikes: 435 + 798 photographs, made grey, "
            f"{self.height} x {self.width}, 2 classes.\n"
            "Authors: Fei-Fei Li, Marco Andreetto, Marc'Aurelio Ranzato, Pietro Perona.\n"
            "Source: https://data.caltech.edu/records/mzrjq-6wc02.\n"
            "Licence: CC BY 4.0.\n"
            f"Cite: {self.citation}."
        )

    def _paths(self, folder: Path) -> list[Path]:
        """Images of one class, in order of name; enough of them to fill every split."""
        paths = list_jpegs(folder)
        needed = self.n_train + self.n_validation + 1
        if len(paths) < needed:
            raise DataError(
                f"{folder}: {len(paths)} images; {self.n_train} to train, {self.n_validation} to "
                f"validate and at least one to test need {needed}."
            )
        return paths
