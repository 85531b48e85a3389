"""A trained network as it is and as spikes, on images."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.config import Config
from brainsnn.conversion import convert, stages
from brainsnn.conversion.stages import activations
from brainsnn.datasets import ImageSet
from brainsnn.protocols.conversion.sources import Kind, Source, pixels

#: Trials run at once.
_BLOCK = 1000

#: Training images that weights are scaled by.
_SCALED = 5000


class Scaling(Config):
    """A way to convert; see `brainsnn.conversion.convert`.

    Parameters
    ----------
    method : {"percentile", "data", "model", "none"}
    reset : {"subtract", "zero"}, default "subtract"
    initial : float, default 0.5
        First potential, in thresholds.
    """

    method: Literal["percentile", "data", "model", "none"] = "percentile"
    reset: Literal["subtract", "zero"] = "subtract"
    initial: float = Field(default=0.5, lt=1)

    @property
    def label(self) -> str:
        """How tables and lines call it."""
        return f"{self.method}, {self.reset}, from {self.initial:g}"


def own_accuracy(source: Source, images: ImageSet, kind: Kind) -> float:
    """Accuracy of the network itself."""
    parts = stages(source.layers)
    right = 0
    for block in _blocks(images):
        x = activations(parts[:-1], pixels(block, kind))[-1] if parts[1:] else pixels(block, kind)
        right += int(
            (parts[-1].weighted(parts[-1].prepared(x)).argmax(axis=1) == block.labels).sum()
        )
    return right / len(images)


def by_step(
    source: Source, scaling: Scaling, train_set: ImageSet, test: ImageSet, kind: Kind, n_steps: int
) -> pd.DataFrame:
    """Accuracy after each step, and spikes of the network up to it."""
    some = pixels(train_set.take(np.arange(min(_SCALED, len(train_set)))), kind)
    network = convert(
        source.layers, scaling.method, some, reset=scaling.reset, initial=scaling.initial
    )
    found: list[pd.DataFrame] = []
    for block in _blocks(test):
        run = network.run(pixels(block, kind), n_steps)
        table = run.accuracy(block.labels.astype(np.int64))
        spikes = sum(float(counts.sum()) for counts in run.counts) / len(block)
        found.append(table.assign(spikes=spikes, weight=len(block) / len(test)))
    whole = pd.concat(found)
    for name in ("accuracy", "spikes"):
        whole[name] *= whole["weight"]
    return whole.groupby("steps", as_index=False)[["accuracy", "spikes"]].sum()


def _blocks(images: ImageSet) -> list[ImageSet]:
    places = np.arange(len(images))
    return [images.take(places[k : k + _BLOCK]) for k in range(0, len(images), _BLOCK)]
