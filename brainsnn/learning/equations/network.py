"""A Brian2 network, derived: what it does in NumPy, step by step, and its gradient back in time.

This is the reference: any connectivity, any delays, one array operation a statement. Arrays of
spikes have shape (steps, trials, neurons); those of synapses, one value each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brainsnn.errors import DataError
from brainsnn.learning.equations.parts import Array, Connection, Key, Population, Trace
from brainsnn.learning.equations.step import Step

__all__ = ["DerivedNetwork", "Key"]


class DerivedNetwork:
    """Populations and connections with their derived steps and effects.

    Parameters
    ----------
    populations, connections : dict
        By name.
    dt : float
        Seconds of a step.
    arrivals_first : bool
        Whether spikes arrive before the state update, not between threshold and reset.
    """

    def __init__(
        self,
        populations: dict[str, Population],
        connections: dict[str, Connection],
        dt: float,
        arrivals_first: bool,
    ) -> None:
        self.populations, self.connections = populations, connections
        self.dt, self.arrivals_first = dt, arrivals_first
        self.neurons = {k: p for k, p in populations.items() if p.step is not None}

    @property
    def trained(self) -> list[Key]:
        """All whose gradients are given."""
        neurons = [(k, n) for k, p in self.neurons.items() for n in _step(p).trained]
        synapses = [(k, n) for k, c in self.connections.items() for n in c.effect.trained]
        return neurons + synapses

    def values(self, key: Key) -> Array:
        """Values of something that is trained; writing into them changes the network."""
        owner, name = key
        place = self.connections if owner in self.connections else self.populations
        return place[owner].values[name]

    # -- forward -----------------------------------------------------------------------------

    def run(
        self, inputs: Mapping[str, Array], n_steps: int, seed: int = 0, n_trials: int | None = None
    ) -> Trace:
        """Run trials.

        Parameters
        ----------
        inputs : mapping of str to array, shape (n_steps, trials, neurons)
            Spikes (0 or 1) of every group that has no equations.
        n_steps : int
        seed : int, default 0
            Of the random numbers that the equations draw.
        n_trials : int, optional
            Where there are no inputs.

        Raises
        ------
        DataError
            If inputs are missing, or have another shape.
        """
        n_trials = self.check(inputs, n_steps, n_trials)
        shapes = {k: (n_steps, n_trials, p.size) for k, p in self.populations.items()}
        trace = Trace({k: np.zeros(shape) for k, shape in shapes.items()} | dict(inputs))
        drawn = self.draws(n_steps, n_trials, np.random.default_rng(seed))
        x = {k: _beginning(p, n_trials) for k, p in self.neurons.items()}
        for t in range(n_steps):
            trace.draws.append(
                {k: dict(zip(_draws(p), drawn[k][t], strict=True)) for k, p in self.neurons.items()}
            )
            if self.arrivals_first:
                self._arrive(trace, x, t)
            self._update(trace, x, t)
            if not self.arrivals_first:
                self._arrive(trace, x, t)
            self._reset(trace, x, t)
        return trace

    def check(self, inputs: Mapping[str, Array], n_steps: int, n_trials: int | None) -> int:
        """Number of trials of these inputs.

        Raises
        ------
        DataError
            If inputs are missing, or have another shape.
        """
        for name, population in self.populations.items():
            if population.step is not None:
                continue
            if name not in inputs:
                raise DataError(f"The spikes of {name!r} are missing.")
            given = np.shape(inputs[name])
            n_trials = given[1] if n_trials is None and len(given) == 3 else n_trials
            if given != (n_steps, n_trials, population.size):
                raise DataError(
                    f"The spikes of {name!r} have shape {given}; (steps, trials, neurons) is "
                    f"{(n_steps, n_trials, population.size)}."
                )
        return n_trials or 1

    def draws(self, n_steps: int, n_trials: int, rng: np.random.Generator) -> dict[str, Array]:
        """Random numbers that each population draws, shape (n_steps, draws, n_trials, neurons)."""
        found = {}
        for k, p in self.neurons.items():
            shape, names = (n_trials, p.size), _draws(p)
            found[k] = np.empty((n_steps, len(names), *shape))
            for n, name in enumerate(names):
                normal = "randn" in name
                drawn = rng.standard_normal if normal else rng.random
                found[k][:, n] = drawn((n_steps, *shape))
        return found

    def _update(self, trace: Trace, x: dict[str, dict[str, Array]], t: int) -> None:
        trace.begin.append({k: dict(v) for k, v in x.items()})
        for k, p in self.neurons.items():
            step = _step(p)
            found = step.forward_update(self._given(k, x[k], trace, t))
            shape = (trace.spikes[k].shape[1], p.size)
            x[k] = {n: np.broadcast_to(found[n], shape) for n in step.names}
            if step.spikes:
                trace.spikes[k][t] = found["_s"]
        trace.threshold.append({k: dict(v) for k, v in x.items()})

    def _arrive(self, trace: Trace, x: dict[str, dict[str, Array]], t: int) -> None:
        met: dict[str, dict[str, dict[str, Array]]] = {}
        trace.arrival.append(met)
        for name, c in self.connections.items():
            s = _arriving(trace.spikes[c.source], c, t)
            if s is None:
                continue
            met[name] = {k: dict(v) for k, v in x.items()}
            for state, amount in c.effect.forward(_read(c, met[name], self, t)).items():
                x[c.target][state] = _added(x[c.target][state], c.j, s * amount)

    def _reset(self, trace: Trace, x: dict[str, dict[str, Array]], t: int) -> None:
        trace.reset.append({k: dict(v) for k, v in x.items()})
        for k, p in self.neurons.items():
            step = _step(p)
            found = step.forward_reset(self._given(k, x[k], trace, t))
            shape = (trace.spikes[k].shape[1], p.size)
            x[k] = {n: np.broadcast_to(found[n], shape) for n in step.names}

    def _given(self, k: str, x: Mapping[str, Array], trace: Trace, t: int) -> dict[str, Any]:
        """Everything that the programs of a population may read in a step."""
        p, s = self.populations[k], trace.spikes[k][t]
        clock = {"t_in_timesteps": t, "t": t * self.dt, "i": np.arange(p.size), "N": p.size}
        return {**clock, **p.values, **x, **trace.draws[t][k], "_s": s, "_fires": s > 0.5}

    # -- backward ----------------------------------------------------------------------------

    def gradient(
        self,
        trace: Trace,
        by_spike: Mapping[str, Array] | None = None,
        by_state: Mapping[Key, Array] | None = None,
    ) -> dict[Key, Array]:
        """Gradient of a loss, back through time.

        Parameters
        ----------
        trace : Trace
            Of the forward pass.
        by_spike : mapping of str to array, shape (steps, trials, neurons)
            Derivative of the loss by each spike of a population.
        by_state : mapping of (population, state) to array, shape (steps, trials, neurons)
            Derivative by a state at the threshold.

        Returns
        -------
        dict of (owner, variable) to array
            For all that is trained, shaped as its values; and for the first value of every state,
            under ``(population, "<state>(0)")``, shape (trials, neurons).
        """
        backward = _Backward(self, trace, by_spike or {}, by_state or {})
        for t in range(len(trace.begin) - 1, -1, -1):
            backward.step(t)
        for k, bars in backward.x.items():
            backward.found |= {(k, f"{n}(0)"): bar for n, bar in bars.items()}
        return backward.found


class _Backward:
    """The derivatives by all states, as they go back in time."""

    def __init__(
        self,
        network: DerivedNetwork,
        trace: Trace,
        by_spike: Mapping[str, Array],
        by_state: Mapping[Key, Array],
    ) -> None:
        self.network, self.trace, self.by_state = network, trace, by_state
        self.s = {k: np.array(by_spike.get(k, np.zeros_like(v))) for k, v in trace.spikes.items()}
        self.x = {
            k: {n: np.zeros(trace.spikes[k].shape[1:]) for n in _step(p).states}
            for k, p in network.neurons.items()
        }
        self.found = {key: np.zeros(np.shape(network.values(key))) for key in network.trained}

    def step(self, t: int) -> None:
        """Go back through one step."""
        for k, p in self.network.neurons.items():
            self._population(k, _step(p).backward_reset, self.trace.reset[t][k], t)
        if not self.network.arrivals_first:
            self._arrivals(t)
        for k, p in self.network.neurons.items():
            for n in _step(p).states:
                if (k, n) in self.by_state:
                    self.x[k][n] = self.x[k][n] + self.by_state[k, n][t]
            self._population(k, _step(p).backward_update, self.trace.begin[t][k], t)
        if self.network.arrivals_first:
            self._arrivals(t)

    def _population(self, k: str, run: Any, state: Mapping[str, Array], t: int) -> None:
        step = _step(self.network.populations[k])
        given = self.network._given(k, state, self.trace, t)
        given |= {f"_after_{n}": self.x[k][n] for n in step.states} | {"_bar_s": self.s[k][t]}
        bars, shape = run(given), self.s[k][t].shape
        self.x[k] = {n: np.broadcast_to(bars[n], shape) for n in step.states}
        for n in step.trained:
            self._add((k, n), np.broadcast_to(bars[n], shape))
        if "_s" in bars:
            self.s[k][t] += bars["_s"]

    def _add(self, key: Key, bar: Array) -> None:
        """Sum over trials, and over all that share a value."""
        values = self.found[key]
        total = bar.sum(axis=0)
        values += total if values.ndim else total.sum()

    def _arrivals(self, t: int) -> None:
        for name, c in reversed(self.network.connections.items()):
            s = _arriving(self.trace.spikes[c.source], c, t)
            if s is None:
                continue
            given = _read(c, self.trace.arrival[t][name], self.network, t)
            amounts = c.effect.forward(given)
            arrived = {x: self.x[c.target][x][:, c.j] for x in c.effect.targets}
            back = sum(arrived[x] * amounts[x] for x in c.effect.targets)
            _send_back(self.s[c.source], c, t, np.broadcast_to(back, s.shape))
            given |= {f"_bar_effect_{x}": s * bar for x, bar in arrived.items()}
            bars = c.effect.backward(given)
            for n in c.effect.trained:
                self._add((name, n), np.broadcast_to(bars[n], s.shape))
            for n in c.effect.reads:
                self._read_back(c, n, np.broadcast_to(bars[n], s.shape))

    def _read_back(self, c: Connection, name: str, bar: Array) -> None:
        """Add to the derivative by a state or a parameter that arriving spikes read."""
        bare, side = name.rsplit("_", 1)
        owner, index = (c.target, c.j) if side == "post" else (c.source, c.i)
        if bare in self.x.get(owner, {}):
            self.x[owner][bare] = _added(self.x[owner][bare], index, bar)
        elif (owner, bare) in self.found:
            total = self.found[owner, bare]
            np.add.at(
                total, index if total.ndim else (), bar.sum(axis=0) if total.ndim else bar.sum()
            )


def _added(values: Array, index: Array, amounts: Array) -> Array:
    """Values of each trial, with amounts added where an index says, repeatedly where it repeats."""
    total = np.array(values, float)
    np.add.at(total, (slice(None), index), amounts)  # type: ignore[arg-type]
    return total


def _step(population: Population) -> Step:
    assert population.step is not None
    return population.step


def _beginning(p: Population, n_trials: int) -> dict[str, Array]:
    return {n: np.broadcast_to(p.start[n], (n_trials, p.size)) for n in _step(p).names}


def _draws(p: Population) -> tuple[str, ...]:
    """Names of the random numbers of a step; each draw of the code has its own."""
    return (*_step(p).update.draws, *_step(p).reset.draws)


def _arriving(spikes: Array, c: Connection, t: int) -> Array | None:
    """Spikes that reach each synapse in a step, shape (trials, synapses); None if none can."""
    then = t - c.lag
    if not (then >= 0).any():
        return None
    arrived: Array = np.where(then >= 0, spikes[np.maximum(then, 0), :, c.i].T, 0.0)
    return arrived


def _send_back(bars: Array, c: Connection, t: int, back: Array) -> None:
    """Add to the derivatives by the spikes that arrived."""
    then = t - c.lag
    came = then >= 0
    trials = np.arange(bars.shape[1])[:, None]
    np.add.at(bars, (then[came][None], trials, c.i[came][None]), back[:, came])


def _read(
    c: Connection, x: Mapping[str, Mapping[str, Array]], network: DerivedNetwork, t: int
) -> dict[str, Any]:
    """Everything that an effect may read, shaped (trials, synapses) or for all alike."""
    given: dict[str, Any] = {**c.values, "t": t * network.dt, "t_in_timesteps": t}
    for name in c.effect.forward.reads | c.effect.backward.reads:
        bare, _, side = name.rpartition("_")
        if side not in ("pre", "post") or name in given or name.startswith("_"):
            continue
        owner, index = (c.target, c.j) if side == "post" else (c.source, c.i)
        known: Iterable[Mapping[str, Any]] = (x.get(owner, {}), network.populations[owner].values)
        value = next(table[bare] for table in known if bare in table)
        given[name] = value[..., index] if np.ndim(value) else value
    return given
