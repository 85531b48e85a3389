"""Spike tables of Neo blocks."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from brainsnn.analysis.spikes.table import SpikeTable
from brainsnn.analysis.spikes.times import EQUAL
from brainsnn.analysis.spikes.trains import from_trains
from brainsnn.analysis.tables import TableError, TableWarning


def from_neo(block: Any) -> SpikeTable:
    """Spike table of a Neo block: a segment a trial, its annotation ``stimulus`` the stimulus.

    Trains are told apart by their names, in any order; without names, by their places. Annotations
    that every segment has are kept as columns of the trials.

    Parameters
    ----------
    block : neo.Block
        Every segment has a train for every neuron, silent ones too.

    Raises
    ------
    TableError
        If there is no segment, or segments differ in span or neurons, or lack the annotation.

    Warns
    -----
    TableWarning
        If spikes are at the very end of a segment, which a trial does not include: they are left
        out.
    """
    segments = list(getattr(block, "segments", ()))
    if not segments:
        raise TableError("The block has no segments.")
    names = _names(segments[0], 0)
    start, stop = _span(segments, 0)
    trains, last = [], 0
    for k, segment in enumerate(segments):
        begin, end = _span(segments, k)
        if abs(begin - start) > EQUAL or abs(end - stop) > EQUAL:
            raise TableError(
                f"Segment {k} of the block has another span, {begin:g} to {end:g} s, than segment "
                f"0, {start:g} to {stop:g} s. Trials must be equally long and have one axis of "
                "time (for Neo's cut_segment_by_epoch: reset_time=True)."
            )
        here = _names(segment, k)
        if sorted(here) != sorted(names):
            raise TableError(
                f"Segment {k} of the block has other neurons, {', '.join(here)}, than segment 0, "
                f"{', '.join(names)}; silent ones need a train too."
            )
        times = [segment.spiketrains[here.index(name)].rescale("s").magnitude for name in names]
        last += sum(int((piece >= stop).sum()) for piece in times)
        trains.append([piece[piece < stop] for piece in times])
    if last:
        warnings.warn(
            f"{last} spikes are at the very end of their segments, {stop:g} s, which a trial does "
            "not include; they are left out.",
            TableWarning,
            stacklevel=2,
        )
    return from_trains(trains, _trials(segments), names, start, stop)


def _names(segment: Any, k: int) -> tuple[str, ...]:
    """Names of a segment's trains; their places where none has one."""
    names = [str(train.name or "").strip() for train in segment.spiketrains]
    if not names:
        raise TableError(f"Segment {k} of the block has no spike trains.")
    if not any(names):
        return tuple(str(place) for place in range(len(names)))
    if not all(names) or len(set(names)) < len(names):
        raise TableError(
            f"Segment {k} of the block: trains need a name each, or none of them any; got {names}."
        )
    return tuple(names)


def _span(segments: list[Any], k: int) -> tuple[float, float]:
    """Begin and end of a segment's trains in seconds."""
    spans = {
        tuple(float(t.rescale("s")) for t in (train.t_start, train.t_stop))
        for train in segments[k].spiketrains
    }
    begins, ends = zip(*spans, strict=True)
    if max(begins) - min(begins) > EQUAL or max(ends) - min(ends) > EQUAL:
        raise TableError(f"Segment {k} of the block has trains of more than one span.")
    return begins[0], ends[0]


def _trials(segments: list[Any]) -> pd.DataFrame:
    """A row a segment, with the annotations that all have."""
    lacking = [k for k, s in enumerate(segments) if s.annotations.get("stimulus") is None]
    if lacking:
        raise TableError(f"Segment {lacking[0]} of the block lacks the annotation 'stimulus'.")
    common = set.intersection(*(set(segment.annotations) for segment in segments))
    columns = {
        name: [segment.annotations[name] for segment in segments]
        for name in segments[0].annotations
        if name in common
    }
    table = pd.DataFrame(
        {
            name: [np.asarray(value).item() for value in values]
            for name, values in columns.items()
            if all(np.ndim(value) == 0 for value in values)
        }
    )
    if "stimulus" not in table.columns:
        raise TableError("The annotation 'stimulus' of the segments must be one number or name.")
    return table if "trial" in table.columns else table.assign(trial=np.arange(len(segments)))
