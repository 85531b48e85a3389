"""What an engine kept of a recorded state variable, as its recording has it."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainsnn.network.model import Model
from brainsnn.network.state_record import StateRecord
from brainsnn.spikes.traces import Trace


def trace_of(model: Model, record: StateRecord, n_steps: int, values: Any) -> Trace:
    """Trace from values in the order of trials, recorded steps, neurons."""
    shape = model.recorded_shape(record, n_steps)
    shaped = np.reshape(np.asarray(values, np.float64), (-1, *shape))
    which = record.which(model.owner_size(record.population))
    return Trace(record.population, record.variable, which, record.steps(n_steps), shaped)
