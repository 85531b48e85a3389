"""Spike tables as Neo blocks and NWB files, for other programs; both are read back equal."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from analysis.spikes.table import SpikeTable


def trains(table: SpikeTable) -> list[list[np.ndarray]]:
    """Spike times of every trial and neuron, in seconds: ``trains(table)[trial][neuron]``."""
    n = len(table.neurons)
    bounds = np.searchsorted(table.trial * n + table.neuron, np.arange(len(table.trials) * n + 1))
    pieces = [table.time[a:b] for a, b in pairwise(bounds)]
    return [pieces[k : k + n] for k in range(0, len(pieces), n)]


def to_neo(table: SpikeTable) -> Any:
    """Neo block with a segment a trial, a spike train a neuron.

    Returns
    -------
    neo.Block
        Each segment carries the annotation ``stimulus``.
    """
    import neo

    block = neo.Block(name="spikes")
    for k, row in enumerate(trains(table)):
        segment = neo.Segment(index=k, stimulus=str(table.trials["stimulus"].iloc[k]))
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
        The file. Its trials have the columns ``stimulus`` and ``offset`` (the time that a trial's
        own axis has at its start).
    """
    from pynwb import NWBHDF5IO, NWBFile

    path = Path(path)
    began = datetime(2000, 1, 1, tzinfo=UTC)
    nwb = NWBFile(description, path.stem, began)
    nwb.add_trial_column("stimulus", "what was shown")
    nwb.add_trial_column("offset", "time at the start of the trial, on the trial's own axis, in s")
    nwb.add_unit_column("unit_name", "name of the neuron")
    length = table.stop - table.start
    for k, stimulus in enumerate(table.trials["stimulus"]):
        nwb.add_trial(
            start_time=k * length,
            stop_time=(k + 1) * length,
            stimulus=str(stimulus),
            offset=table.start,
        )
    for i, name in enumerate(table.neurons):
        mine = table.neuron == i
        times = table.trial[mine] * length + table.time[mine] - table.start
        nwb.add_unit(spike_times=np.sort(times), unit_name=name)
    with NWBHDF5IO(str(path), "w") as handle:
        handle.write(nwb)
    return path
