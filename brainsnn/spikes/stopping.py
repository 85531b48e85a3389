"""Trials that end with their decision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from brainsnn.errors import DataError
from brainsnn.spikes import Recording


def stop_at_first_spike(recording: Recording, population: str) -> Recording:
    """Cut each trial after the step in which the first neuron of a population spikes.

    First-to-spike decisions and decision steps are those of the whole trials, ties included. The
    final potentials of a trial that was cut are NaN; a trial in which the population is silent
    stays whole.

    Parameters
    ----------
    recording : Recording
        Whole trials, or trials that ended no earlier.
    population : str
        The one that decides.

    Returns
    -------
    Recording

    Raises
    ------
    DataError
        If there is no such population, or final potentials are of another number of trials.
    """
    end = recording.first_steps(population).min(axis=1)
    kept = recording.step <= end[recording.trial]
    offsets = np.concatenate(([0], np.cumsum(kept)))[recording.offsets]
    columns = {
        name: getattr(recording, name)[kept]
        for name in ("population", "neuron", "step", "potential")
    }
    final = {name: values.copy() for name, values in recording.final.items()}
    for name, values in final.items():
        if len(values) != recording.n_trials:
            raise DataError(
                f"Final potentials of {name!r} are of {len(values)} trials, not of "
                f"{recording.n_trials}."
            )
        values[end < recording.n_steps] = np.nan
    traces = {name: part.until(end) for name, part in recording.traces.items()}
    return replace(recording, offsets=offsets, **columns, final=final, traces=traces)
