"""The files that an exported program reads and writes, from and to arrays."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from brainsnn.engine.traces import trace_of
from brainsnn.network.model import Model
from brainsnn.spikes import Recording, SpikeTrains

WEIGHTS, INPUTS, PARAMETERS, SEEDS = "weights", "inputs.txt", "parameters.txt", "seeds.txt"
LEARNED = "learned"
SPIKES, DECISIONS, POTENTIALS = "spikes.csv", "decisions.csv", "potentials.csv"


def write_inputs(path: Path, inputs: SpikeTrains) -> None:
    """Write input spikes, a line a spike: trial, neuron, step."""
    trial = inputs.trial
    table = StringIO()
    pd.DataFrame({"trial": trial, "neuron": inputs.neuron, "step": inputs.step}).to_csv(
        table, sep=" ", header=False, index=False
    )
    text = f"# trial neuron step\ntrials {inputs.n_trials}\n{table.getvalue()}"
    path.write_text(text, encoding="ascii")


def write_weights(folder: Path, weights: Mapping[str, NDArray[np.float64]]) -> None:
    """Write a file for all that is learned: raw little-endian float64, (pre, post) in C order."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in weights.items():
        np.ascontiguousarray(values, "<f8").tofile(folder / f"{name}.f64")


def read_weights(
    folder: Path, name: str, shapes: Mapping[str, tuple[int, int]]
) -> NDArray[np.float64]:
    """Read a file of `write_weights`, or of what a program with plastic variables leaves."""
    values: NDArray[np.float64] = np.fromfile(folder / f"{name}.f64", "<f8").reshape(shapes[name])
    return values


def write_seeds(path: Path, seeds: NDArray[np.uint32]) -> None:
    """Write a seed a line, one for each trial."""
    path.write_text("".join(f"{seed}\n" for seed in seeds), encoding="ascii")


def write_parameters(path: Path, parameters: Mapping[str, NDArray[np.float64]]) -> None:
    """Write a parameter a line: ``population.name``, then one value or one for each neuron."""
    lines = [f"{name} {' '.join(map(repr, v.tolist()))}\n" for name, v in parameters.items()]
    path.write_text("".join(lines), encoding="ascii")


def read_recording(folder: Path, model: Model, n_steps: int, n_trials: int) -> Recording:
    """Recording from the tables that a program has written with ``--potentials``.

    Parameters
    ----------
    folder : Path
        Where they are.
    model : Model
        The network.
    n_steps, n_trials : int
        Length and number of the trials.

    Returns
    -------
    Recording
    """
    spikes = _read(folder / SPIKES)
    counts = np.bincount(spikes["trial"], minlength=n_trials)
    codes = {name: code for code, name in enumerate(model.sizes)}
    return Recording(
        model.sizes,
        n_steps,
        model.dt,
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.array([codes[name] for name in spikes["population"]], np.int32),
        spikes["neuron"].astype(np.int32),
        spikes["step"].astype(np.int32),
        spikes["potential"],
        _final(_read(folder / POTENTIALS), model, n_trials),
        traces={
            record.name: trace_of(
                model, record, n_steps, np.fromfile(folder / f"states_{k}.f64", "<f8")
            )
            for k, record in enumerate(model.recorded)
        },
    )


def _read(path: Path) -> dict[str, NDArray[Any]]:
    """Columns of a table; Arrow reads each number back as it was, which pandas does not promise."""
    types = {name: pa.int64() for name in ("trial", "neuron", "step")}
    types |= {"population": pa.string(), "potential": pa.float64()}
    options = csv.ConvertOptions(column_types=types)
    table = csv.read_csv(path, convert_options=options)
    return {name: table[name].to_numpy() for name in table.column_names}


def _final(
    table: Mapping[str, NDArray[Any]], model: Model, n_trials: int
) -> dict[str, NDArray[np.float64]]:
    """Final potentials, shape (n_trials, size), of the populations that have any."""
    return {
        p.name: table["potential"][table["population"] == p.name].reshape(n_trials, p.size)
        for p in model.populations
        if p.neuron
    }
