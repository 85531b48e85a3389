r"""Values shown one a step, as spikes where they cross a threshold.

With the values :math:`p_t` in 0..1 and the thresholds :math:`q_j = j / (m - 1)`, :math:`j < m`:

.. math::
    \text{rise}_j[t] = [p_t < q_j \le p_{t+1}], \qquad
    \text{fall}_j[t] = [p_t \ge q_j > p_{t+1}] \qquad (j < m - 1), \qquad
    \text{full}[t] = [p_t = 1]

The neurons are rise 0, fall 0, rise 1, ..., full, and one that spikes in each of the last steps,
when the answer is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.images import fractions
from brainsnn.errors import ConfigError, DataError
from brainsnn.indices import size
from brainsnn.spikes import SpikeTrains

BLOCK = 64
"""Images encoded at once; bounds memory."""


@dataclass(frozen=True)
class ThresholdCrossingEncoder:
    """Each image as a sequence of pixels, row by row, one a step (module docstring).

    Parameters
    ----------
    n_steps : int, default 840
        Length of a trial. Pixels take its first steps, one each.
    n_cue : int, default 56
        Last steps, in which the last neuron spikes.
    n_thresholds : int, default 40
        The code has twice as many neurons.
    intensity_max : int, default 255
        The value that counts as 1.

    Raises
    ------
    ConfigError
        If a number is below 1 (`n_cue`: below 0), there are fewer than two thresholds, or no step
        is left for a pixel.

    References
    ----------
    G. Bellec, D. Salaj, A. Subramoney, R. Legenstein and W. Maass, Long short-term memory and
    learning-to-learn in networks of spiking neurons, NeurIPS (2018), sequential MNIST.

    Examples
    --------
    >>> import numpy as np
    >>> encoder = ThresholdCrossingEncoder(n_steps=4, n_cue=1, n_thresholds=3)
    >>> trains = encoder.encode(np.array([[0, 255, 100]]))
    >>> [(int(t), int(k)) for t, k in zip(trains.step, trains.neuron)]
    [(0, 2), (1, 3), (1, 4), (3, 5)]
    """

    citation: ClassVar[str] = (
        "G. Bellec, D. Salaj, A. Subramoney, R. Legenstein and W. Maass, Long short-term memory "
        "and learning-to-learn in networks of spiking neurons, NeurIPS (2018)"
    )

    n_steps: int = 840
    n_cue: int = 56
    n_thresholds: int = 40
    intensity_max: int = 255

    def __post_init__(self) -> None:
        least = {"n_steps": 1, "n_cue": 0, "n_thresholds": 2, "intensity_max": 1}
        for key, value in least.items():
            size(f"Threshold-crossing code: {key}", getattr(self, key), value, ConfigError)
        if self.n_cue >= self.n_steps:
            raise ConfigError(
                f"Threshold-crossing code: a cue of {self.n_cue} steps leaves no step of "
                f"{self.n_steps} for pixels."
            )

    def neurons(self, shape: tuple[int, ...]) -> tuple[int, ...]:  # noqa: ARG002
        """Axes of the input neurons: one axis, whatever the images."""
        return (2 * self.n_thresholds,)

    def encode(self, images: NDArray[np.integer] | NDArray[np.floating]) -> SpikeTrains:
        """Input spikes of a trial an image.

        Parameters
        ----------
        images : array of int or float, shape (n_trials, ...)
            Integers in ``0..intensity_max`` or fractions in 0..1; the axes after the first are the
            sequence, in C order.

        Raises
        ------
        DataError
            If values are out of range, or more than the steps before the cue.
        """
        images = np.asarray(images)
        integers = np.issubdtype(images.dtype, np.integer)
        values = fractions("Threshold-crossing code", images, self.intensity_max)
        if integers:
            values = images.reshape(len(images), -1) / self.intensity_max  # 1 exactly where full
        room = self.n_steps - self.n_cue
        if values.shape[1] > room:
            raise DataError(
                f"Threshold-crossing code: {values.shape[1]} values for {room} steps "
                f"({self.n_steps} without the cue's {self.n_cue})."
            )
        begins = range(0, max(len(values), 1), BLOCK)
        return SpikeTrains.concatenate(self._block(values[k : k + BLOCK]) for k in begins)

    def _block(self, values: NDArray[np.float64]) -> SpikeTrains:
        n, length = values.shape
        raster = np.zeros((n, self.n_steps, 2 * self.n_thresholds), bool)
        thresholds = np.linspace(0, 1, self.n_thresholds)[:-1]
        above = values[:, :, None] >= thresholds
        crossed = raster[:, : max(length - 1, 0), : 2 * thresholds.size]
        crossed[:, :, 0::2] = ~above[:, :-1] & above[:, 1:]
        crossed[:, :, 1::2] = above[:, :-1] & ~above[:, 1:]
        raster[:, :length, -2] = values == 1
        raster[:, self.n_steps - self.n_cue :, -1] = True
        return SpikeTrains.from_raster(raster)
