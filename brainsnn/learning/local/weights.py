"""Weights onto each neuron, together: what is done to them between trials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.network.model import Connection, Model


def targets_of(network: Model, connection: Connection) -> NDArray[np.int32] | None:
    """Target of each synapse, in the order of its weights; None where they are (pre, post)."""
    n_source, n_target = network.ends(connection)
    if connection.connectivity.shape(n_source, n_target) == (n_source, n_target):
        return None
    return connection.connectivity.synapses(n_source, n_target).target


def sums_onto(
    weights: NDArray[np.float64], targets: NDArray[np.int32] | None
) -> NDArray[np.float64]:
    """Sum of the weights onto each neuron, shape (post,)."""
    if targets is None:
        return np.asarray(weights.sum(axis=0))
    return np.asarray(np.bincount(targets, weights.ravel()), np.float64)


def scale(
    weights: NDArray[np.float64], factors: NDArray[np.float64], targets: NDArray[np.int32] | None
) -> None:
    """Multiply the weights onto each neuron by a factor of its own, in place."""
    weights *= factors if targets is None else factors[targets].reshape(weights.shape)


def normalise(
    weights: NDArray[np.float64], total: float, targets: NDArray[np.int32] | None = None
) -> None:
    """Scale the weights onto each neuron to a sum, in place; those that sum to 0 stay.

    Parameters
    ----------
    weights : array of float64, shape (pre, post), or any with a weight a synapse
    total : float
    targets : array of int32, optional
        Target of each synapse, where the shape does not say it.
    """
    sums = sums_onto(weights, targets)
    scale(weights, np.divide(total, sums, out=np.ones_like(sums), where=sums != 0), targets)
