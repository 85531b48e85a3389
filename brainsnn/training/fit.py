"""Parameters of a neuron fitted to a recorded trace, by gradients derived from its equations."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brian2
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from brainsnn.errors import DataError, ModelError
from brainsnn.learning.equations import derive
from brainsnn.network.neurons import Neuron
from brainsnn.streams import Streams

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """What a fit found.

    Parameters
    ----------
    parameters : dict of str to float
        Best values, in SI units.
    error : float
        Mean squared difference of the best trace, in SI units squared.
    starts : pandas.DataFrame
        A row a start: its last values, ``error`` and ``simulations``.
    """

    parameters: Mapping[str, float]
    error: float
    starts: pd.DataFrame


def fit(
    neuron: Neuron,
    stimulus: ArrayLike,
    target: ArrayLike,
    bounds: Mapping[str, tuple[Any, Any]],
    *,
    dt: float,
    current: str = "I_ext",
    variable: str = "v",
    starts: int = 3,
    iterations: int = 100,
    seed: int = 0,
) -> Fit:
    """Fit parameters so that a state follows a target: least squares by L-BFGS-B.

    Each step's gradient comes from the equations, through the spikes' resets too (with the slope of
    `brainsnn.learning.equations.Spike`); it is exact as long as there are no spikes.

    Parameters
    ----------
    neuron : Neuron
        Whose equations have `current` as a parameter; the stimulus takes its place.
    stimulus : array of float, shape (n_steps,)
        In the current's SI unit.
    target : array of float, shape (n_steps,)
        Of the variable at the end of each step, before any reset, in its SI unit.
    bounds : mapping of str to (low, high)
        Parameters to fit, with quantities or numbers in SI units between which they lie.
    dt : float
        Seconds of a step.
    current, variable : str, default "I_ext" and "v"
    starts : int, default 3
        First values, drawn evenly within the bounds from the stream ``fit`` of `seed`.
    iterations : int, default 100
        Of each start, at most.
    seed : int, default 0

    Returns
    -------
    Fit

    Raises
    ------
    DataError
        If stimulus and target are no finite columns of one length, or bounds are impossible.
    ModelError
        If a parameter or the current is none of the neuron's.
    """
    given, wanted = (np.asarray(x, np.float64) for x in (stimulus, target))
    if given.ndim != 1 or given.shape != wanted.shape or not given.size:
        raise DataError(f"Stimulus and target are columns, got {given.shape} and {wanted.shape}.")
    if not (np.isfinite(given).all() and np.isfinite(wanted).all()) or starts < 1:
        raise DataError("Stimulus and target must be finite, and starts 1 or more.")
    low, high = _limits(neuron, bounds)
    derived = _derived(neuron, given, list(bounds), dt, current)
    keys = [("cell", name) for name in bounds]
    count = 0

    def loss(share: FloatArray) -> tuple[float, FloatArray]:
        nonlocal count
        count += 1
        for key, value in zip(keys, low + share * (high - low), strict=True):
            derived.values(key)[...] = value
        trace = derived.run({}, given.size, n_trials=1)
        found = np.array([state["cell"][variable] for state in trace.threshold]).reshape(-1)
        apart = (found - wanted) / scale
        weight = (2 * apart / (apart.size * scale)).reshape(-1, 1, 1)
        gradient = derived.gradient(trace, {}, {("cell", variable): weight})
        slope = np.array([float(np.sum(gradient[key])) for key in keys])
        return float(np.mean(apart**2)), slope * (high - low)

    scale = float(np.std(wanted)) or 1.0
    rng, rows = Streams(seed)["fit"], []
    for _ in range(starts):
        count = 0
        first = rng.random(low.size)
        done = minimize(
            loss,
            first,
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, 1.0)] * low.size,
            options={"maxiter": iterations, "ftol": 1e-15, "gtol": 1e-10},
        )
        values = low + done.x * (high - low)
        error = float(done.fun) * scale**2
        rows.append(
            {**dict(zip(bounds, values, strict=True)), "error": error, "simulations": count}
        )
    table = pd.DataFrame(rows)
    best = rows[int(table["error"].to_numpy().argmin())]
    return Fit({name: float(best[name]) for name in bounds}, float(best["error"]), table)


def _limits(neuron: Neuron, bounds: Mapping[str, tuple[Any, Any]]) -> tuple[FloatArray, FloatArray]:
    unknown = [name for name in bounds if name not in neuron.parameters]
    if unknown or not bounds:
        raise ModelError(
            f"Neuron {neuron.name!r} has no parameter {', '.join(unknown) or 'to fit'}."
        )
    pairs = np.array([[float(np.asarray(x)) for x in pair] for pair in bounds.values()])
    if not (np.isfinite(pairs).all() and (pairs[:, 0] < pairs[:, 1]).all()):
        raise DataError("Bounds are finite pairs of a smaller and a larger value.")
    return pairs[:, 0], pairs[:, 1]


def _derived(
    neuron: Neuron, stimulus: FloatArray, names: list[str], dt: float, current: str
) -> Any:
    """The neuron under the stimulus, derived by the parameters."""
    line = re.compile(rf"^(\s*){current} : (.+?) \(.*?constant\)", re.MULTILINE)
    found = line.search(neuron.equations)
    if found is None:
        raise ModelError(f"Neuron {neuron.name!r} has no parameter {current!r} for the stimulus.")
    equations = line.sub(rf"\1{current} = stimulus(t) : \2", neuron.equations)
    for name in names:  # What is trained is one value a neuron.
        equations = re.sub(
            rf"^(\s*{name} : .+?) \(shared, ", r"\1 (", equations, flags=re.MULTILINE
        )
    unit = brian2.Quantity(1.0, dim=brian2.get_dimensions(neuron.parameters[current]))
    clock = brian2.Clock(dt=dt * brian2.second)
    group = brian2.NeuronGroup(
        1,
        equations,
        threshold=neuron.threshold,
        reset=neuron.reset,
        refractory=neuron.refractory,
        method=neuron.method or ("exact", "euler"),
        clock=clock,
        name="cell",
    )
    values = {k: v for k, v in neuron.parameters.items() if k != current}
    for name, value in {**values, **neuron.initial}.items():
        setattr(group, name, value)
    table = {"stimulus": brian2.TimedArray(stimulus * unit, dt=dt * brian2.second)}
    return derive(brian2.Network(group), {"cell": tuple(names)}, namespace=table)
