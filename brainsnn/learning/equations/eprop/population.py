r"""One step of a population as a linear map of small changes.

With the state x before the step, the spike s and the state x' after it,

.. math::
    \mathrm{d}s = h \cdot \mathrm{d}x, \qquad \mathrm{d}x' = M\,\mathrm{d}x, \qquad
    M = R\,F + R_s\,h^T

with F the Jacobian of the state update, h the slope of the spike times the gradient of the margin,
R the Jacobian of the reset and :math:`R_s` its derivative by the spike, where that is followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.learning.equations.eprop.jacobian import Entry, jacobian
from brainsnn.learning.equations.step import Step
from brainsnn.learning.equations.strings.printing import NumpyFunction

Array = NDArray[Any]


@dataclass(frozen=True)
class StepJacobian:
    """Derivatives of a population's step (module docstring).

    Parameters
    ----------
    step : Step
    """

    step: Step

    @cached_property
    def update(self) -> tuple[NumpyFunction, tuple[Entry, ...]]:
        """Of states and spike at the threshold, by states."""
        program, spikes = self.step.update, self.step.spikes
        outputs = {n: str(program.current(n)) for n in self.step.states}
        outputs |= {"_s": "_s"} if spikes else {}
        return jacobian(program.statements, outputs, self.step.states, self.step.functions)

    @cached_property
    def reset(self) -> tuple[NumpyFunction, tuple[Entry, ...]]:
        """Of states after the reset, by states before it and by the spike."""
        program = self.step.reset
        outputs = {n: str(program.current(n)) for n in self.step.states}
        by = (*self.step.states, *(("_s",) if self.step.spikes else ()))
        return jacobian(program.statements, outputs, by, self.step.functions)

    def at(
        self,
        begin: Mapping[str, Any],
        threshold: Mapping[str, Any],
        shape: tuple[int, int],
        out: tuple[Array, Array, Array],
    ) -> None:
        """Fill in the maps of one step.

        Parameters
        ----------
        begin, threshold : mapping of str to array
            What the programs may read at the begin of the update, and at the threshold.
        shape : (int, int)
            Trials and neurons.
        out : (array, array, array)
            ``h``, shape (states, *shape); ``M`` and ``R``, shape (states, states, *shape).
        """
        h, whole, after = out
        f, spike = self._matrix(self.update, begin, shape)
        r, by_spike = self._matrix(self.reset, threshold, shape)
        h[:], after[:] = spike, r
        np.einsum("nkbj,kmbj->nmbj", r, f, out=whole)
        whole += by_spike[:, None] * spike[None]

    def at_threshold(self, begin: Mapping[str, Any], shape: tuple[int, int]) -> Array:
        """Jacobian F of the state update, shape (states, states, *shape); arguments as for `at`."""
        return self._matrix(self.update, begin, shape)[0]

    def _matrix(
        self, part: tuple[NumpyFunction, tuple[Entry, ...]], given: Mapping[str, Any], shape: Any
    ) -> tuple[Array, Array]:
        """State by state, and what has to do with the spike: its row, or its column."""
        states = self.step.states
        place = {n: k for k, n in enumerate(states)}
        values, of_spike = np.zeros((len(states),) * 2 + shape), np.zeros((len(states), *shape))
        function, entries = part
        found = function(given)
        for row, column in entries:
            value = found[f"{row}|{column}"]
            if row == "_s":
                of_spike[place[column]] = value
            elif column == "_s":
                of_spike[place[row]] = value
            else:
                values[place[row], place[column]] = value
        return values, of_spike
