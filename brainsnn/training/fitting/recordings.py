"""Parameters of a neuron fitted to a recording, by gradients derived from its equations."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

import math
from collections.abc import Mapping
from typing import Any, Literal

import brian2
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError, ModelError
from brainsnn.indices import size
from brainsnn.learning.equations import Spike
from brainsnn.learning.losses.spike_train import SpikeTrainLoss
from brainsnn.network.constants import constant
from brainsnn.network.neurons import Neuron
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams
from brainsnn.training.fitting.neuron import Recorded, derived_neuron
from brainsnn.training.fitting.result import Fit
from brainsnn.training.fitting.search import Search
from brainsnn.training.fitting.targets import SpikeTarget, Target, TraceTarget, TrainTarget

Floats = NDArray[np.float64]

LONG = 2000
"""Steps from which on runs are compiled, where nothing is said."""


def fit(
    neuron: Neuron,
    stimulus: ArrayLike,
    target: ArrayLike,
    bounds: Mapping[str, tuple[Any, Any]],
    *,
    dt: float,
    to: Literal["trace", "spikes", "likelihood"] = "trace",
    spikes: ArrayLike | None = None,
    leave_out: float = 0.0,
    pull: float = 0.0,
    escape: str = "",
    tau: float = 0.01,
    spike: Spike | None = None,
    current: str = "I_ext",
    variable: str = "v",
    optimiser: Literal["lbfgs", "adam"] | None = None,
    learning_rate: float = 0.03,
    starts: int = 3,
    iterations: int = 100,
    seed: int = 0,
    compiled: bool | None = None,
) -> Fit:
    r"""Fit parameters to a recorded trace or to recorded spikes.

    ``to="trace"`` is least squares on a state. Through spikes of the neuron's own, the gradient is
    a surrogate; with recorded `spikes`, these reset the neuron, and it is exact. A neuron whose
    spikes are a matter of its channels is led by `pull` first, and then let go.

    ``to="spikes"`` takes the distance of van Rossum (2001) between the neuron's own spikes and
    those recorded, with the surrogate gradient of `spike`.

    ``to="likelihood"`` takes `escape` as the rate of spikes, in place of the threshold, and resets
    the neuron by the recorded spikes: a step without one has probability
    :math:`e^{-\rho\,dt}`, the gradient is exact.

    Parameters
    ----------
    neuron : Neuron
        Whose equations have `current` as a parameter; the stimulus takes its place.
    stimulus : array of float, shape (n_steps,)
        In the current's SI unit.
    target : array of float
        A trace: the variable at the end of each step, before any reset, in its SI unit, shape
        (n_steps,). Spikes: their times in seconds, each in the step that begins with it.
    bounds : mapping of str to (low, high)
        Parameters to fit, with quantities or numbers in SI units between which they lie.
    dt : float
        Seconds of a step.
    to : {"trace", "spikes", "likelihood"}, default "trace"
    spikes : array of float, optional
        Times of spikes beside a trace, which reset the neuron.
    leave_out : float, default 0
        Seconds on both sides of these that do not count.
    pull : float, default 0
        Rate at which a trace pulls the variable before it is let go, in 1/s.
    escape : str
        Brian2 expression of a rate, such as ``"exp((v - theta)/delta)*100*Hz"``.
    tau : float, default 0.01
        Time constant of the kernel of spikes, in seconds.
    spike : Spike, optional
        Slope of spikes; by default a triangle as wide as a spike train's potentials.
    current, variable : str, default "I_ext" and "v"
    optimiser : {"lbfgs", "adam"}, optional
        By default Adam for spikes, scipy's L-BFGS-B for all else.
    learning_rate : float, default 0.03
        Of Adam, in shares of the ranges; it falls to 0.
    starts : int, default 3
        First values, drawn evenly within the bounds from the stream ``fit`` of `seed`.
    iterations : int, default 100
        Of each start, at most.
    seed : int, default 0
    compiled : bool, optional
        Whether runs are generated C++; by default from 2000 steps on.

    Returns
    -------
    Fit

    Raises
    ------
    DataError
        If columns, times, bounds, starts or numbers are impossible, or no start has a finite loss.
    ModelError
        If a parameter, the current or the variable is none of the neuron's.
    """
    step, given = _step(dt), _column("The stimulus", stimulus)
    starts, iterations = size("Starts", starts, 1), size("Iterations", iterations, 1)
    low, high = _limits(neuron, bounds)
    _check_settings(to, optimiser, escape, leave_out=leave_out, pull=pull)
    wanted, recorded = _read(
        to, given, target, spikes, step, current, variable, leave_out, pull, escape, tau
    )
    names = tuple(bounds)
    slope = spike or Spike("triangle", 0.01)
    derived = derived_neuron(neuron, recorded, names, slope)
    runs_compiled = given.size >= LONG if compiled is None else compiled
    search = Search(derived, wanted, names, low, high - low, runs_compiled, learning_rate)
    how = optimiser or ("adam" if to == "spikes" else "lbfgs")
    rng, pulls = Streams(seed)["fit"], [pull, 0.0] if pull else [0.0]
    rows = [search.descend(rng.random(low.size), how, iterations, pulls) for _ in range(starts)]
    return _best(search, rows, names)


def _best(search: Search, rows: list[dict[str, float]], names: tuple[str, ...]) -> Fit:
    """The best of the starts, with the deviations of its values."""
    finite = [row for row in rows if math.isfinite(row["error"])]
    if not finite:
        raise DataError("No start has a finite loss: the equations overflow within the bounds.")
    best, search.simulations = min(finite, key=lambda row: row["error"]), 0
    found = search.deviations(np.array([best[name] for name in names]))
    table = pd.DataFrame(rows)
    total = int(table["simulations"].sum()) + search.simulations
    deviations = dict(zip(names, found.tolist(), strict=True))
    return Fit({name: best[name] for name in names}, deviations, best["error"], table, total)


def _read(
    to: str,
    stimulus: Floats,
    target: ArrayLike,
    spikes: ArrayLike | None,
    dt: float,
    current: str,
    variable: str,
    leave_out: float,
    pull: float,
    escape: str,
    tau: float,
) -> tuple[Target, Recorded]:
    """What is fitted to, and what the neuron is given of it."""
    n = stimulus.size
    if to == "trace":
        trace = _column("The target", target, n)
        hits = None if spikes is None else _hits("spikes", spikes, n, dt)
        counted = np.ones(n)
        for k in np.flatnonzero(hits) if hits is not None else ():
            width = round(leave_out / dt)
            counted[max(k - width, 0) : k + width + 1] = 0
        if not counted.any():
            raise DataError("Nothing of the trace counts: leave out less.")
        recorded = Recorded(stimulus, current, dt, hits, trace if pull else None, variable)
        return TraceTarget(trace, counted, variable), recorded
    hits = _hits("target", target, n, dt)
    if to == "spikes":
        loss = SpikeTrainLoss(math.exp(-dt / tau), beyond=n)
        trains = SpikeTrains.from_raster(hits.reshape(1, n, 1) > 0)
        return TrainTarget(trains, loss, variable), Recorded(stimulus, current, dt)
    more = Recorded(
        np.append(stimulus, stimulus[-1]),
        current,
        dt,
        np.append(hits, 0.0),
        variable=variable,
        escape=escape,
    )
    return SpikeTarget(n), more


def _step(dt: Any) -> float:
    """Seconds of a step."""
    if not (isinstance(dt, float | int) or brian2.have_same_dimensions(dt, brian2.second)):
        raise DataError(f"A step is a time, not {dt}.")
    found = float(np.asarray(dt))
    if not 0 < found < np.inf:
        raise DataError(f"Steps are above 0 s: {found} s.")
    return found


def _check_settings(to: str, optimiser: str | None, escape: str, **above: float) -> None:
    if to not in ("trace", "spikes", "likelihood"):
        raise DataError(f"A fit is to 'trace', 'spikes' or 'likelihood', not {to!r}.")
    if optimiser not in (None, "lbfgs", "adam"):
        raise DataError(f"Optimisers of a fit are 'lbfgs' and 'adam', not {optimiser!r}.")
    if (to == "likelihood") != bool(escape):
        raise DataError("A rate of escape belongs to a likelihood, and a likelihood needs one.")
    for name, value in above.items():
        if not 0 <= value < np.inf:
            raise DataError(f"{name} is 0 or more, got {value}.")


def _column(what: str, given: ArrayLike, length: int | None = None) -> Floats:
    """A finite column, of a length."""
    found = np.asarray(given, np.float64)
    if found.ndim != 1 or not found.size or length not in (None, found.size):
        raise DataError(f"{what} is a column of {length or 'numbers'}, got shape {found.shape}.")
    if not np.isfinite(found).all():
        raise DataError(f"{what} must be finite.")
    return found


def _hits(what: str, times: ArrayLike, n_steps: int, dt: float) -> Floats:
    """Steps of spikes as 0 and 1."""
    found = np.asarray(times, np.float64)
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise DataError(f"Times of {what} are a column of seconds, at least one.")
    steps = np.floor(found / dt + 1e-6).astype(np.int64)
    if steps.min() < 0 or steps.max() >= n_steps:
        raise DataError(f"Times of {what} lie within {n_steps * dt:g} s.")
    if np.unique(steps).size != steps.size:
        raise DataError(f"Two of {what} lie within one step of {dt:g} s.")
    hits = np.zeros(n_steps)
    hits[steps] = 1
    return hits


def _limits(neuron: Neuron, bounds: Mapping[str, tuple[Any, Any]]) -> tuple[Floats, Floats]:
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
