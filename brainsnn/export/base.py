"""What a target of an export is, and what is common to all."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError
from brainsnn.network.model import Model
from brainsnn.records import check_weights
from brainsnn.registry import Registry
from brainsnn.spikes import SpikeTrains


class Target(Protocol):
    """Writes a project of one kind."""

    def __call__(
        self,
        model: Model,
        n_steps: int,
        weights: Mapping[str, NDArray[np.float64]],
        samples: SpikeTrains,
        out: Path,
    ) -> None:
        """Write the project.

        Parameters
        ----------
        model : Model
            The network.
        n_steps : int
            Length of a trial in steps.
        weights : mapping of str to array
            One array a connection, shape (pre, post), checked.
        samples : SpikeTrains
            Input spikes of a few trials, to try the project with.
        out : Path
            An empty folder.
        """


TARGETS: Registry[Target] = Registry("target")


def build_project(
    target: str,
    model: Model,
    n_steps: int,
    weights: Mapping[str, NDArray[np.float64]],
    samples: SpikeTrains,
    out: Path,
) -> Path:
    """Write a network as a project of its own, whole or not at all.

    Parameters
    ----------
    target : str
        A name in `TARGETS`.
    model : Model
        The network.
    n_steps : int
        Length of a trial in steps.
    weights : mapping of str to array
        One array a connection, shape (pre, post).
    samples : SpikeTrains
        Input spikes of a few trials, to try the project with.
    out : Path
        The project's folder: new, or empty.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ConfigError
        If there is no such target, or the folder is not empty or cannot be written.
    WeightsError
        If the weights do not fit the model.
    EngineError, ModelError
        If the network cannot be exported.

    Examples
    --------
    >>> build_project("cpp", model, 256, engine.weights, inputs, Path("net"))  # doctest: +SKIP
    """
    write, checked = TARGETS[target], check_weights(weights, model.shapes, "weights")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out}: is there already. Choose another folder, or remove it.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
            project = Path(scratch) / out.name
            project.mkdir()
            write(model, n_steps, checked, samples, project)
            project.replace(out)
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written: {error.strerror}.") from error
    return out
