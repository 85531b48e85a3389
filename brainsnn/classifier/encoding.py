"""Scaled values to input spikes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes import BernoulliEncoder, RegularEncoder
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams


def encoded(
    encoder: Any, values: NDArray[np.float64], axes: tuple[int, ...], seed: int, place: int = 0
) -> SpikeTrains:
    """Input spikes of values in 0..1, shape (n, n_features).

    Codes of whole intensities get the nearest one. What is drawn comes from the stream
    ``encoding``, at its beginning: the same samples are always the same spikes. `place` is the
    position of the input among several, each of which has a stream of its own.
    """
    samples = values.reshape(len(values), *axes)
    if isinstance(encoder, BernoulliEncoder):
        return encoder.encode(samples, Streams(seed).fresh("encoding", *([place] if place else [])))
    if isinstance(encoder, RegularEncoder):
        return encoder.encode(samples)
    return encoder.encode(np.rint(samples * encoder.intensity_max).astype(np.int64))
