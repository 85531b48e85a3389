"""Backpropagation through time with derivatives that follow from the network's own equations."""

from brainsnn.training.bptt.bound import BoundBPTT
from brainsnn.training.bptt.place import Place
from brainsnn.training.bptt.rule import BPTT, check_draws

__all__ = ["BPTT", "BoundBPTT", "Place", "check_draws"]
