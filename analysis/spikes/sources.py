"""Spike tables from frames, CSV files, run directories, Neo blocks and NWB files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.spikes.table import SpikeTable
from analysis.tables import TableError, require

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}


def from_frame(
    frame: pd.DataFrame,
    start: float,
    stop: float,
    *,
    unit: Literal["s", "ms", "us"] = "s",
    trials: pd.DataFrame | None = None,
    neurons: tuple[str, ...] | None = None,
) -> SpikeTable:
    """Spike table from a frame with a row a spike.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``trial``, ``neuron``, ``time`` and, if not in `trials`, ``stimulus``. Trial numbers
        may recur with another stimulus. Rows may be in any order of trains; the times of one
        neuron in one trial must rise.
    start, stop : float
        Span of every trial, in seconds.
    unit : {"s", "ms", "us"}
        Of the column ``time``.
    trials : pandas.DataFrame, optional
        Columns ``trial`` and ``stimulus``, a row a trial; needed if some trials have no spike.
    neurons : tuple of str, optional
        All neurons; needed if some never spike. By default those that occur.

    Returns
    -------
    SpikeTable

    Raises
    ------
    TableError
        As `SpikeTable`, or if a trial or neuron of the frame is not among those given.
    """
    require(frame, ("trial", "neuron", "time"), "spikes")
    if unit not in _SECONDS:
        raise TableError(f"Unknown unit {unit!r}. Known: {', '.join(_SECONDS)}.")
    keys = [name for name in ("stimulus", "trial") if name in frame.columns]
    if trials is None:
        require(frame, ("stimulus",), "spikes")
        trials = frame[keys].drop_duplicates().sort_values(keys)
    require(trials, ("trial", "stimulus"), "trials")
    listed = trials[["stimulus", "trial"]].reset_index(drop=True)
    trial = _positions(frame[keys], listed[keys], "trial")
    neuron, names = _neurons(frame["neuron"], neurons)
    order = _grouped(trial, neuron, len(names))
    seconds = frame["time"].to_numpy(np.float64) * _SECONDS[unit]
    spikes = pd.DataFrame({"trial": trial, "neuron": neuron, "time": seconds})
    spikes = spikes if order is None else spikes.iloc[order].reset_index(drop=True)
    return SpikeTable(spikes, listed, names, start, stop)


def _neurons(
    column: pd.Series, given: tuple[str, ...] | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Place of each spike's neuron among the names, and the names."""
    codes, found = pd.factorize(column, sort=True)
    names = tuple(map(str, found)) if given is None else given
    places = pd.Index(names).get_indexer(pd.Index([str(name) for name in found]))
    if (places < 0).any():
        raise TableError(f"Spikes of neurons that are not among {names}.")
    return places[codes].astype(np.int64), names


def _positions(rows: pd.DataFrame, listed: pd.DataFrame, what: str) -> np.ndarray:
    """Place of each row in a list of unique rows."""
    if listed.duplicated().any():
        raise TableError(f"The list of trials has a {what} more than once.")
    if len(listed.columns) == 1:
        found = pd.Index(listed.iloc[:, 0]).get_indexer(pd.Index(rows.iloc[:, 0]))
    else:
        columns = list(listed.columns)
        places = listed.assign(place=np.arange(len(listed)))
        found = rows.merge(places, "left", columns)["place"].fillna(-1).to_numpy(np.int64)
    if (found < 0).any():
        raise TableError(f"{np.count_nonzero(found < 0)} spikes are of a {what} not in the list.")
    return found


def _grouped(trial: np.ndarray, neuron: np.ndarray, n: int) -> np.ndarray | None:
    """Order that puts trains together, each in its own order; None if they are already."""
    train = trial * np.int64(n) + neuron
    return None if (np.diff(train) >= 0).all() else np.argsort(train, kind="stable")


def from_csv(path: Path | str, start: float, stop: float, **options: Any) -> SpikeTable:
    """Spike table from a CSV file with the columns that `from_frame` takes.

    Parameters
    ----------
    path : path
    start, stop
        Span of every trial, in seconds.
    **options
        ``columns``, a mapping from the file's names to ours, and those of `from_frame`.

    Raises
    ------
    TableError
        As `from_frame`, naming the file.
    """
    columns = options.pop("columns", {})
    try:
        frame = pd.read_csv(path)
        return from_frame(frame.rename(columns=columns), start, stop, **options)
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: {error}") from error


