"""Fit, predict and score on one's own data, by scikit-learn's conventions."""

from brainsnn.classifier.estimator import Classifier

__all__ = ["Classifier"]
