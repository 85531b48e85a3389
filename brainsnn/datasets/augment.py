"""Images moved, turned and stretched a little: more to learn from, nothing new to tell apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError, DataError
from brainsnn.jit import copy_row, njit


@njit()
def _places(  # type: ignore[no-untyped-def]
    matrix: NDArray[np.float64], row: int, height: int, extend: bool, y, x
) -> None:
    """Where the pixels of a row of the new image are in the old one; filled in."""
    middle_y, middle_x, v = (height - 1) / 2, (x.size - 1) / 2, row - (height - 1) / 2
    (a, b, c), (d, e, f) = matrix[0], matrix[1]
    for column in range(x.size):
        u = column - middle_x
        y[column] = middle_y + d * u + e * v + f
        x[column] = middle_x + a * u + b * v + c
    if extend:
        for column in range(x.size):
            y[column] = min(max(y[column], 0.0), height - 1.0)
            x[column] = min(max(x[column], 0.0), x.size - 1.0)


@njit()
def _bilinear(framed: NDArray[np.float64], y, x, out) -> None:  # type: ignore[no-untyped-def]
    """Fill in values between pixels of an image in a black frame; outside the frame is black."""
    height, width = framed.shape[0] - 2, framed.shape[1] - 2
    for k in range(out.size):
        if not (-1.0 < y[k] < height and -1.0 < x[k] < width):
            out[k] = 0
            continue
        top, left = int(y[k]), int(x[k])
        top, left = top - (y[k] < top), left - (x[k] < left)
        above, below = 1.0 - abs(y[k] - top), 1.0 - abs(y[k] - (top + 1))
        before, after = 1.0 - abs(x[k] - left), 1.0 - abs(x[k] - (left + 1))
        total = above * before * framed[top + 1, left + 1]
        total += above * after * framed[top + 1, left + 2]
        total += below * before * framed[top + 2, left + 1]
        total += below * after * framed[top + 2, left + 2]
        out[k] = int(total + 0.5)


@njit()
def _warp(
    images: NDArray[np.uint8],
    maps: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    extend: bool,
    out: NDArray[np.uint8],
) -> None:
    n, height, width = images.shape
    framed, y, x = np.zeros((height + 2, width + 2)), np.empty(width), np.empty(width)
    for k in range(n):
        if not chosen[k]:
            for row in range(height):
                copy_row(images[k, row], out[k, row])
            continue
        for row in range(height):
            copy_row(images[k, row], framed[row + 1, 1:-1])
        for row in range(height):
            _places(maps[k], row, height, extend, y, x)
            _bilinear(framed, y, x, out[k, row])


@dataclass(frozen=True)
class Warp:
    r"""Random affine map of an image about its middle.

    A pixel of the new image, at :math:`(u, v)` from the middle (right, down), takes the old
    image's value at :math:`A\,(u - d_x, v - d_y)^T`, between pixels bilinearly, with

    .. math::
        A = \begin{pmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{pmatrix}
            \begin{pmatrix} 1 & h \\ 0 & 1 \end{pmatrix}
            \begin{pmatrix} s_x & 0 \\ 0 & s_y \end{pmatrix} .

    All quantities are drawn uniformly and independently for each image. A mirrored image is
    mirrored after the map: :math:`-u` in place of :math:`u`.

    Parameters
    ----------
    rotation : float, default 0
        Largest angle :math:`\theta` in degrees, either way.
    stretch : float, default 0
        Largest difference of :math:`s_x` and :math:`s_y` from 1.
    shear : float, default 0
        Largest :math:`h`, either way.
    shift : float, default 0
        Largest :math:`d_x` and :math:`d_y` in pixels, either way.
    share : float, default 1
        Probability that an image is warped at all.
    mirror : float, default 0
        Probability that a warped image is also mirrored, left to right.
    extend : bool, default False
        What moves in from outside the image: its nearest pixel if true, black if not.

    Raises
    ------
    ConfigError
        If a parameter is negative, `stretch` is 1 or more, or `share` or `mirror` more than 1.
    """

    rotation: float = 0.0
    stretch: float = 0.0
    shear: float = 0.0
    shift: float = 0.0
    share: float = 1.0
    mirror: float = 0.0
    extend: bool = False

    def __post_init__(self) -> None:
        shares = max(self.share, self.mirror)
        if min(vars(self).values()) < 0 or self.stretch >= 1 or shares > 1:
            raise ConfigError(
                "Warp: rotation, shear and shift must be 0 or more, stretch in [0, 1), share and "
                f"mirror in [0, 1]; got {self}."
            )

    @property
    def varies(self) -> bool:
        """Whether any image is ever changed."""
        amounts = (self.rotation, self.stretch, self.shear, self.shift, self.mirror)
        return self.share > 0 and max(amounts) > 0

    def draw(self, n: int, rng: np.random.Generator) -> Maps:
        """Draw the maps of n images.

        Parameters
        ----------
        n : int
            Number of images.
        rng : numpy.random.Generator
            Draws angle, shear, stretches and shifts, then whether an image is warped, then, if
            `mirror` is not 0, whether it is mirrored.
        """
        angle, slant, wide, high, right, down = rng.uniform(-1, 1, (6, n))
        angle, slant = np.deg2rad(self.rotation * angle), self.shear * slant
        cos, sin = np.cos(angle), np.sin(angle)
        maps = np.empty((n, 2, 3))
        maps[:, 0, 0], maps[:, 1, 0] = cos, sin
        maps[:, 0, 1], maps[:, 1, 1] = cos * slant - sin, sin * slant + cos
        maps[:, :, :2] *= (1 + self.stretch * np.stack([wide, high], axis=1))[:, None, :]
        moves = self.shift * np.stack([right, down], axis=1)
        maps[:, :, 2] = -np.einsum("nij,nj->ni", maps[:, :, :2], moves)
        chosen = rng.random(n) < self.share
        if self.mirror:
            maps[rng.random(n) < self.mirror, :, 0] *= -1
        return Maps(maps, chosen, self.extend)


@dataclass(frozen=True)
class Maps:
    """One affine map an image, as drawn by `Warp`.

    Parameters
    ----------
    matrices : array of float64, shape (n, 2, 3)
        From a pixel of the new image (right, down, 1), from the middle, to its place in the old.
    chosen : array of bool, shape (n,)
        Which images are warped; the others stay.
    extend : bool, default False
        See `Warp`.

    Raises
    ------
    DataError
        If the matrices are of another shape or not finite, or `chosen` is not one bool each.
    """

    matrices: NDArray[np.float64]
    chosen: NDArray[np.bool_]
    extend: bool = False

    def __post_init__(self) -> None:
        matrices = np.ascontiguousarray(self.matrices, np.float64)
        object.__setattr__(self, "matrices", matrices)
        object.__setattr__(self, "chosen", np.ascontiguousarray(self.chosen, np.bool_))
        n = self.chosen.size
        if matrices.shape != (n, 2, 3) or self.chosen.ndim != 1 or not np.isfinite(matrices).all():
            raise DataError(
                f"Maps: finite matrices of shape (n, 2, 3) and n flags are needed, got shapes "
                f"{matrices.shape} and {self.chosen.shape}."
            )

    def apply(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Warp images of shape (n, height, width), each with its map.

        Raises
        ------
        DataError
            If they are not n tables of bytes.
        """
        if images.ndim != 3 or len(images) != len(self.chosen) or images.dtype != np.uint8:
            raise DataError(
                f"Maps of {len(self.chosen)} images take uint8 of shape (n, height, width), got "
                f"{images.dtype} of shape {images.shape}."
            )
        out = np.empty_like(images)
        _warp(images, self.matrices, self.chosen, self.extend, out)
        return out
