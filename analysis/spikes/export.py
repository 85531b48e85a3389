"""Spike tables as Neo blocks and NWB files, for other programs; both are read back equal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.trains import trains
from brainsnn.analysis.tables import TableError

_RESERVED = ("start_time", "stop_time", "tags", "timeseries", "offset", "id")

GAP = 1.0
"""Seconds between two trials of an NWB file, so that no spike is at the edge of both."""


def to_neo(table: SpikeTable) -> Any:
    """Neo block with a segment a trial, a spike train a neuron.

    Returns
    -------
    neo.Block
        Each segment carries the annotation ``stimulus``, and one for every other column of the
        trials.

    Raises
    ------
    TableError
        If a column of the trials holds anything but numbers, switches or text.
    """
    import neo

    block, columns = neo.Block(name="spikes"), _columns(table)
    for k, row in enumerate(trains(table)):
        segment = neo.Segment(index=k)
        segment.annotate(**{name: values[k] for name, values in columns.items()})
        for name, times in zip(table.neurons, row, strict=True):
            span = {"t_start": table.start, "t_stop": table.stop}
            segment.spiketrains.append(neo.SpikeTrain(times, units="s", name=name, **span))
        block.segments.append(segment)
    return block


def to_nwb(table: SpikeTable, path: Path | str, description: str = "spikes of trials") -> Path:
    """Write an NWB file: trials one after the other on one axis of time, a unit a neuron.

    Parameters
    ----------
    table : SpikeTable
    path : path
        File to write.
    description : str
        Of the file.

    Returns
    -------
    pathlib.Path
        The file. Its trials have the columns of the table's trials and ``offset`` (the time that a
        trial's own axis has at its start); a second lies between them.

    Raises
    ------
    TableError
        If a column of the trials holds anything but numbers, switches or text, or has a name that
        the format needs for something else.
    """
    from pynwb import NWBHDF5IO, NWBFile

    path, columns = Path(path), _columns(table)
    taken = [name for name in columns if name in _RESERVED]
    if taken:
        raise TableError(f"Trials of an NWB file have their own {', '.join(taken)}; rename yours.")
    nwb = NWBFile(description, path.stem, datetime(2000, 1, 1, tzinfo=UTC))
    for name in columns:
        nwb.add_trial_column(name, "what was shown" if name == "stimulus" else name)
    nwb.add_trial_column("offset", "time at the start of the trial, on the trial's own axis, in s")
    nwb.add_unit_column("unit_name", "name of the neuron")
    length = table.stop - table.start
    begins = np.arange(len(table.trials)) * (length + GAP)
    for k, begin in enumerate(begins):
        row = {name: values[k] for name, values in columns.items()}
        nwb.add_trial(start_time=begin, stop_time=begin + length, offset=table.start, **row)
    for i, name in enumerate(table.neurons):
        mine = table.neuron == i
        begin = begins[table.trial[mine]]
        # Rounding must not put a spike at the end of its trial, which is outside.
        last = np.nextafter(begin + length, begin)
        times = np.minimum(begin + (table.time[mine] - table.start), last)
        nwb.add_unit(spike_times=times, unit_name=name)
    with NWBHDF5IO(str(path), "w") as handle:
        handle.write(nwb)
    return path


def _columns(table: SpikeTable) -> dict[str, list[Any]]:
    """Columns of the trials as plain numbers, switches and text."""
    columns = {}
    for name in map(str, table.trials.columns):
        values = table.trials[name].tolist()
        kinds = {type(value) for value in values}
        if not kinds <= {str} and not kinds <= {int, float} and not kinds <= {bool}:
            raise TableError(
                f"The column {name!r} of the trials holds {pd.api.types.infer_dtype(values)} "
                "values; numbers, switches or text can be written."
            )
        columns[name] = values
    return columns
