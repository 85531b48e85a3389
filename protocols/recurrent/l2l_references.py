"""What a value is guessed to be by a learner of each function apart, from the examples before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.drawn.function_examples import Examples

Floats = NDArray[np.float64]


def guesses(examples: Examples, first: float) -> dict[str, Floats]:
    """Guesses of each example's value from those before it in the trial.

    Parameters
    ----------
    examples : Examples
    first : float
        What is guessed before any example was told.

    Returns
    -------
    dict of str to array, shape (n, n_examples)
        ``"constant"``: the mean of the values that were told. ``"linear"``: the linear regression
        of them on both inputs, of least norm while there are fewer than three, held in 0..1.
        ``"best constant"``: the mean of all values of the trial, those to come included.
    """
    values = examples.targets
    every = np.ones((*values.shape, 1))
    return {
        "constant": _in_turn(every, values, first),
        "linear": _in_turn(np.concatenate([every, examples.inputs], axis=2), values, first),
        "best constant": np.broadcast_to(values.mean(axis=1, keepdims=True), values.shape),
    }


def _in_turn(features: Floats, values: Floats, first: float) -> Floats:
    """Guesses of least squares on the examples before, shape (n, n_examples)."""
    found = np.full(values.shape, first)
    for k in range(1, values.shape[1]):
        inverse = np.linalg.pinv(features[:, :k])
        weights = inverse @ values[:, :k, None]
        found[:, k] = np.clip((features[:, k, None] @ weights)[:, 0, 0], 0, 1)
    return found
