"""Backpropagation through time with derivatives that follow from the network's own equations."""

from brainsnn.training.bptt.bound import BoundBPTT, Place
from brainsnn.training.bptt.rule import BPTT, check_draws

__all__ = ["BPTT", "BoundBPTT", "Place", "check_draws"]
