"""How an estimator reads samples: checked by scikit-learn's conventions, scaled, encoded."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from brainsnn.classifier.checks import UntrainedError, refusing
from brainsnn.classifier.coder import Coder
from brainsnn.classifier.inputs import Samples, read_samples, read_training
from brainsnn.classifier.plan import settled_encoder
from brainsnn.classifier.runner import Runner
from brainsnn.classifier.several import (
    ONLY,
    encode_all,
    for_input,
    labels_of,
    read_several,
    several_inputs,
)
from brainsnn.datasets.formats.stored_rows import StoredRows
from brainsnn.learning.rule import Rule
from brainsnn.spikes.unencoded import Trains


class ReadsSamples(BaseEstimator):
    """An estimator whose samples are arrays, images, spikes, files, or several of these.

    Attributes
    ----------
    _coders : dict of str to Coder
        By input, the form of its samples, and how they become spikes.
    """

    network: Any
    encoder: Any
    scaler: Any
    _runner: Runner
    _coders: dict[str, Coder]
    _seed: int

    def _training_samples(
        self, X: Any, y: Any, reset: bool = True
    ) -> tuple[dict[str, Samples], NDArray[Any]]:
        if names := several_inputs(self.network):
            parts = read_several(X, names, None if reset else self._coders)
            labels = labels_of(y, len(next(iter(parts.values()))))
            self.n_features_in_ = sum(math.prod(part.axes) for part in parts.values())
            refusing(lambda: check_classification_targets(labels))
            return parts, labels
        samples, y = read_training(X, y) if reset else (self._read(X), y)
        if samples.spikes:
            labels = labels_of(y, len(samples))
            self.n_features_in_ = samples.content.n_neurons
        elif samples.stored:
            labels = labels_of(y, len(samples))
            self._check_columns(samples.content, reset)
        else:
            values, labels = refusing(
                lambda: validate_data(self, samples.content, y, reset=reset, dtype=np.float64)
            )
            samples = Samples(values, samples.axes or (values.shape[1],))
        refusing(lambda: check_classification_targets(labels))
        return {ONLY: samples}, labels

    def _read(self, X: Any) -> Samples:
        """Samples of the form that was learned from."""
        return read_samples(X, self._coders[ONLY].form(getattr(self, "feature_names_in_", None)))

    def _new_samples(self, X: Any) -> dict[str, Samples]:
        self._check_fitted()
        if names := several_inputs(self._runner.plan.model):
            parts = read_several(X, names, self._coders)
        else:
            samples = self._read(X)
            if samples.stored:
                self._check_columns(samples.content, reset=False)
            elif not samples.spikes:
                values = refusing(
                    lambda: validate_data(self, samples.content, reset=False, dtype=np.float64)
                )
                samples = Samples(values, samples.axes or (values.shape[1],))
            parts = {ONLY: samples}
        for name, coder in self._coders.items():
            coder.check(parts[name])
        return parts

    def _check_columns(self, rows: StoredRows, reset: bool) -> None:
        """Scikit-learn's checks of names and number of features; every value was checked before."""
        first = rows.take(np.array([0]))
        sample = first if rows.columns is None else pd.DataFrame(first, columns=list(rows.columns))
        refusing(lambda: validate_data(self, sample, reset=reset, dtype=np.float64))

    def _learned_coders(self, parts: dict[str, Samples], rule: Rule) -> dict[str, Coder]:
        names, coders = several_inputs(self.network), {}
        for place, (name, samples) in enumerate(parts.items()):
            given = for_input("encoder", self.encoder, name, names)
            encoder = None if samples.spikes else settled_encoder(given, rule)
            scaler = for_input("scaler", self.scaler, name, names)
            coders[name] = Coder.learned(samples, encoder, scaler, place)
        return coders

    def _encode(self, parts: dict[str, Samples]) -> Trains:
        return encode_all(self._coders, parts, self._seed)

    def _check_fitted(self) -> None:
        try:
            check_is_fitted(self)
        except NotFittedError as error:
            raise UntrainedError(str(error)) from None
