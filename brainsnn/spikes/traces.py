"""State variables of chosen neurons at chosen steps, of a block of trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trace:
    """What was recorded of one variable, at the threshold of each step: before any reset.

    Parameters
    ----------
    population, variable : str
    neuron : array of int32, shape (n_neurons,)
    step : array of int32, shape (n_steps,)
    values : array of float64, shape (n_trials, n_steps, n_neurons)
        In SI units; NaN after the end of a trial that ended early.
    """

    population: str
    variable: str
    neuron: NDArray[np.int32]
    step: NDArray[np.int32]
    values: NDArray[np.float64]

    @staticmethod
    def concatenate(parts: Sequence[Trace]) -> Trace:
        """The trials of several, one after the other."""
        values = [part.values for part in parts]  # noqa: PD011 -- an array
        return replace(parts[0], values=np.concatenate(values))

    def until(self, end: NDArray[np.integer]) -> Trace:
        """As of trials that ended with these steps."""
        late = self.step[None, :, None] > end[:, None, None]
        return replace(self, values=np.where(late, np.nan, self.values))

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """A row a value: trial, step, neuron, value."""
        trial, step, neuron = np.indices(self.values.shape).reshape(3, -1)
        return {
            "trial": trial.astype(np.int32),
            "step": self.step[step],
            "neuron": self.neuron[neuron],
            "value": self.values.ravel(),
        }


def traces_frame(traces: Mapping[str, Trace], dt: float) -> pd.DataFrame:
    """Long table: trial, population, variable, neuron, step, time (s), value."""
    parts = [
        pd.DataFrame(s.columns()).assign(population=s.population, variable=s.variable)
        for s in traces.values()
    ]
    names = ["trial", "population", "variable", "neuron", "step", "value"]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
    frame = frame[names].astype({"population": "category", "variable": "category"})
    frame.insert(5, "time", frame["step"] * dt)
    return frame
