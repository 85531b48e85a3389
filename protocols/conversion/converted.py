"""A trained network as it is and as spikes, on images."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.conversion import Converted, convert, run_first_spike, stages
from brainsnn.conversion.stages import activations
from brainsnn.datasets import ImageSet
from brainsnn.protocols.conversion.sources import Kind, Source, pixels

#: Trials run at once.
_BLOCK = 1000

_MEANS = ("accuracy", "spikes", "decision_step")

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
    code : {"rate", "first_spike"}, default "rate"
        Whether neurons spike again and again, and most spikes decide, or once, and the first
        (`brainsnn.conversion.run_first_spike`).
    """

    method: Literal["percentile", "data", "model", "none"] = "percentile"
    reset: Literal["subtract", "zero"] = "subtract"
    initial: float = Field(default=0.5, lt=1)
    code: Literal["rate", "first_spike"] = "rate"

    @property
    def label(self) -> str:
        """How tables and lines call it."""
        how = self.reset if self.code == "rate" else "first spike"
        return f"{self.method}, {how}, from {self.initial:g}"


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
    found, code = [], scaling.code
    for block in _blocks(test):
        table = _decided(network, pixels(block, kind), block.labels.astype(np.int64), n_steps, code)
        found.append(table.assign(weight=len(block) / len(test)))
    whole = pd.concat(found)
    for name in _MEANS:
        whole[name] *= whole["weight"]
    return whole.groupby("steps", as_index=False)[list(_MEANS)].sum()


def _decided(
    network: Converted, x: NDArray[np.float64], labels: NDArray[np.int64], n_steps: int, code: str
) -> pd.DataFrame:
    """A row a step: accuracy, spikes of all neurons, the mean step of the decision."""
    if code == "first_spike":
        once = run_first_spike(network, x, n_steps)
        mean = float(np.minimum(once.decision + 1, n_steps).mean())
        return once.accuracy(labels).assign(decision_step=mean)
    run = network.run(x, n_steps)
    spikes = sum(float(counts.sum()) for counts in run.counts) / len(labels)
    return run.accuracy(labels).assign(spikes=spikes, decision_step=float(n_steps))


def _blocks(images: ImageSet) -> list[ImageSet]:
    places = np.arange(len(images))
    return [images.take(places[k : k + _BLOCK]) for k in range(0, len(images), _BLOCK)]
