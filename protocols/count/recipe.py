"""Settings of ``count-mnist`` that follow from the images, by the rule of ``s4nn-mnist``.

Whether training images are warped (``warp``), where it was not given, is asked of training and
validation images (`brainsnn.protocols.common.augmentation`). Where the question takes more than a
share of the trials of training, the protocol's own value holds, and the run says so. Everything
else is the same for every set: intensities are rates, which no threshold cuts, and the rate of
learning is relative to Adam's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
from pydantic import Field

from brainsnn.config import Config
from brainsnn.protocols.common.augmentation import COPIES, warps_help
from brainsnn.protocols.common.findings import Findings
from brainsnn.protocols.common.warps import WarpConfig
from brainsnn.streams import Streams

if TYPE_CHECKING:
    from brainsnn.protocols.count.mnist import CountMnistConfig

WARPED = WarpConfig(rotation=10, stretch=0.1, shear=0.1, shift=1)
"""Digits, moved about."""


class CountRecipeConfig(Config):
    """How settings that were not given are found (module docstring).

    Parameters
    ----------
    fitted : bool, default True
        Whether they follow from the images; if not, the protocol's own values hold.
    share : float, default 0.25
        Warped copies of images that the question may take, as a share of the trials of training.
    neighbours : int, default 2000
        Training and validation images that it is asked of.
    """

    fitted: bool = True
    share: float = Field(default=0.25, gt=0)
    neighbours: int = Field(default=2000, ge=2)


def settled(
    config: CountMnistConfig, say: Callable[[str], None]
) -> tuple[CountMnistConfig, dict[str, pd.DataFrame]]:
    """Return the configuration with nothing open, and the table ``recipe`` if anything was."""
    findings, warp = Findings(say), config.warp
    if config.recipe.fitted and "warp" not in config.model_fields_set:
        splits, few = config.data.load(), config.recipe.neighbours
        images, judged = (part.take(slice(0, few)) for part in (splits.train, splits.validation))
        if COPIES * len(images) <= config.recipe.share * len(splits.train) * config.epochs:
            rng = Streams(config.seed).fresh("recipe")
            helped = warps_help(images, judged, WARPED.warp(), rng, findings)
            warp = WARPED if helped else WarpConfig()
        else:
            findings.leave("augmentation", ["warped", "images"])
    decided = config.recipe.model_copy(update={"fitted": False})
    return config.model_copy(update={"warp": warp, "recipe": decided}), findings.tables
