"""Is the gradient of spike times right? Held against finite differences of the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import brian2
import numpy as np
import pandas as pd

from brainsnn.learning.equations.eventprop.build import derive_events
from brainsnn.learning.equations.eventprop.network import EventNetwork
from brainsnn.learning.equations.eventprop.spike_times import SpikeTimes
from brainsnn.learning.equations.eventprop.tape import EventTrace
from brainsnn.learning.equations.functions import Derivatives
from brainsnn.learning.equations.parts import Array, Key

#: Steps of the differences, as shares of the largest value: a longer one may change which neuron
#: spikes, or cross a time at which an approximate method begins a step; what hardly moves a spike
#: needs a long one, since times are found to rounding.
STEPS = (1e-4, 1e-5, 1e-6, 2e-7)

#: An error after which no other step is tried.
GOOD = 1e-8


def check_events(
    network: brian2.Network,
    trainable: Mapping[Any, Any],
    inputs: Mapping[str, SpikeTimes],
    until: float,
    namespace: Mapping[str, Any] | None = None,
    derivatives: Derivatives | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the gradient of a random loss with finite differences.

    The loss is a combination of the times of all spikes, of all states at some times, and of the
    integrals of one state of each population.

    Parameters
    ----------
    network, trainable, namespace, derivatives
        As for `derive_events`.
    inputs : mapping of str to SpikeTimes
    until : float
        Seconds of a trial.
    seed : int, default 0
        Of the loss, and of the direction in which the values of a variable change.

    Returns
    -------
    pandas.DataFrame
        A row a variable: ``owner``, ``variable``, ``largest`` (sum of the sizes of what its values
        add to the derivative), ``error``, the difference as a share of it; NaN where every
        difference changes which neurons spike.
    """
    if namespace is None:
        namespace = brian2.core.namespace.get_local_namespace(level=1)
    net = derive_events(network, trainable, namespace, derivatives)
    rng = np.random.default_rng(seed)
    keys: list[Key] = [(k, n) for k, flow in net.flows.items() for n in flow.states]
    whole: list[Key] = [(k, str(rng.choice(flow.states))) for k, flow in net.flows.items()]
    observe = {key: rng.uniform(0, until, 3).tolist() for key in keys}

    def run() -> EventTrace:
        return net.run(inputs, until, observe, whole)

    trace = run()
    loss = _RandomLoss(net, trace, rng)
    found = net.gradient(trace, loss.by_time, loss.by_observed, loss.by_integral)
    rows = []
    for key in net.trained:
        values, own = net.values(key), net.values(key).copy()
        way = rng.choice([-1.0, 1.0], size=values.shape) * (np.abs(own).max() or 1e-2)

        def along(h: float, values: Array = values, own: Array = own, way: Array = way) -> float:
            values[...] = own + h * way
            return loss(run())

        mine, largest = float((found[key] * way).sum()), float(np.abs(found[key] * way).sum())
        error = np.nan
        for step in STEPS:
            found_here = abs(_difference(along, step) - mine) / max(largest, 1e-300)
            error = float(np.fmin(error, found_here))
            if error < GOOD:
                break
        values[...] = own
        rows.append((*key, largest, error))
    return pd.DataFrame(rows, columns=["owner", "variable", "largest", "error"])


def _difference(along: Callable[[float], float], h: float) -> float:
    """Central difference of fourth order."""
    return (8 * (along(h) - along(-h)) - along(2 * h) + along(-2 * h)) / (12 * h)


class _RandomLoss:
    """A combination of everything that a run gives."""

    def __init__(self, net: EventNetwork, trace: EventTrace, rng: np.random.Generator) -> None:
        self.neurons = {k: v.neuron[_order(v)] for k, v in trace.spikes.items()}
        scale = 1e-2 / net.dt
        self.ordered = {k: scale * rng.normal(size=v.size) for k, v in self.neurons.items()}
        self.by_time: dict[str, Array] = {}
        for k, v in trace.spikes.items():
            self.by_time[k] = np.zeros(v.time.size)
            self.by_time[k][_order(v)] = self.ordered[k]
        self.by_observed: dict[Key, Array] = _of_unit_size(trace.observed, rng)
        self.by_integral: dict[Key, Array] = _of_unit_size(trace.integrals, rng)

    def __call__(self, trace: EventTrace) -> float:
        order = {k: _order(v) for k, v in trace.spikes.items()}
        found = {k: v.neuron[order[k]] for k, v in trace.spikes.items()}
        if any(not np.array_equal(found[k], self.neurons[k]) for k in found):
            return np.nan
        times = sum(float(c @ trace.spikes[k].time[order[k]]) for k, c in self.ordered.items())
        states = sum(float((c * trace.observed[k]).sum()) for k, c in self.by_observed.items())
        whole = sum(float((c * trace.integrals[k]).sum()) for k, c in self.by_integral.items())
        return times + states + whole


def _order(spikes: SpikeTimes) -> Array:
    """Spikes neuron by neuron: those of two neurons may change their places."""
    return np.lexsort((spikes.time, spikes.neuron, spikes.trial))


def _of_unit_size(values: Mapping[Key, Array], rng: np.random.Generator) -> dict[Key, Array]:
    return {k: rng.normal(size=v.shape) / (np.abs(v).max() + 1e-30) for k, v in values.items()}
