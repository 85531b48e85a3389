"""Data sets: found, checked, loaded and split, each by a class in a file of its own.

``DATASETS["mnist"]().load(rng)`` gives the splits. To add one, see ``docs/datasets.md``.
"""

from brainsnn.datasets.base import Dataset, ImageSet, Splits
from brainsnn.datasets.caltech import Caltech
from brainsnn.datasets.checks import check_image_size, check_trainable
from brainsnn.datasets.events import EventSet
from brainsnn.datasets.mnist import MNIST
from brainsnn.datasets.nmnist import NMNIST, SmallNMNIST
from brainsnn.registry import Registry

DATASETS: Registry[type[Dataset]] = Registry("data set")
DATASETS.add("mnist", MNIST)
DATASETS.add("caltech", Caltech)
DATASETS.add("nmnist", NMNIST)
DATASETS.add("nmnist-small", SmallNMNIST)

__all__ = [
    "DATASETS",
    "MNIST",
    "NMNIST",
    "Caltech",
    "Dataset",
    "EventSet",
    "ImageSet",
    "SmallNMNIST",
    "Splits",
    "check_image_size",
    "check_trainable",
]
