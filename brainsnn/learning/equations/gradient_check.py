"""Is the gradient right? Held against finite differences of the same network with smooth spikes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import brian2
import numpy as np
import pandas as pd

from brainsnn.learning.equations.build import derive
from brainsnn.learning.equations.functions import Derivatives
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Array, Key, Trace
from brainsnn.learning.equations.step import Spike

#: Steps of the differences, as shares of the largest value: a refractory gate is a jump, which a
#: longer step may cross where a shorter one does not.
STEPS = (3e-5, 1e-6)

#: An error after which no other step is tried.
GOOD = 1e-8

#: What rounding changes a loss by, as a share of it, beyond which a difference says something.
ROUNDING = 1e-14


def check_gradient(
    network: brian2.Network,
    trainable: Mapping[Any, Any],
    inputs: Mapping[str, Array],
    n_steps: int,
    scale: float = 1.0,
    namespace: Mapping[str, Any] | None = None,
    derivatives: Derivatives | None = None,
    seed: int = 0,
    most: int = 20,
) -> pd.DataFrame:
    """Compare a network's gradients with finite differences.

    Spikes are made smooth (a sigmoid of the margin), so that the loss, a random combination of all
    spikes and states at all steps, has a derivative that differences can find.

    Parameters
    ----------
    network, trainable, namespace, derivatives
        As for `derive`.
    inputs : mapping of str to array, shape (n_steps, trials, neurons)
    n_steps : int
    scale : float, default 1
        Scale of the margin in which a spike comes about, in SI units.
    seed : int, default 0
        Of the loss, of random numbers in the equations, of which values are tried.
    most : int, default 20
        Values of a variable that are tried.

    Returns
    -------
    pandas.DataFrame
        A row a variable: ``owner``, ``variable``, ``tried``, ``largest`` (derivative; 0 where
        nothing depends on it), ``error``, the largest difference as a share of it.
    """
    if namespace is None:
        namespace = brian2.core.namespace.get_local_namespace(level=1)
    spike = Spike("sigmoid", scale, smooth=True)
    derived = derive(network, trainable, namespace, spike, derivatives)
    rng = np.random.default_rng(seed)
    trace = derived.run(inputs, n_steps, seed)
    by_spike, by_state = _random_loss(derived, trace, rng)

    def loss() -> float:
        return _loss(derived.run(inputs, n_steps, seed), by_spike, by_state)

    found = derived.gradient(trace, by_spike, by_state)
    rows = []
    for key in derived.trained:
        values = derived.values(key)
        flat = rng.permutation(values.size)[:most]
        mine = found[key].reshape(-1)[flat]
        largest, error, rounding = 0.0, np.inf, ROUNDING * abs(loss()) / _size(values)
        for step in STEPS:
            theirs = _differences(values, flat, step, loss)
            largest = max(largest, float(np.abs([theirs, mine]).max()))
            error = min(error, float(np.abs(theirs - mine).max()) / max(largest, 1e-300))
            if error < GOOD:
                break
        if largest < rounding / STEPS[0]:  # nothing depends on it
            largest, error = 0.0, 0.0
        rows.append((*key, flat.size, largest, error))
    return pd.DataFrame(rows, columns=["owner", "variable", "tried", "largest", "error"])


def _random_loss(
    derived: DerivedNetwork, trace: Trace, rng: np.random.Generator
) -> tuple[dict[str, Array], dict[Key, Array]]:
    by_spike, by_state = {}, {}
    for k, p in derived.neurons.items():
        shape = trace.spikes[k].shape
        by_spike[k] = rng.normal(size=shape)
        for n in p.step.states if p.step else ():
            spread = np.std([state[k][n] for state in trace.threshold]) + 1e-30
            by_state[k, n] = 0.1 * rng.normal(size=shape) / spread
    return by_spike, by_state


def _loss(trace: Trace, by_spike: Mapping[str, Array], by_state: Mapping[Key, Array]) -> float:
    total = sum(float(np.sum(c * trace.spikes[k])) for k, c in by_spike.items())
    for (k, n), c in by_state.items():
        total += float(sum(np.sum(c[t] * state[k][n]) for t, state in enumerate(trace.threshold)))
    return total


def _differences(values: Array, flat: Array, share: float, loss: Callable[[], float]) -> Array:
    """Central differences of fourth order by some of the values, which are put back."""
    step = share * _size(values)
    weights, found = {-2: 1.0, -1: -8.0, 1: 8.0, 2: -1.0}, np.zeros(flat.size)
    for place, index in enumerate(flat):
        where = np.unravel_index(index, values.shape)
        own = values[where].copy()
        for k, weight in weights.items():
            values[where] = own + k * step
            found[place] += weight * loss() / (12 * step)
        values[where] = own
    return found


def _size(values: Array) -> float:
    return float(np.abs(values).max()) or 1e-2
