"""Neurons of the library written a second time, for an integrator of initial value problems.

Times in ms, potentials in mV, currents in pA, conductances in nS, capacitances in pF; none of the
library's strings are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

State = NDArray[np.float64]


@dataclass(frozen=True)
class Independent:
    """Derivative, first state, margin of the threshold, reset, milliseconds that v is held."""

    derivative: Callable[[State], list[float]]
    first: list[float]
    margin: Callable[[State], float]
    reset: Callable[[State], list[float]]
    hold: float = 0.0
    held: tuple[int, ...] = field(default=(0,))

    def spikes(self, duration: float) -> tuple[list[float], State]:
        """Times of spikes, and the state at the end."""
        times: list[float] = []
        state, now = np.array(self.first, float), 0.0

        def event(_t: float, y: State) -> float:
            return self.margin(y)

        event.terminal, event.direction = True, 1  # type: ignore[attr-defined]
        while now < duration:
            found = self._solve(state, now, duration, event, free=True)
            now, state = found.t[-1], found.y[:, -1]
            if found.status != 1:
                break
            times.append(now)
            state = np.array(self.reset(state), float)
            if self.hold and now < duration:
                end = min(now + self.hold, duration)
                found = self._solve(state, now, end, None, free=False)
                now, state = end, found.y[:, -1]
        return times, state

    def _solve(self, state: State, now: float, end: float, event: object, *, free: bool) -> object:
        def rate(_t: float, y: State) -> list[float]:
            found = np.array(self.derivative(y), float)
            found[[] if free else list(self.held)] = 0.0
            return list(found)

        return solve_ivp(rate, (now, end), state, events=event, rtol=1e-7, atol=1e-7, max_step=1.0)


def _hodgkin_huxley(current: float) -> Independent:
    def rate(y: State) -> list[float]:
        v, m, h, n = y
        a_m, b_m = 0.1 * (v + 40) / (1 - np.exp(-(v + 40) / 10)), 4 * np.exp(-(v + 65) / 18)
        a_h, b_h = 0.07 * np.exp(-(v + 65) / 20), 1 / (1 + np.exp(-(v + 35) / 10))
        a_n, b_n = 0.01 * (v + 55) / (1 - np.exp(-(v + 55) / 10)), 0.125 * np.exp(-(v + 65) / 80)
        sodium, potassium = 24000 * m**3 * h * (50 - v), 7200 * n**4 * (-77 - v)
        dv = (sodium + potassium + 60 * (-54.387 - v) + current) / 200
        return [dv, a_m * (1 - m) - b_m * m, a_h * (1 - h) - b_h * h, a_n * (1 - n) - b_n * n]

    return Independent(rate, [-65, 0.0529, 0.5961, 0.3177], lambda y: y[0], _past)


def _past(y: State) -> list[float]:
    """The state a little above the threshold, which it would be found to cross again."""
    return [y[0] + 1e-3, *y[1:]]


def _glif(level: int, current: float) -> Independent:
    rules, after, follows = level in (2, 4, 5), level >= 3, level == 5

    def rate(y: State) -> list[float]:
        v, s, i1, i2, w = y
        dv = (current + i1 + i2 - 6 * (v + 75)) / 120
        dw = 0.002 * (v + 75) - 0.02 * w if follows else 0.0
        return [dv, -0.01 * s, -0.01 * i1, -0.1 * i2, dw]

    def reset(y: State) -> list[float]:
        v, s, i1, i2, w = y
        kept = -75 + 0.3 * (v + 75) - 4 if rules else -75
        return [kept, s + 2 * rules, i1 - 8 * after, i2 - 25 * after, w]

    margin = lambda y: y[0] + 50 - y[1] - y[4]  # noqa: E731
    return Independent(rate, [-75, 0, 0, 0, 0], margin, reset, 3.0)


def _exponential(y: State, g: float, e_l: float, v_t: float, sharp: float) -> float:
    return g * (e_l - y[0]) + g * sharp * np.exp(min((y[0] - v_t) / sharp, 40.0))


def of(name: str, current: float) -> Independent:
    """The neuron of that name under a current in pA (or of the neuron's own scale)."""
    if name.startswith("glif"):
        return _glif(int(name[4:]), current)
    if name == "hodgkin_huxley":
        return _hodgkin_huxley(current)
    return {
        "lif": Independent(
            lambda y: [(-70 - y[0] + current / 100) / 10],
            [-70],
            lambda y: y[0] + 50,
            lambda y: [-65],
            2.0,
        ),
        "lif_normalised": Independent(
            lambda y: [(current - y[0]) / 20], [0], lambda y: y[0] - 1, lambda y: [0]
        ),
        "leaky_readout": Independent(
            lambda y: [(current - y[0]) / 20], [0], lambda y: -1.0, lambda y: [0]
        ),
        "alif": Independent(
            lambda y: [(current - y[0]) / 20, -y[1] / 700],
            [0, 0],
            lambda y: y[0] - 1 - 0.18 * y[1],
            lambda y: [y[0] - 1 - 0.18 * y[1], y[1] + 1],
        ),
        "exponential_if": Independent(
            lambda y: [(_exponential(y, 20, -65, -59.9, 3.48) + current) / 200],
            [-65],
            lambda y: y[0] + 30,
            lambda y: [-68],
            1.7,
        ),
        "quadratic_if": Independent(
            lambda y: [(0.07 * (y[0] + 65) * (y[0] + 50) + current / 100) / 10],
            [-65],
            lambda y: y[0] + 30,
            lambda y: [-70],
        ),
        "adex": Independent(
            lambda y: [
                (_exponential(y, 12, -70, -50, 2) - y[1] + current) / 200,
                (2 * (y[0] + 70) - y[1]) / 300,
            ],
            [-70, 0],
            lambda y: y[0],
            lambda y: [-58, y[1] + 60],
        ),
        "izhikevich": Independent(
            lambda y: [
                0.04 * y[0] ** 2 + 5 * y[0] + 140 - y[1] + current,
                0.02 * (0.2 * y[0] - y[1]),
            ],
            [-70, -14],
            lambda y: y[0] - 30,
            lambda y: [-65, y[1] + 6],
        ),
        "coba": Independent(
            lambda y: [(10 * (-60 - y[0]) + current) / 200],
            [-60],
            lambda y: y[0] + 50,
            lambda y: [-60],
            5.0,
        ),
    }[name]
