"""Fitting: parameters of a neuron from recordings, by gradients derived from its equations."""

from brainsnn.training.fitting.recordings import fit
from brainsnn.training.fitting.result import Fit

__all__ = ["Fit", "fit"]