def from_run(path: Path | str, population: str = "output", dt: float = 1e-3) -> SpikeTable:
    """Spike table of a run directory's sample of trials; the label is the stimulus.

    Parameters
    ----------
    path : path
        Holds ``spikes.parquet`` and ``trials.parquet``.
    population : str
        Whose spikes.
    dt : float
        Length of a step in seconds.

    Raises
    ------
    TableError
        If a table is missing or lacks the population.
    """
    try:
        spikes, trials = (
            pd.read_parquet(Path(path) / f"{n}.parquet") for n in ("spikes", "trials")
        )
    except OSError as error:
        raise TableError(f"{path}: no spikes or trials table: {error}") from error
    mine = spikes[spikes["population"] == population]
    if mine.empty:
        known = ", ".join(map(str, spikes["population"].unique()))
        raise TableError(f"{path}: no spikes of population {population!r}; there are {known}.")
    shown = trials.iloc[: int(spikes["trial"].max()) + 1]
    listed = pd.DataFrame({"trial": shown["trial"], "stimulus": shown["label"].astype(str)})
    steps = trials.filter(regex=r"^first_step_\d+$").to_numpy()
    n_steps = int(max(steps.max(initial=0), spikes["step"].max() + 1))
    names = tuple(str(k) for k in range(int(mine["neuron"].max()) + 1))
    frame = mine.assign(time=mine["step"] * dt)[["trial", "neuron", "time"]]
    return from_frame(frame, 0.0, n_steps * dt, trials=listed, neurons=names)


def from_neo(block: Any) -> SpikeTable:
    """Spike table of a Neo block: a segment a trial, its annotation ``stimulus`` the stimulus.

    Raises
    ------
    TableError
        If segments differ in span or neurons, or lack the annotation.
    """
    frames, listed, names, span = [], [], None, None
    for k, segment in enumerate(block.segments):
        if "stimulus" not in segment.annotations:
            raise TableError(f"Segment {k} of the block lacks the annotation 'stimulus'.")
        listed.append((k, segment.annotations["stimulus"]))
        trains = segment.spiketrains
        here = tuple(str(train.name) for train in trains)
        spans = {(float(t.t_start.rescale("s")), float(t.t_stop.rescale("s"))) for t in trains}
        if len(spans) != 1 or names not in (None, here) or (span and spans != {span}):
            raise TableError(f"Segment {k} of the block has other neurons or another span.")
        names, span = here, spans.pop()
        frames += [
            pd.DataFrame({"trial": k, "neuron": str(t.name), "time": t.rescale("s").magnitude})
            for t in trains
        ]
    if span is None or names is None:
        raise TableError("The block has no segments.")
    trials = pd.DataFrame(listed, columns=["trial", "stimulus"])
    frame = pd.concat(frames, ignore_index=True)
    return from_frame(frame, *span, trials=trials, neurons=names)


def from_nwb(path: Path | str) -> SpikeTable:
    """Spike table of an NWB file whose trials have a column ``stimulus`` and are equally long.

    Raises
    ------
    TableError
        If the file has no units or trials, or trials differ in length.
    """
    from pynwb import NWBHDF5IO

    with NWBHDF5IO(str(path), "r") as handle:
        nwb = handle.read()
        if nwb.units is None or nwb.trials is None or "stimulus" not in nwb.trials.colnames:
            raise TableError(f"{path}: needs units, and trials with a column 'stimulus'.")
        rows = nwb.trials.to_dataframe()
        begin = rows["start_time"].to_numpy(float)
        offset = rows["offset"].to_numpy(float) if "offset" in rows else np.zeros(len(rows))
        length = rows["stop_time"].to_numpy(float) - begin
        names = tuple(map(str, nwb.units["unit_name"][:]))
        trains = [np.asarray(nwb.units["spike_times"][k], float) for k in range(len(names))]
    if not np.allclose(length, length[0]):
        raise TableError(f"{path}: trials differ in length.")
    frames = [
        pd.DataFrame({"trial": k, "neuron": name, "time": train[a:b] - begin[k] + offset[k]})
        for name, train in zip(names, trains, strict=True)
        for k, (a, b) in enumerate(
            zip(np.searchsorted(train, begin), np.searchsorted(train, begin + length), strict=True)
        )
    ]
    trials = pd.DataFrame({"trial": np.arange(len(rows)), "stimulus": rows["stimulus"].to_numpy()})
    start = float(offset[0])
    frame = pd.concat(frames, ignore_index=True)
    return from_frame(frame, start, start + float(length[0]), trials=trials, neurons=names)
