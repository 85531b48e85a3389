"""Data sets: found, checked, loaded and split, each by a class in a file of its own.

``DATASETS["mnist"]().load(rng)`` gives the splits. To add one, see ``docs/datasets.md``.
"""

from brainsnn.datasets.base import Dataset, ImageSet, Splits
from brainsnn.datasets.caltech import Caltech
from brainsnn.datasets.checks import check_image_size, check_trainable
from brainsnn.datasets.mnist import MNIST
from brainsnn.registry import Registry

DATASETS: Registry[type[Dataset]] = Registry("data set")
DATASETS.add("mnist", MNIST)
DATASETS.add("caltech", Caltech)

__all__ = [
    "DATASETS",
    "MNIST",
    "Caltech",
    "Dataset",
    "ImageSet",
    "Splits",
    "check_image_size",
    "check_trainable",
]
