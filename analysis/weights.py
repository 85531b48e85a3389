"""Learned weights: their distributions, and as images what a neuron has learned to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.tables import TableError

Weights = Mapping[str, NDArray[np.float64]]


def weight_histogram(
    stages: Mapping[str, Weights], bins: int = 60, coverage: float = 0.998
) -> pd.DataFrame:
    """Distribution of the weights of every connection, for each stage.

    Parameters
    ----------
    stages : mapping of str to weights
        For example ``{"before learning": initial, "after learning": learned}``; the weights are a
        mapping from connection to array (pre, post).
    bins : int, default 60
        Number of bins; a connection has the same bins in every stage.
    coverage : float, default 0.998
        The bins span this central part of all stages' weights, so that a few large ones do not
        squeeze the rest together.

    Returns
    -------
    pandas.DataFrame
        Columns connection, stage, start, stop (edges of the bin), count, density (of all
        weights of the stage, so that it integrates to the part that lies within the bins).
    """
    if not stages or bins < 1 or not 0 < coverage <= 1:
        raise TableError("A weight histogram needs a stage, a bin, and a coverage within 0..1.")
    parts = []
    for connection in next(iter(stages.values())):
        arrays = {stage: _values(weights, connection) for stage, weights in stages.items()}
        tail = (1 - coverage) / 2
        span = np.quantile(np.concatenate(list(arrays.values())), [tail, 1 - tail])
        edges = np.histogram_bin_edges([], bins, (float(span[0]), float(span[1])))
        for stage, values in arrays.items():
            counts = np.histogram(values, edges)[0]
            columns = {"start": edges[:-1], "stop": edges[1:], "count": counts}
            part = pd.DataFrame({"connection": connection, "stage": stage, **columns})
            parts.append(part.assign(density=counts / (values.size * np.diff(edges))))
    return pd.concat(parts, ignore_index=True)


def weight_summary(weights: Weights) -> pd.DataFrame:
    """Shape and moments of every connection's weights.

    Parameters
    ----------
    weights : mapping of str to array of float, shape (pre, post)
        Weights of each connection.

    Returns
    -------
    pandas.DataFrame
        Columns connection, pre, post, mean, sd, minimum, median, maximum, negative (fraction of
        weights below zero).
    """
    rows = []
    for connection in weights:
        values = _values(weights, connection)
        pre, post = weights[connection].shape
        rows.append(
            {
                "connection": connection,
                "pre": pre,
                "post": post,
                "mean": values.mean(),
                "sd": values.std(),
                "minimum": values.min(),
                "median": np.median(values),
                "maximum": values.max(),
                "negative": (values < 0).mean(),
            }
        )
    return pd.DataFrame(rows)


def receptive_fields(
    weights: NDArray[np.float64], shape: tuple[int, int], neurons: Sequence[int] | None = None
) -> NDArray[np.float64]:
    """Weights onto single neurons as images.

    Parameters
    ----------
    weights : array of float, shape (height * width, n_post)
        Weights of a connection whose presynaptic neurons are pixels in row order.
    shape : (int, int)
        Height and width of the image.
    neurons : sequence of int, optional
        Postsynaptic neurons to show; all by default.

    Returns
    -------
    array of float, shape (n_neurons, height, width)

    Raises
    ------
    TableError
        If the image's size is not the number of presynaptic neurons, or a neuron does not exist.
    """
    height, width = shape
    if weights.ndim != 2 or weights.shape[0] != height * width:
        raise TableError(
            f"Weights of shape {weights.shape} do not fit an image of {height} x {width} pixels: "
            f"the first axis must have {height * width} neurons."
        )
    chosen = np.arange(weights.shape[1]) if neurons is None else np.asarray(neurons, int)
    if chosen.size and (chosen.min() < 0 or chosen.max() >= weights.shape[1]):
        raise TableError(f"Neurons must be in 0..{weights.shape[1] - 1}.")
    return np.ascontiguousarray(weights[:, chosen].T).reshape(chosen.size, height, width)


def edge_fields(
    weights: NDArray[np.float64], shape: tuple[int, int, int], side: int = 8
) -> NDArray[np.float64]:
    """Weights from oriented cells onto single neurons, drawn as bars of that orientation.

    Parameters
    ----------
    weights : array of float, shape (n_orientations * rows * columns, n_post)
        Weights of a connection whose presynaptic neurons prefer edges of orientations evenly
        spread over half a turn, the first of them upright ones.
    shape : (int, int, int)
        Orientations, rows and columns.
    side : int, default 8
        Pixels of a cell in the image, each way.

    Returns
    -------
    array of float, shape (n_post, rows * side, columns * side)

    Raises
    ------
    TableError
        If the product of `shape` is not the number of presynaptic neurons.
    """
    n_orientations, rows, columns = shape
    cells = receptive_fields(weights, (n_orientations * rows, columns))
    cells = cells.reshape(-1, *shape)
    y, x = (np.mgrid[:side, :side] + 0.5) / side - 0.5
    image = np.zeros((len(cells), rows * side, columns * side))
    for k, angle in enumerate(np.pi * np.arange(n_orientations) / n_orientations):
        across = x * np.cos(angle) + y * np.sin(angle)
        image += np.kron(cells[:, k], np.exp(-0.5 * (across / 0.12) ** 2) * (np.hypot(x, y) < 0.5))
    return image


def _values(weights: Weights, connection: str) -> NDArray[np.float64]:
    """All weights of a connection, checked to be finite and to exist."""
    if connection not in weights:
        raise TableError(f"No connection {connection!r}; there are {', '.join(weights)}.")
    values = np.asarray(weights[connection], float).ravel()
    if values.size == 0 or not np.isfinite(values).all():
        raise TableError(f"The weights of {connection} are empty or not all finite.")
    return values
