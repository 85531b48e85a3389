"""Data sets: found, checked, loaded and split, each by a class in a file of its own.

``DATASETS["mnist"]().load(rng)`` gives the splits. To add one, see ``docs/datasets.md``.
"""

from brainsnn.datasets.abalone import Abalone
from brainsnn.datasets.base import Dataset, ImageSet, Splits
from brainsnn.datasets.caltech import Caltech
from brainsnn.datasets.drawn.delayed_match import DelayedMatch
from brainsnn.datasets.drawn.evidence import EvidenceAccumulation
from brainsnn.datasets.drawn.function_examples import FunctionExamples
from brainsnn.datasets.drawn.pattern import PatternGeneration
from brainsnn.datasets.drawn.randman import Randman
from brainsnn.datasets.drawn.store_recall import StoreRecall
from brainsnn.datasets.drawn.yin_yang import YinYang, yin_yang_trials
from brainsnn.datasets.events import EventSet
from brainsnn.datasets.fashion_mnist import FashionMNIST
from brainsnn.datasets.formats.checks import check_image_size, check_trainable
from brainsnn.datasets.formats.idx_images import IdxImages
from brainsnn.datasets.formats.image_folder import read_image_folder
from brainsnn.datasets.formats.tables import TableSet
from brainsnn.datasets.iris import Iris
from brainsnn.datasets.mnist import MNIST
from brainsnn.datasets.neuromorphic.dvs_gesture import DVSGesture
from brainsnn.datasets.neuromorphic.heidelberg import HeidelbergDigits
from brainsnn.datasets.neuromorphic.nmnist import NMNIST, SmallNMNIST
from brainsnn.datasets.sequences import LatencyMNIST, PermutedMNIST, SequentialMNIST
from brainsnn.datasets.wisconsin import Wisconsin
from brainsnn.datasets.yeast import Yeast
from brainsnn.registry import Registry

DATASETS: Registry[type[Dataset]] = Registry("data set")
DATASETS.add("mnist", MNIST)
DATASETS.add("fashion-mnist", FashionMNIST)
DATASETS.add("caltech", Caltech)
DATASETS.add("nmnist", NMNIST)
DATASETS.add("nmnist-small", SmallNMNIST)
DATASETS.add("dvs-gesture", DVSGesture)
DATASETS.add("heidelberg-digits", HeidelbergDigits)
for _table in (Iris, Wisconsin, Abalone, Yeast):
    DATASETS.add(_table.name, _table)
for _sequence in (SequentialMNIST, PermutedMNIST, LatencyMNIST):
    DATASETS.add(_sequence.name, _sequence)
for _drawn in (
    YinYang,
    Randman,
    StoreRecall,
    DelayedMatch,
    EvidenceAccumulation,
    PatternGeneration,
    FunctionExamples,
):
    DATASETS.add(_drawn.name, _drawn)

__all__ = [
    "DATASETS",
    "MNIST",
    "NMNIST",
    "Abalone",
    "Caltech",
    "DVSGesture",
    "Dataset",
    "DelayedMatch",
    "EventSet",
    "EvidenceAccumulation",
    "FashionMNIST",
    "FunctionExamples",
    "HeidelbergDigits",
    "IdxImages",
    "ImageSet",
    "Iris",
    "LatencyMNIST",
    "PatternGeneration",
    "PermutedMNIST",
    "Randman",
    "SequentialMNIST",
    "SmallNMNIST",
    "Splits",
    "StoreRecall",
    "TableSet",
    "Wisconsin",
    "Yeast",
    "YinYang",
    "check_image_size",
    "check_trainable",
    "read_image_folder",
    "yin_yang_trials",
]
