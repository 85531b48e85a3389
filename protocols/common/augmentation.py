"""Whether training images are warped, by what images say: one rule for every protocol and set.

They are, if the nearest neighbour of a validation image among warped copies of some training images
names its class more often than the nearest among these images themselves. So digits are, clothes
are not. Test images are not looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets import ImageSet
from brainsnn.datasets.augment import Warp
from brainsnn.protocols.common.findings import Findings

COPIES = 4
"""Warped copies of an image that neighbours are looked for among."""

_BLOCK = 500
"""Images whose distances are in memory at once."""


def warps_help(
    images: ImageSet, judged: ImageSet, warp: Warp, rng: np.random.Generator, findings: Findings
) -> bool:
    """Whether nearest neighbours are better among warped copies than among images.

    Parameters
    ----------
    images, judged : ImageSet
        Training and validation images.
    warp : Warp
    rng : numpy.random.Generator
        Draws the copies.
    findings : Findings
        Keeps both shares.
    """
    copies = [warp.draw(len(images), rng).apply(images.images) for _ in range(COPIES)]
    found = {
        name: nearest_right(np.concatenate(kept), np.tile(images.labels, len(kept)), judged)
        for name, kept in {"images": [images.images], "warped": copies}.items()
    }
    chosen = "warped" if found["warped"] > found["images"] else "images"
    findings.note("augmentation", "nearest neighbour right", found, chosen)
    return chosen == "warped"


def nearest_right(images: NDArray[np.uint8], labels: NDArray[np.int64], judged: ImageSet) -> float:
    """Share of images whose nearest neighbour among others, the first of equals, has their label.

    Distances are sums of whole numbers below 2^53, the same on every machine.
    """
    kept = _flat(images)
    lengths, right = (kept * kept).sum(axis=1), 0
    for start in range(0, len(judged), _BLOCK):
        block = slice(start, start + _BLOCK)
        nearest = (lengths - 2 * _flat(judged.images[block]) @ kept.T).argmin(axis=1)
        right += int((labels[nearest] == judged.labels[block]).sum())
    return right / len(judged)


def _flat(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return images as rows of numbers."""
    return images.reshape(len(images), -1).astype(np.float64)
