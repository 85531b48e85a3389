"""Spikes on their way through synapses, and sums over those that meet at one neuron."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainsnn.learning.equations.parts import Array, Connection, Moment, Trace


def arriving(trace: Trace, c: Connection, moment: Moment, t: int) -> Any:
    """Spikes that reach each synapse in a step, shape (trials, synapses); 1 where none is needed.

    None if none can, and nothing else happens then.
    """
    if moment.lag is None:
        return np.float64(1)
    then = t - moment.lag
    if not (then >= 0).any() and not moment.effect.states:
        return None
    population, index = c.sender(moment)
    sent = trace.spikes[population][np.maximum(then, 0), :, index].T
    return np.where(then >= 0, sent, 0.0)


def send_back(bars: Array, c: Connection, moment: Moment, t: int, back: Array) -> None:
    """Add to the derivatives by the spikes that arrived."""
    assert moment.lag is not None
    then, (_, index) = t - moment.lag, c.sender(moment)
    came = then >= 0
    trials = np.arange(bars.shape[1])[:, None]
    np.add.at(bars, (then[came][None], trials, index[came][None]), back[:, came])


def added(values: Array, index: Array, amounts: Array) -> Array:
    """Values of each trial, with amounts added where an index says, repeatedly where it repeats."""
    total = np.array(values, float)
    np.add.at(total, (slice(None), index), amounts)  # type: ignore[arg-type]
    return total
