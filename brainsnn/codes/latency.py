r"""Time-to-first-spike code: the brighter, the earlier.

.. math:: t_i = \left\lfloor \frac{I_\max - I_i}{I_\max} \, t_\max \right\rfloor

A neuron spikes once, at :math:`t_i`; black, :math:`I = 0`, never spikes. The division is of
integers, so no rounding enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.base import NeuronAValue
from brainsnn.codes.images import check_images, check_lengths
from brainsnn.jit import njit
from brainsnn.spikes import SpikeTrains


@dataclass(frozen=True)
class LatencyEncoder(NeuronAValue):
    r"""Each value is the latency of one spike (S4NN, equation 1).

    Parameters
    ----------
    n_steps : int, default 256
        :math:`t_\max`, length of a trial in steps.
    intensity_max : int, default 255
        :math:`I_\max`, the value that spikes at step 0.

    Raises
    ------
    ConfigError
        If a parameter is below 1, or `n_steps` does not fit the 32 bits of a step.

    References
    ----------
    S. R. Kheradpisheh and T. Masquelier, Temporal backpropagation for spiking neural networks
    with one spike per neuron, International Journal of Neural Systems 30(6), 2050027 (2020).

    Examples
    --------
    >>> import numpy as np
    >>> encoder = LatencyEncoder(n_steps=256)
    >>> encoder.encode(np.array([[255, 128, 1, 0]])).first_steps()
    array([[  0, 127, 254, 256]], dtype=int32)
    """

    citation: ClassVar[str] = (
        "S. R. Kheradpisheh and T. Masquelier, Temporal backpropagation for spiking neural "
        "networks with one spike per neuron, International Journal of Neural Systems 30(6), "
        "2050027 (2020), equation 1"
    )

    n_steps: int = 256
    intensity_max: int = 255

    def __post_init__(self) -> None:
        check_lengths("Latency code", self.n_steps, self.intensity_max)

    def encode(self, images: NDArray[np.integer]) -> SpikeTrains:
        """Input spikes of a trial an image.

        Parameters
        ----------
        images : array of int, shape (n_trials, ...)
            Values in ``0..intensity_max``. The axes after the first are the input neurons, in
            C order.

        Returns
        -------
        SpikeTrains

        Raises
        ------
        DataError
            If the images are not integers, have no axis of neurons, or are out of range.
        """
        images = check_images("Latency code", images, self.intensity_max)
        latencies = self._latencies()
        steps = np.empty((len(images), int(np.prod(images.shape[1:]))), latencies.dtype)
        _look_up(latencies, images.reshape(-1), steps.reshape(-1))
        return SpikeTrains.from_first_steps(steps, self.n_steps)

    def _latencies(self) -> NDArray[np.integer]:
        """Step of every intensity, in the smallest type; `n_steps` for intensity 0."""
        darkness = self.intensity_max - np.arange(self.intensity_max + 1, dtype=np.int64)
        steps = darkness * self.n_steps // self.intensity_max
        return steps.astype(np.min_scalar_type(self.n_steps))


@njit()
def _look_up(
    table: NDArray[np.integer], values: NDArray[np.integer], out: NDArray[np.integer]
) -> None:
    """``out = table[values]`` without NumPy's 64-bit copy of the indices."""
    for k in range(values.size):
        out[k] = table[values[k]]
