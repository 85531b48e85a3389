"""A derived network as a person reads it: its step, its Jacobian, its adjoint."""

from brainsnn.learning.equations.inspection.written import WrittenGradient, write_gradient

__all__ = ["WrittenGradient", "write_gradient"]
