"""Gradients forward in time, from the same equations: eligibility traces of e-prop."""

from brainsnn.learning.equations.eprop.traces import ForwardGradient

__all__ = ["ForwardGradient"]
