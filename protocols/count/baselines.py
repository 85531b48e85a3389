"""Classifiers of scikit-learn that networks are set beside."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Names of the classifiers, as `fit` takes them.
BASELINES = ("logistic regression", "random forest", "multilayer perceptron")


def fit(
    name: str,
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    hidden: Sequence[int],
    seed: int,
) -> Any:
    """Fit a classifier with scikit-learn's settings, more iterations apart.

    Parameters
    ----------
    name : str
        One of `BASELINES`.
    values : array of float64, shape (n, n_features)
    labels : array of int64, shape (n,)
    hidden : sequence of int
        Hidden layers of the perceptron.
    seed : int

    Returns
    -------
    object
        With a method ``predict``.
    """
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    made = {
        "logistic regression": LogisticRegression(max_iter=5000),
        "random forest": RandomForestClassifier(random_state=seed),
        "multilayer perceptron": MLPClassifier(tuple(hidden), max_iter=2000, random_state=seed),
    }[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return made.fit(values, labels)
