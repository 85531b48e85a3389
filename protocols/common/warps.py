"""How training images are moved about, as settings."""

from __future__ import annotations

from pydantic import Field

from brainsnn.config import Config
from brainsnn.datasets.augment import Warp


class WarpConfig(Config):
    """Random affine map of training images, drawn anew in each epoch.

    Parameters
    ----------
    rotation, stretch, shear, shift, share, mirror, extend
        See `brainsnn.datasets.augment.Warp`.
    """

    rotation: float = Field(default=0.0, ge=0, le=180)
    stretch: float = Field(default=0.0, ge=0, lt=1)
    shear: float = Field(default=0.0, ge=0)
    shift: float = Field(default=0.0, ge=0)
    share: float = Field(default=1.0, ge=0, le=1)
    mirror: float = Field(default=0.0, ge=0, le=1)
    extend: bool = False

    def warp(self) -> Warp:
        """Return the map."""
        amounts = (self.rotation, self.stretch, self.shear, self.shift)
        return Warp(*amounts, self.share, self.mirror, self.extend)
