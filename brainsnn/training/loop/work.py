"""What a compiled loop is given of optimisers and settings, whatever the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.kernels import OptimiserKernels
from brainsnn.training.loop.columns import Columns, Trials
from brainsnn.training.loop.function_pointers import function_pointer
from brainsnn.training.loop.updates import StepByStep

STATE = ("parameters", "first", "second", "count")


class Work(Protocol):
    """Trial, rule and update of one kind of rules, compiled.

    Attributes
    ----------
    squares : array of float64, shape (n_parameters,)
        Sums of the squares of the gradients that were measured last, in the order of the weights.
    observes : (population, state) or None
        Whose course through each trial it adds to what is recorded.
    """

    squares: NDArray[np.float64]
    observes: tuple[str, str] | None

    def train(
        self,
        trials: Trials,
        columns: Columns,
        optimisers: list[OptimiserKernels],
        rate: float,
        measured: int,
        start: int,
        end: int,
    ) -> int:
        """Train on trials `start` to `end`; return the first that there was no room to record.

        Parameters
        ----------
        trials : Trials
        columns : Columns
            What is recorded.
        optimisers : list of OptimiserKernels
            One for each array of weights.
        rate : float
            The learning rate.
        measured : int
            First trial of the batch whose gradients are measured; -1 for none.
        start, end : int
        """
        ...


def kernels_of(step_by_step: StepByStep) -> list[OptimiserKernels] | None:
    """The optimiser's kernels by weights; None if one is missing, be it for now.

    They are asked for each time: an optimiser may exchange its arrays.

    Raises
    ------
    LearningError
        If the optimiser puts off updates of weights that no input spikes lead to.
    """
    weights, found = step_by_step.engine.weights, []
    for name, values in weights.items():
        kernels = step_by_step.optimiser.kernels(name, values)
        if kernels is None:
            return None
        if kernels.postpones and name not in step_by_step.from_inputs:
            raise LearningError(
                f"The optimiser's state puts off updates of {name!r}, which no input spikes lead "
                "to: it is the state of another network."
            )
        found.append(kernels)
    return found


def state_of(optimisers: list[OptimiserKernels]) -> dict[str, Any]:
    """Fields that every loop takes of its optimisers."""
    state: dict[str, Any] = {name: tuple(getattr(o, name) for o in optimisers) for name in STATE}
    return state | {"postpones": np.array([o.postpones for o in optimisers], np.int64)}


def addresses(arrays: Iterable[NDArray[Any]]) -> NDArray[np.int64]:
    """Where arrays are; they must stay."""
    return np.array([array.ctypes.data for array in arrays], np.int64)


def pointers_to(called: Mapping[str, Any], signatures: Mapping[str, Any]) -> dict[str, int]:
    """Addresses of functions, compiled for their signatures."""
    return {name: function_pointer(called[name], kind) for name, kind in signatures.items()}


def largest_entry(step_by_step: StepByStep) -> float:
    """What entries of a mean gradient are cut to; infinity for any."""
    return float(np.inf if step_by_step.clip is None else step_by_step.clip)
