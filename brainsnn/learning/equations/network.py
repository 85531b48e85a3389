"""A Brian2 network, derived: what it does in NumPy, step by step, and its gradient back in time.

This is the reference: any connectivity, any delays, one array operation a statement. Arrays of
spikes have shape (steps, trials, neurons); those of synapses, one value each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brainsnn.errors import DataError
from brainsnn.indices import size
from brainsnn.learning.equations.backward import Backward
from brainsnn.learning.equations.order import Piece
from brainsnn.learning.equations.parts import (
    Array,
    Connection,
    Key,
    Moment,
    Population,
    State,
    Trace,
)
from brainsnn.learning.equations.synapses.arrivals import added, arriving

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
    pieces : list of Piece
        What is done in a step, in its order.
    """

    def __init__(
        self,
        populations: dict[str, Population],
        connections: dict[str, Connection],
        dt: float,
        arrivals_first: bool,
        pieces: list[Piece],
    ) -> None:
        self.populations, self.connections = populations, connections
        self.dt, self.arrivals_first, self.pieces = dt, arrivals_first, pieces
        self.neurons = {k: p for k, p in populations.items() if p.step is not None}

    @property
    def trained(self) -> list[Key]:
        """All whose gradients are given."""
        neurons = [(k, n) for k, p in self.neurons.items() for n in p.derived.trained]
        first = [(k, n) for k, p in self.neurons.items() for n in p.derived.trained_first]
        return neurons + first + [(k, n) for k, c in self.connections.items() for n in c.trained]

    def values(self, key: Key) -> Array:
        """Values of something that is trained; writing into them changes the network.

        Those of a state are what it is before the first step.
        """
        owner, name = key
        place = self.connections if owner in self.connections else self.populations
        found = place[owner]
        return found.start[name] if name in found.start else found.values[name]

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
        x = self._beginning(n_trials)
        for t in range(n_steps):
            trace.draws.append(
                {k: dict(zip(p.draws, drawn[k][t], strict=True)) for k, p in self.neurons.items()}
            )
            trace.begin.append(_copied(x))
            trace.threshold.append({})
            trace.before.append([])
            for piece in self.pieces:
                trace.before[t].append(_copied(x))
                if piece.kind == "synapses":
                    moment = self.connections[piece.owner].moments[piece.moment]
                    self._synapses(trace, x, t, piece.owner, moment)
                else:
                    self._population(trace, x, t, piece)
            trace.threshold[t] |= {k: dict(x[k]) for k, c in self.connections.items() if c.start}
        return trace

    def _beginning(self, n_trials: int) -> State:
        owners: dict[str, Any] = {**self.neurons, **self.connections}
        sizes = {k: p.size for k, p in self.neurons.items()}
        sizes |= {k: c.i.size for k, c in self.connections.items()}
        return {
            k: {n: np.broadcast_to(v, (n_trials, sizes[k])) for n, v in owner.start.items()}
            for k, owner in owners.items()
        }

    def check(self, inputs: Mapping[str, Array], n_steps: int, n_trials: int | None) -> int:
        """Number of trials of these inputs.

        Raises
        ------
        DataError
            If inputs are missing, not wanted, of another shape, or neither 0 nor 1.
        """
        size("The number of steps", n_steps, 1)
        sources = {name: p.size for name, p in self.populations.items() if p.step is None}
        for name in sources:
            if name not in inputs:
                raise DataError(f"The spikes of {name!r} are missing.")
        for name, values in inputs.items():
            if name not in sources:
                known = ", ".join(sources) or "none"
                raise DataError(f"{name!r} takes no spikes from outside; what does: {known}.")
            given = np.shape(values)
            n_trials = given[1] if n_trials is None and len(given) == 3 else n_trials
            if given != (n_steps, n_trials, sources[name]):
                raise DataError(
                    f"The spikes of {name!r} have shape {given}; (steps, trials, neurons) is "
                    f"{(n_steps, n_trials, sources[name])}."
                )
            if not np.logical_or(np.equal(values, 0), np.equal(values, 1)).all():
                raise DataError(f"The spikes of {name!r} are not all 0 or 1.")
        return size("The number of trials", 1 if n_trials is None else n_trials)

    def draws(self, n_steps: int, n_trials: int, rng: np.random.Generator) -> dict[str, Array]:
        """Random numbers that each population draws, shape (n_steps, draws, n_trials, neurons)."""
        found = {}
        for k, p in self.neurons.items():
            shape, names = (n_trials, p.size), p.draws
            found[k] = np.empty((n_steps, len(names), *shape))
            for n, name in enumerate(names):
                normal = "randn" in name
                drawn = rng.standard_normal if normal else rng.random
                found[k][:, n] = drawn((n_steps, *shape))
        return found

    def _population(self, trace: Trace, x: State, t: int, piece: Piece) -> None:
        k, p = piece.owner, self.populations[piece.owner]
        step = p.derived
        run = step.forward_update if piece.kind == "update" else step.forward_reset
        found = run(self.given(k, x, trace, t))
        shape = (trace.spikes[k].shape[1], p.size)
        x[k] = {n: np.broadcast_to(found[n], shape) for n in step.names}
        if piece.kind == "update":
            trace.threshold[t][k] = dict(x[k])
            if step.spikes:
                trace.spikes[k][t] = found["_s"]

    def _synapses(self, trace: Trace, x: State, t: int, name: str, moment: Moment) -> None:
        c = self.connections[name]
        s = arriving(trace, c, moment, t)
        if s is None:
            return
        found = moment.effect.forward(self.read(name, moment, x, t) | {"_s": s, "_fires": s > 0.5})
        for n in moment.effect.states:
            x[name][n] = np.broadcast_to(found[n], np.shape(x[name][n]))
        for target in moment.effect.targets:
            owner, bare, index = c.side(target)
            flat = bare in self.populations[owner].derived.discrete
            share = s > 0.5 if flat else s  # a count counts whole spikes, smooth or not
            amounts = np.broadcast_to(
                share * found[target], (trace.spikes[owner].shape[1], c.i.size)
            )
            kept = np.array(x[owner][bare], float)
            if moment.kind == "sum":
                kept[:, moment.span] = 0
            x[owner][bare] = added(kept, index, amounts)

    def given(self, k: str, x: State, trace: Trace, t: int) -> dict[str, Any]:
        """Everything that the programs of a population may read in a step."""
        p, s = self.populations[k], trace.spikes[k][t]
        clock = {"t_in_timesteps": t, "t": t * self.dt, "i": np.arange(p.size), "N": p.size}
        linked = {}
        for name, link in p.links.items():
            there = x.get(link.owner, {}).get(link.variable)
            value = self.populations[link.owner].values[link.variable] if there is None else there
            linked[name] = value[..., link.index] if np.ndim(value) else value
        own = {**clock, **p.values, **x[k], **linked, **trace.draws[t][k]}
        return own | {"_s": s, "_fires": s > 0.5}

    def read(self, name: str, moment: Moment, x: State, t: int) -> dict[str, Any]:
        """Everything that an effect may read, shaped (trials, synapses) or for all alike."""
        c = self.connections[name]
        given: dict[str, Any] = {**c.values, **x[name], "t": t * self.dt, "t_in_timesteps": t}
        for wanted in moment.effect.reads:
            owner, bare, index = c.side(wanted)
            there = x.get(owner, {}).get(bare)
            value = self.populations[owner].values[bare] if there is None else there
            given[wanted] = value[..., index] if np.ndim(value) else value
        return given

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
        by_state : mapping of (owner, state) to array, shape (steps, trials, neurons or synapses)
            Derivative by a state of neurons at their threshold, of synapses at a step's end.

        Returns
        -------
        dict of (owner, variable) to array
            For all that is trained, shaped as its values; and for the first value of every state,
            under ``(owner, "<state>(0)")``, shape (trials, neurons or synapses).
        """
        backward = Backward(self, trace, by_spike or {}, by_state or {})
        for t in range(len(trace.begin) - 1, -1, -1):
            backward.step(t)
        return backward.result()


def _copied(x: State) -> State:
    return {k: dict(v) for k, v in x.items()}
