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
from brainsnn.indices import size
from brainsnn.learning.equations import derive
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.network.constants import constant
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
        If stimulus and target are no finite columns of one length, or bounds, starts or the step
        are impossible, or no start has a finite trace.
    ModelError
        If a parameter, the current or the variable is none of the neuron's.
    """
    given, wanted = _columns(stimulus, target)
    starts, iterations = size("Starts", starts, 1), size("Iterations", iterations, 1)
    if not (isinstance(dt, float | int) or brian2.have_same_dimensions(dt, brian2.second)):
        raise DataError(f"A step is a time, not {dt}.")
    dt = float(np.asarray(dt))
    if not 0 < dt < np.inf:
        raise DataError(f"Steps are above 0 s: {dt} s.")
    low, high = _limits(neuron, bounds)
    derived = _derived(neuron, given, list(bounds), dt, current)
    step = derived.neurons["cell"].step
    states = step.states if step is not None else ()
    if variable not in states:
        raise ModelError(f"Neuron {neuron.name!r} has no state {variable!r}: {', '.join(states)}.")
    loss = _TraceLoss(derived, list(bounds), wanted, variable, low, high - low)
    rng = Streams(seed)["fit"]
    rows = [loss.descent(rng.random(low.size), iterations) for _ in range(starts)]
    finite = [row for row in rows if np.isfinite(row["error"])]
    if not finite:
        raise DataError("No start has a finite trace: the equations overflow within the bounds.")
    best = min(finite, key=lambda row: row["error"])
    return Fit({name: best[name] for name in bounds}, best["error"], pd.DataFrame(rows))


@dataclass
class _TraceLoss:
    """Mean squared distance of a state from a trace, by parameters as shares of their range."""

    derived: DerivedNetwork
    names: list[str]
    wanted: FloatArray
    variable: str
    low: FloatArray
    width: FloatArray
    simulations: int = 0

    @property
    def scale(self) -> float:
        """By which distances are divided, so that the optimiser's tolerances fit any unit."""
        return float(np.std(self.wanted)) or 1.0

    def descent(self, first: FloatArray, iterations: int) -> dict[str, float]:
        """The row of one start: where it ended, how far from the trace, after how many runs."""
        self.simulations = 0
        done = minimize(
            self,
            first,
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, 1.0)] * first.size,
            options={"maxiter": iterations, "ftol": 1e-15, "gtol": 1e-10},
        )
        values = dict(zip(self.names, self.low + done.x * self.width, strict=True))
        return values | {
            "error": float(done.fun) * self.scale**2,
            "simulations": self.simulations,
        }

    def __call__(self, share: FloatArray) -> tuple[float, FloatArray]:
        """The loss, in units of the trace's variance, and its gradient."""
        self.simulations += 1
        keys = [("cell", name) for name in self.names]
        for key, value in zip(keys, self.low + share * self.width, strict=True):
            self.derived.values(key)[...] = value
        trace = self.derived.run({}, self.wanted.size, n_trials=1)
        found = np.array([state["cell"][self.variable] for state in trace.threshold]).reshape(-1)
        apart = (found - self.wanted) / self.scale
        weight = (2 * apart / (apart.size * self.scale)).reshape(-1, 1, 1)
        gradient = self.derived.gradient(trace, {}, {("cell", self.variable): weight})
        slope = np.array([float(np.sum(gradient[key])) for key in keys])
        return float(np.mean(apart**2)), slope * self.width


def _columns(stimulus: ArrayLike, target: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Stimulus and target as finite columns of one length."""
    given, wanted = (np.asarray(x, np.float64) for x in (stimulus, target))
    if given.ndim != 1 or given.shape != wanted.shape or not given.size:
        raise DataError(f"Stimulus and target are columns, got {given.shape} and {wanted.shape}.")
    if not (np.isfinite(given).all() and np.isfinite(wanted).all()):
        raise DataError("Stimulus and target must be finite.")
    return given, wanted


def _limits(neuron: Neuron, bounds: Mapping[str, tuple[Any, Any]]) -> tuple[FloatArray, FloatArray]:
    unknown = [name for name in bounds if name not in neuron.parameters]
    if unknown or not bounds:
        raise ModelError(
            f"Neuron {neuron.name!r} has no parameter {', '.join(unknown) or 'to fit'}."
        )
    for name, pair in bounds.items():
        if np.shape(pair) != (2,):
            raise DataError(f"The bounds of {name!r} are a pair of values, not {pair!r}.")
        own = brian2.get_dimensions(_number(neuron.parameters[name]))
        for value in pair:
            if isinstance(value, brian2.Quantity) and brian2.get_dimensions(value) != own:
                raise DataError(f"The bound {value} of {name!r} has another unit than {name!r}.")
    pairs = np.array([[float(np.asarray(x)) for x in pair] for pair in bounds.values()])
    if not (np.isfinite(pairs).all() and (pairs[:, 0] < pairs[:, 1]).all()):
        raise DataError("Bounds are finite pairs of a smaller and a larger value.")
    return pairs[:, 0], pairs[:, 1]


def _number(value: Any) -> Any:
    """A parameter's value, whether given as such or as text; 1 if its text is no constant."""
    found = constant(value) if isinstance(value, str) else value
    return 1.0 if found is None else found


def _derived(
    neuron: Neuron, stimulus: FloatArray, names: list[str], dt: float, current: str
) -> DerivedNetwork:
    """The neuron under the stimulus, derived by the parameters."""
    line = re.compile(
        rf"^(\s*){re.escape(current)}\s*:\s*([^(#\n]+?)\s*(?:\([^)\n]*\))?\s*(?:#.*)?$",
        re.MULTILINE,
    )
    found = line.search(neuron.equations)
    if found is None:
        raise ModelError(f"Neuron {neuron.name!r} has no parameter {current!r} for the stimulus.")
    equations = line.sub(rf"\1{current} = stimulus(t) : \2", neuron.equations)
    for name in names:  # What is trained is one value a neuron.
        equations = re.sub(
            rf"^(\s*{name}\s*:.+?\(.*?)\bshared\b\s*,\s*", r"\1", equations, flags=re.MULTILINE
        )
    dimension = brian2.get_dimensions(_number(neuron.parameters[current]))
    unit = brian2.Quantity(1.0, dim=dimension)
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
