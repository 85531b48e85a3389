"""Weights in a file: one float64 array for all that a model learns, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import RunDirectoryError, WeightsError
from brainsnn.records.arrays import META, branch, read_members, write_members

Shapes = Mapping[str, tuple[int, ...]]

#: File of a run directory that holds the weights selected on validation.
SELECTED = "weights.npz"


def save_weights(path: Path, weights: Mapping[str, NDArray[np.float64]]) -> None:
    """Write `weights` to an ``.npz`` file, whole or not at all.

    Raises
    ------
    RunDirectoryError
        If the file cannot be written.
    """
    write_members(path, weights)


def load_weights(path: Path, shapes: Shapes) -> dict[str, NDArray[np.float64]]:
    """Weights of a model from any ``.npz`` file with one array a connection.

    Parameters
    ----------
    path : Path
        Such a file; a run directory, for the weights that it selected; or a checkpoint, for those
        that it has selected so far.
    shapes : mapping of str to tuple of int
        Name of every connection of the model and its (pre, post).

    Returns
    -------
    dict of str to array of float64, C order, in the order of `shapes`

    Raises
    ------
    WeightsError
        If the file cannot be read, or names are missing or surplus, or an array has another shape,
        is not numeric, or holds NaN or infinity.
    """
    path = path / SELECTED if path.is_dir() else path
    try:
        found = read_members(path)
    except RunDirectoryError as error:
        raise WeightsError(str(error)) from error
    if META in found:
        found = branch(found, "best")
        if not found:
            raise WeightsError(f"{path}: a checkpoint from before any weights were selected.")
    return check_weights(found, shapes, str(path))


def check_weights(
    weights: Mapping[str, NDArray[Any]], shapes: Shapes, source: str
) -> dict[str, NDArray[np.float64]]:
    """`weights` as float64 arrays in C order, once they are known to fit `shapes`.

    Parameters
    ----------
    weights : mapping of str to array
    shapes : mapping of str to tuple of int
        What the model expects.
    source : str
        Where the weights come from, for the message.

    Raises
    ------
    WeightsError
        As `load_weights`.
    """
    expected = ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items())
    for what, names in (
        ("is missing", shapes.keys() - weights.keys()),
        ("is nothing that the model learns", weights.keys() - shapes.keys()),
    ):
        if names:
            listed = ", ".join(repr(name) for name in sorted(names))
            raise WeightsError(f"{source}: {listed} {what}. Expected: {expected}.")
    return {name: _checked(name, weights[name], shape, source) for name, shape in shapes.items()}


def _checked(
    name: str, array: NDArray[Any], shape: tuple[int, ...], source: str
) -> NDArray[np.float64]:
    if array.dtype.kind not in "fiu":
        raise WeightsError(f"{source}: {name!r} holds {array.dtype}, expected real numbers.")
    if array.shape != tuple(shape):
        swapped = " It looks transposed." if array.shape == tuple(shape)[::-1] else ""
        raise WeightsError(
            f"{source}: {name!r} has shape {array.shape}, expected (pre, post) = {tuple(shape)}."
            f"{swapped}"
        )
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = tuple(int(k) for k in bad[0])
        raise WeightsError(
            f"{source}: {name!r} holds {len(bad)} values that are NaN or infinite, the first at "
            f"[{', '.join(map(str, where))}] ({array[where]}); all must be finite."
        )
    return np.ascontiguousarray(array, np.float64)
