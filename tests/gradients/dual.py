"""Forward-mode automatic differentiation of Python arithmetic, for one direction at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Dual:
    """A value and its derivative."""

    value: float
    slope: float = 0.0

    def __add__(self, other):
        other = lift(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __neg__(self):
        return Dual(-self.value, -self.slope)

    def __sub__(self, other):
        return self + -lift(other)

    def __rsub__(self, other):
        return lift(other) - self

    def __mul__(self, other):
        other = lift(other)
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope)

    __rmul__ = __mul__


def lift(x) -> Dual:
    return x if isinstance(x, Dual) else Dual(float(x))


def log(x: Dual) -> Dual:
    return Dual(math.log(x.value), x.slope / x.value)


def sigmoid(x: Dual) -> Dual:
    value = 1 / (1 + math.exp(-x.value))
    return Dual(value, value * (1 - value) * x.slope)


def probit(x: Dual) -> Dual:
    value = 0.5 * math.erfc(-x.value / math.sqrt(2))
    return Dual(value, math.exp(-0.5 * x.value**2) / math.sqrt(2 * math.pi) * x.slope)


def cauchit(x: Dual) -> Dual:
    value = 0.5 + math.atan(x.value) / math.pi
    return Dual(value, x.slope / (math.pi * (1 + x.value**2)))
