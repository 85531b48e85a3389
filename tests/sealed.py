"""Test splits that may be read at the end only, and splits that hold something else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from brainsnn.datasets import DATASETS, Splits
from brainsnn.datasets.events import EventSet
from brainsnn.datasets.formats.tables import TableSet
from brainsnn.spikes.trials import LabelledTrials

#: What may be known of a test split before the end.
KNOWN = ("name", "classes", "size", "dropped")


class Seal(threading.local):
    """Whether test splits may be read in a thread: after training ended there, not within it."""

    broken = False

    def around(self, train: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a function that trains."""

        def wrapped(*args: Any, **settings: Any) -> Any:
            self.broken = False
            result = train(*args, **settings)
            self.broken = True
            return result

        return wrapped


class SealedSet:
    """A data set that says no while its seal is whole."""

    def __init__(self, seal: Seal, make: Callable[[], Any]) -> None:
        self._seal, self._make = seal, make

    def __len__(self) -> int:
        return len(self._make())

    def take(self, indices: Any) -> SealedSet:
        return SealedSet(self._seal, lambda: self._make().take(indices))

    def __getattr__(self, name: str) -> Any:
        if name not in KNOWN and not self._seal.broken:
            raise AssertionError(f"{name!r} of the test split was read before training ended")
        return getattr(self._make(), name)


def sealed(splits: Splits[Any], seal: Seal) -> Splits[Any]:
    """The same splits, the test split sealed."""
    return replace(splits, test=SealedSet(seal, lambda: splits.test))


def poisoned(splits: Splits[Any], *names: str) -> Splits[Any]:
    """Splits of which some hold other images, rows, events or trials, with other labels."""
    return replace(splits, **{name: _poisoned(getattr(splits, name)) for name in names})


def _poisoned(split: Any) -> Any:
    if isinstance(split, LabelledTrials):
        n = len(split)
        turned = split.inputs.take(np.arange(n)[::-1])
        return LabelledTrials(turned, split.targets.take(np.roll(np.arange(n), 1)))
    labels = (split.labels + 1) % len(split.classes)
    if isinstance(split, TableSet):
        return replace(split, rows=split.rows[::-1].copy(), labels=labels)
    if isinstance(split, EventSet):
        return replace(split, address=split.address[::-1].copy(), labels=labels)
    turned = np.ascontiguousarray(255 - split.images[:, ::-1, ::-1])
    return replace(split, images=turned, labels=labels)


def loaders() -> set[type]:
    """Classes that define how a data set is loaded."""
    return {_defining(DATASETS[name], "load") for name in DATASETS}


def _defining(dataset: type, name: str) -> type:
    return next(kind for kind in dataset.__mro__ if name in vars(kind))
