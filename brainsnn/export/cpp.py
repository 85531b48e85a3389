"""Target ``cpp``: a C++ project that needs a compiler and ``make``, and no Python."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.standalone import write_project
from brainsnn.export.base import TARGETS
from brainsnn.network.model import Model
from brainsnn.spikes import SpikeTrains


@TARGETS.register("cpp")
def write_cpp(
    model: Model,
    n_steps: int,
    weights: Mapping[str, NDArray[np.float64]],
    samples: SpikeTrains,
    out: Path,
) -> None:
    """Write the C++ project of a network (see `Target`); its README says how it is used."""
    write_project(model, n_steps, weights, samples, out)
