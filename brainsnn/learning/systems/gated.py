r"""Neurons with gated synapses: a passage through an active zone in the place of a threshold.

.. math::
    \tau_v \dot v &= (1 + \cos 2\pi v) + (1 - \cos 2\pi v)\,I, \qquad
    I = x W_\mathrm{in} + s W_\mathrm{rec} + b \\
    \tau_s \dot s &= -s + g(v)\,\dot v, \qquad \int g = 1

with v the phase in turns; a spike is its passage through 1/2 (mod 1), where the gate g, a raised
cosine of width d, lets the synapse take up the phase's change. Nothing is discontinuous, and the
gradient is exact (Huh and Sejnowski 2018). Steps are explicit Euler's, from the old v and s:
:math:`\Delta v = \frac{\Delta t}{\tau_v}(\ldots)`,
:math:`s \leftarrow s + (-\Delta t\, s + g(v) \Delta v) / \tau_s`. The loss is
:math:`\sum_t \frac{\Delta t}{2} |s W_\mathrm{out} - y|^2`, averaged over trials.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError

Floats = NDArray[np.float64]
TURN = 2 * np.pi


@dataclass(frozen=True)
class GatedNetwork:
    """A recurrent network of such neurons (module docstring).

    Parameters
    ----------
    w_in : array, shape (inputs, n)
    w_rec : array, shape (n, n)
        With connections to oneself.
    bias : array, shape (n,)
    w_out : array, shape (n, outputs)
    dt, tau_v, tau_s : float
        Step and time constants, in one unit.
    gate_width : float
        d, in turns; from 0 to 1.

    Raises
    ------
    LearningError
        If shapes do not fit, a number is not finite, or a time or the width is impossible.

    References
    ----------
    D. Huh and T. J. Sejnowski, Gradient descent for spiking neural networks, NeurIPS (2018),
    arXiv:1706.04698.
    """

    w_in: Floats
    w_rec: Floats
    bias: Floats
    w_out: Floats
    dt: float
    tau_v: float
    tau_s: float
    gate_width: float

    def __post_init__(self) -> None:
        n = np.size(self.bias)
        shapes = [np.shape(getattr(self, f.name)) for f in fields(self)[:4]]
        fits = [len(s) == d for s, d in zip(shapes, (2, 2, 1, 2), strict=True)]
        if not all(fits) or not shapes[0][1] == n == shapes[3][0] or shapes[1] != (n, n):
            raise LearningError(f"Gated synapses: shapes {shapes} do not fit {n} neurons.")
        if not all(np.isfinite(getattr(self, f.name)).all() for f in fields(self)):
            raise LearningError("Gated synapses: there are numbers that are not finite.")
        if min(self.dt, self.tau_v, self.tau_s) <= 0 or not 0 < self.gate_width <= 1:
            raise LearningError(
                "Gated synapses: times must be positive and the gate's width in 0..1, above 0."
            )

    def run(self, x: Floats) -> tuple[Floats, Floats]:
        """Phases and synaptic currents after each step.

        Parameters
        ----------
        x : array, shape (trials, steps, inputs)

        Returns
        -------
        phase, current : array, shape (trials, steps, n)

        Raises
        ------
        LearningError
            If the inputs are of another number, or not finite.
        """
        if np.ndim(x) != 3 or np.shape(x)[2] != len(self.w_in) or not np.isfinite(x).all():
            raise LearningError(
                f"Gated synapses: inputs are finite, of shape (trials, steps, {len(self.w_in)}), "
                f"got {np.shape(x)}."
            )
        v = s = np.zeros((len(x), self.bias.size))
        phase, current = np.empty((2, *np.shape(x)[:2], self.bias.size))
        for t in range(np.shape(x)[1]):
            change = self._change(v, self._drive(x[:, t], s))
            s = s + (-self.dt * s + self._gate(v)[0] * change) / self.tau_s
            v = v + change
            phase[:, t], current[:, t] = v, s
        return phase, current

    def gradients(self, x: Floats, wanted: Floats) -> tuple[float, dict[str, Floats]]:
        """Loss, and its exact derivatives.

        Parameters
        ----------
        x : array, shape (trials, steps, inputs)
        wanted : array, shape (trials, steps, outputs)

        Returns
        -------
        loss : float
            Mean over trials.
        gradients : dict of str to array
            By ``w_in``, ``w_rec``, ``bias`` and ``w_out``.

        Raises
        ------
        LearningError
            As for `run`, or if what is wanted has another shape.
        """
        phase, current = self.run(x)
        shape = (*current.shape[:2], self.w_out.shape[1])
        if np.shape(wanted) != shape:
            raise LearningError(f"What is wanted has shape {np.shape(wanted)}; needed is {shape}.")
        error = (current @ self.w_out - wanted) * (self.dt / len(x))
        loss = float(0.5 * (error * (current @ self.w_out - wanted)).sum())
        found = {n: np.zeros_like(getattr(self, n)) for n in ("w_in", "w_rec", "bias")}
        found["w_out"] = np.einsum("btn,btk->nk", current, error)
        by_v = by_s = np.zeros(phase[:, 0].shape)
        for t in range(phase.shape[1] - 1, -1, -1):
            begin = t > 0
            v = phase[:, t - 1] if begin else np.zeros_like(by_v)
            s = current[:, t - 1] if begin else np.zeros_like(by_s)
            by_s = by_s + error[:, t] @ self.w_out.T
            by_v, by_s, by_drive = self._back(v, self._drive(x[:, t], s), by_v, by_s)
            found["w_in"] += x[:, t].T @ by_drive
            found["w_rec"] += s.T @ by_drive
            found["bias"] += by_drive.sum(axis=0)
        return loss, found

    def _back(
        self, v: Floats, drive: Floats, by_v: Floats, by_s: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Derivatives by the states before a step, and by what drove it."""
        rate, change = self.dt / self.tau_v, self._change(v, drive)
        gate, slope = self._gate(v)
        by_change = by_v + by_s * gate / self.tau_s
        by_drive = by_change * rate * (1 - np.cos(TURN * v))
        before = by_v + by_s * slope * change / self.tau_s
        before = before + by_change * rate * TURN * np.sin(TURN * v) * (drive - 1)
        return before, by_s * (1 - self.dt / self.tau_s) + by_drive @ self.w_rec.T, by_drive

    def _drive(self, x: Floats, s: Floats) -> Floats:
        drive: Floats = x @ self.w_in + s @ self.w_rec + self.bias
        return drive

    def _change(self, v: Floats, drive: Floats) -> Floats:
        c = np.cos(TURN * v)
        change: Floats = self.dt / self.tau_v * ((1 + c) + (1 - c) * drive)
        return change

    def _gate(self, v: Floats) -> tuple[Floats, Floats]:
        """Value and slope of the gate."""
        d, width = v - np.floor(v) - 0.5, self.gate_width
        inside = np.abs(d) < width / 2
        value = np.where(inside, (1 + np.cos(TURN * d / width)) / width, 0.0)
        slope = np.where(inside, -TURN / width**2 * np.sin(TURN * d / width), 0.0)
        return value, slope
