"""A network as a GeNN project of its own, run by the program of an exported C++ project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.capabilities import refuse
from brainsnn.engine.genn.project import generate, templates
from brainsnn.engine.genn.state import InitialState
from brainsnn.engine.standalone.project import write_surroundings
from brainsnn.errors import EngineError
from brainsnn.network.model import Model
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams


def write_genn_project(
    model: Model,
    n_steps: int,
    weights: Mapping[str, NDArray[np.float64]],
    samples: SpikeTrains,
    out: Path,
) -> None:
    """Write a project that GeNN and a compiler make, and that runs on files of input spikes.

    Parameters
    ----------
    model : Model
        The network, with one population of input spikes.
    n_steps : int
        Length of a trial in steps.
    weights : mapping of str to array
        One array a connection, shape (pre, post).
    samples : SpikeTrains
        Input spikes of a few trials, so that the program has something to run.
    out : Path
        Where to; made if it is not there.

    Raises
    ------
    EngineError
        If the network asks for what GeNN cannot do, Brian2GeNN is not installed, or the network
        has no population that could decide, or begins with values that depend on what is learned.
    ModelError
        If Brian2 refuses the equations.
    """
    refuse("genn", model)
    project = generate(model)
    initial = InitialState(model, project.arrays, Streams(0))
    if initial.changes:
        raise EngineError(
            f"Model {model.name!r} has initial values that read learned parameters; a GeNN project "
            "holds initial values as numbers. Export it to 'cpp'."
        )
    sources = out / "src" / "network"
    sources.mkdir(parents=True, exist_ok=True)
    for name, text in project.sources.items():
        (sources / name).write_text(text, encoding="utf-8")
    write_surroundings(
        model,
        n_steps,
        weights,
        samples,
        out,
        initial.values(),
        stochastic=bool(project.random),
        templates=templates(),
    )
