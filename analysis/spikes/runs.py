"""Spike tables of run directories."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from brainsnn.analysis.spikes.sources import from_frame
from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.tables import TableError, require, require_columns, whole_numbers


def from_run(
    path: Path | str,
    population: str = "output",
    dt: float | None = None,
    *,
    n_steps: int | None = None,
    n_trials: int | None = None,
    n_neurons: int | None = None,
) -> SpikeTable:
    """Spike table of a run directory's sample of trials; the label is the stimulus.

    The spikes table of a run says how long its trials and steps were, how many trials it is of, and
    how large the populations are. What it says cannot be contradicted; for tables of other programs
    that do not say it, it has to be given.

    Parameters
    ----------
    path : path
        Holds ``spikes.parquet`` and ``trials.parquet``.
    population : str
        Whose spikes.
    dt : float, optional
        Length of a step in seconds.
    n_steps : int, optional
        Length of a trial in steps.
    n_trials : int, optional
        Trials that the spikes table is of, the first of the trials table.
    n_neurons : int, optional
        Size of the population.

    Raises
    ------
    TableError
        If a table is missing, damaged or contradicts the other, there is no such population, or
        a length or number is neither recorded nor given, or given otherwise than recorded.
    """
    spikes, trials = (_read(Path(path) / f"{name}.parquet") for name in ("spikes", "trials"))
    try:
        require_columns(spikes, ("trial", "population", "neuron", "step"), "spikes")
        require(trials, ("trial", "label"), "trials")
        facts = _facts(spikes, population, {"dt": dt, "n_steps": n_steps, "n_trials": n_trials})
        size = _size(spikes, population, n_neurons)
        steps = int(facts["n_steps"])
        if not facts["dt"] > 0 or steps < 1 or not 0 < facts["n_trials"] <= len(trials):
            raise TableError(
                f"dt = {facts['dt']}, n_steps = {steps} and n_trials = {facts['n_trials']} cannot "
                f"be of {len(trials)} trials."
            )
        shown = trials.iloc[: int(facts["n_trials"])]
        labels = whole_numbers(shown, "label", 0, "trials")
        listed = pd.DataFrame({"trial": shown["trial"].to_numpy(), "stimulus": labels})
        mine = spikes[spikes["population"] == population]
        late = int((mine["step"] >= steps).sum())
        if late:
            raise TableError(f"{late} spikes are after the last of {steps} steps.")
        frame = mine.assign(time=mine["step"] * facts["dt"])[["trial", "neuron", "time"]]
        names = tuple(str(k) for k in range(size))
        return from_frame(frame, 0.0, steps * facts["dt"], trials=listed, neurons=names)
    except TableError as error:
        raise TableError(f"{path}: {error}") from error


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: no spikes or trials table: {error}") from error


def _facts(
    spikes: pd.DataFrame, population: str, given: Mapping[str, float | None]
) -> dict[str, float]:
    """What is recorded of the trials, or given."""
    facts = {}
    for name, value in given.items():
        recorded = spikes.attrs.get(name)
        if recorded is None and value is None:
            raise TableError(
                f"the spikes table does not say its {name}; give it: "
                f"from_run(path, {population!r}, {name}=...)."
            )
        if recorded is not None and value is not None and not np.isclose(recorded, value):
            raise TableError(f"{name} = {value} was given, but the run had {recorded}.")
        facts[name] = float(recorded if recorded is not None else value)  # type: ignore[arg-type]
    return facts


def _size(spikes: pd.DataFrame, population: str, given: int | None) -> int:
    """Neurons of a population: as recorded, given, or those up to the last that spikes."""
    sizes: Mapping[str, Any] = spikes.attrs.get("populations", {})
    if sizes and population not in sizes:
        raise TableError(f"no population {population!r}; there are {', '.join(sizes)}.")
    if sizes:
        if given is not None and given != sizes[population]:
            raise TableError(f"n_neurons = {given} was given, but the run had {sizes[population]}.")
        return int(sizes[population])
    if given is None:
        raise TableError(
            "the spikes table does not say how large its populations are, and neurons that never "
            "spike are not in it; give n_neurons."
        )
    return given
