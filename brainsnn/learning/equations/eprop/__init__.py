"""Gradients forward in time, from the same equations: e-prop's traces, and all of it (RTRL)."""

from brainsnn.learning.equations.eprop.sensitivity import FullForwardGradient
from brainsnn.learning.equations.eprop.traces import ForwardGradient

__all__ = ["ForwardGradient", "FullForwardGradient"]
