"""Spike trains from a table with a row a spike: trial, neuron, step."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.errors import InputError
from brainsnn.indices import whole_numbers
from brainsnn.spikes.trains import SpikeTrains

COLUMNS = ("trial", "neuron", "step")


def is_spike_table(table: object) -> bool:
    """Whether it is a data frame with the columns of one."""
    return isinstance(table, pd.DataFrame) and set(COLUMNS) <= set(table.columns)


def trains_of_table(
    table: pd.DataFrame, n_trials: int | None, n_neurons: int | None, n_steps: int | None
) -> SpikeTrains:
    """Spike trains of a table.

    Parameters
    ----------
    table : DataFrame
        A row a spike, in any order, with the columns `COLUMNS`: whole numbers from 0. A spike that
        is there twice is refused. A column ``population`` must name one population only.
    n_trials, n_neurons, n_steps : int or None
        None for one more than the largest in the table.

    Raises
    ------
    InputError
        If a number is not whole, negative, or beyond these.
    """
    names = sorted(map(str, table["population"].unique())) if "population" in table.columns else []
    if len(names) > 1:
        raise InputError(f"The spike table has spikes of {names}; keep those of one population.")
    sizes = {"trial": n_trials, "neuron": n_neurons, "step": n_steps}
    columns = {name: _column(table, name, most) for name, most in sizes.items()}
    for name, most in sizes.items():
        if most is None:
            sizes[name] = int(columns[name].max(initial=-1)) + 1
    trial, neuron, step = (columns[name] for name in COLUMNS)
    order = np.lexsort((neuron, step, trial))
    counts = np.bincount(trial, minlength=int(sizes["trial"] or 0))
    same = (np.diff(np.stack([trial, neuron, step])[:, order], axis=1) == 0).all(axis=0)
    if same.any():
        k = order[np.flatnonzero(same)[0]]
        raise InputError(
            f"The spike table has neuron {neuron[k]} at step {step[k]} of trial {trial[k]} twice."
        )
    size = int(sizes["neuron"] or 0), int(sizes["step"] or 0)
    return SpikeTrains(*size, np.concatenate(([0], np.cumsum(counts))), neuron[order], step[order])


def _column(table: pd.DataFrame, name: str, most: int | None) -> NDArray[np.int64]:
    """A column of whole numbers from 0, below `most`."""
    values = whole_numbers(f"Spike table: {name}", table[name].to_numpy(), error=InputError)
    wrong = np.flatnonzero((values < 0) | (values >= most if most is not None else False))
    if wrong.size:
        allowed = "0 or more" if most is None else f"in 0..{most - 1}"
        raise InputError(
            f"Spike table: {name} must be {allowed}, got {values[wrong[0]]} in row {wrong[0]}."
        )
    return values
