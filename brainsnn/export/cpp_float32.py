"""Target ``cpp-float32``: the C++ project of target ``cpp``, which computes in float32."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.engine.standalone import write_project
from brainsnn.engine.standalone.files import DECISIONS
from brainsnn.engine.standalone.program import compile_program, run_program
from brainsnn.engine.standalone.project import Precision
from brainsnn.export.base import TARGETS
from brainsnn.network.model import Model
from brainsnn.spikes import SpikeTrains

NAME = "cpp-float32"


@TARGETS.register(NAME)
def write_cpp_float32(
    model: Model,
    n_steps: int,
    weights: Mapping[str, NDArray[np.float64]],
    samples: SpikeTrains,
    out: Path,
) -> None:
    """Write a project in float32 (see `Target`); `changed_decisions` counts what that changes."""
    write_project(model, n_steps, weights, samples, out, "float32")


def changed_decisions(
    model: Model,
    n_steps: int,
    weights: Mapping[str, NDArray[np.float64]],
    samples: SpikeTrains,
) -> int:
    """Number of trials that a network decides otherwise in float32 than in float64.

    Both projects are written, made and run; trials of random networks have the same seeds.

    Parameters
    ----------
    model, n_steps, weights, samples
        See `Target`.

    Raises
    ------
    EngineError
        If the network cannot be exported, or a compiler or ``make`` is not here.
    """
    kinds: tuple[Precision, ...] = ("float64", "float32")
    decided = []
    for precision in kinds:
        with tempfile.TemporaryDirectory(prefix="brainsnn-") as folder:
            project = Path(folder)
            write_project(model, n_steps, weights, samples, project, precision)
            run_program(compile_program(project), ["--out", folder])
            decided.append(pd.read_csv(project / DECISIONS)["decision"].to_numpy())
    return int((decided[0] != decided[1]).sum())
