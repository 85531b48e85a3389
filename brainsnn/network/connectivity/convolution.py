"""Two-dimensional convolution: small kernels that every place of the image shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from brainsnn.errors import ModelError
from brainsnn.network.connectivity.base import ImageConnectivity, SynapseList


@dataclass(frozen=True)
class Convolution(ImageConnectivity):
    """Two-dimensional convolution of stride 1, without padding.

    Neuron (oy, ox, f) of the target has a synapse from (oy + dy, ox + dx, c) of the source for
    all dy and dx below `kernel`, with the weight in row ``(dy*kernel + dx)*channels + c`` and
    column f of the kernels, an array of shape (kernel * kernel * channels, filters). The kernel is
    not turned round, as is usual for networks.

    Parameters
    ----------
    height, width, channels : int
        Size of the source's image.
    kernel : int
        Height and width of the kernels.
    filters : int
        Number of kernels, the channels of the target's image, which is
        ``(height - kernel + 1, width - kernel + 1, filters)``.

    Raises
    ------
    ModelError
        If a number is below 1, or the kernel is larger than the image.

    Examples
    --------
    >>> Convolution(28, 28, 1, kernel=5, filters=12).output
    (24, 24, 12)
    """

    name: ClassVar[str] = "convolution"

    kernel: int
    filters: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kernel > min(self.height, self.width):
            raise ModelError(
                f"Convolution: a kernel of {self.kernel} x {self.kernel} is larger than the image "
                f"of {self.height} x {self.width}."
            )

    @property
    def output(self) -> tuple[int, int, int]:
        """Height, width and channels of the target's image."""
        return self.height - self.kernel + 1, self.width - self.kernel + 1, self.filters

    def shape(self, n_source: int, n_target: int) -> tuple[int, int]:  # noqa: ARG002
        """Return (kernel * kernel * channels, filters), the shape of the kernels."""
        return self.kernel**2 * self.channels, self.filters

    def n_synapses(self, n_source: int, n_target: int) -> int:  # noqa: ARG002
        """Return the targets times the weights of a kernel."""
        return n_target * self.kernel**2 * self.channels

    def synapses(self, n_source: int, n_target: int) -> SynapseList:  # noqa: ARG002
        """List every synapse, in order of source and target."""
        height, width, filters = self.output
        axes = (height, width, self.kernel, self.kernel, self.channels, filters)
        oy, ox, dy, dx, c, f = np.ogrid[tuple(slice(n) for n in axes)]
        source = ((oy + dy) * self.width + ox + dx) * self.channels + c
        target = (oy * width + ox) * filters + f
        entry = ((dy * self.kernel + dx) * self.channels + c) * filters + f
        columns = [
            np.broadcast_to(x, axes).ravel().astype(np.int32) for x in (source, target, entry)
        ]
        order = np.lexsort((columns[1], columns[0]))
        return SynapseList(*(column[order] for column in columns))

    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""
        return (
            f"convolution of {self.height} x {self.width} x {self.channels} with {self.filters} "
            f"kernels of {self.kernel} x {self.kernel} to {' x '.join(map(str, self.output))}, "
            f"{self.kernel**2 * self.channels * self.filters:,} shared weights, "
            f"{self.n_synapses(n_source, n_target):,} synapses"
        )
