r"""Gradients forward in time: eligibility traces and learning signals (Bellec et al. 2020).

The trace of a synapse from i to j is what a small change of its weight has changed in the states of
neuron j, along the neuron's own path alone: with h, M and R of its step
(`brainsnn.learning.equations.eprop.population`) and a the derivative of what a spike adds,

.. math::
    \epsilon \leftarrow \epsilon + a\,s_i, \qquad e = h \cdot \epsilon, \qquad
    \epsilon \leftarrow M \epsilon, \qquad
    \frac{\mathrm{d}E}{\mathrm{d}w_{ij}} = \sum_t L_j[t]\,\bar e[t]

where :math:`\bar e` is e, filtered as the readout filters spikes, and
:math:`L_j = \sum_k B_{jk}\,\partial E / \partial y_k[t]`, with the readout's weights in the place
of B (symmetric) or others (random). Paths through other neurons are left out; nothing else is.
Memory does not grow with the length of a trial, but for its spikes and what is read of the output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from brainsnn.errors import DataError, DerivationError
from brainsnn.learning.equations.eprop.forward import Array, Met, along, check_plain
from brainsnn.learning.equations.eprop.kernel import advance
from brainsnn.learning.equations.eprop.population import StepJacobian
from brainsnn.learning.equations.eprop.readout import readout_of
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Connection, Key

STEPS = 32
"""Steps whose maps are kept at once."""


@dataclass
class _Maps:
    """Maps of a population for some steps."""

    slopes: Array
    maps: Array
    resets: Array


@dataclass
class _Path:
    """A connection whose weights are learned, and its traces."""

    name: str
    variable: str
    connection: Connection
    added: Array
    traces: Array = field(repr=False)
    filtered: Array = field(repr=False)
    gradient: Array = field(repr=False)


class ForwardGradient:
    """The e-prop gradient of a derived network (module docstring).

    Parameters
    ----------
    network : DerivedNetwork
        What is trained are variables of synapses.
    read : (str, str)
        The readout and its state.

    Raises
    ------
    DerivationError
        If something else is trained, the readout is none (`readout_of`), a trained connection's
        target has no way to it, or spikes reach it later on some synapses than on others.
    """

    def __init__(self, network: DerivedNetwork, read: Key) -> None:
        check_plain(network)
        self.network, self.readout = network, readout_of(network, read)
        self._jacobians = {
            k: StepJacobian(p.step) for k, p in network.neurons.items() if p.step is not None
        }
        for k, p in network.neurons.items():
            if p.links:
                raise DerivationError(
                    f"{k}: {next(iter(p.links))!r} is linked to a variable of another group; "
                    "eligibility traces do not follow it."
                )
        for owner, name in network.trained:
            if owner not in network.connections:
                raise DerivationError(
                    f"{owner}.{name}: eligibility traces are those of synapses; parameters of "
                    "neurons are not followed forward in time."
                )
        self.ways = {c.source: n for n, c in network.connections.items() if self._reads(c)}
        for owner, _ in network.trained:
            self._check(owner)

    def _reads(self, c: Connection) -> bool:
        """Whether a connection leads from spiking neurons to the readout."""
        return c.target == self.readout.population and c.source in self._jacobians

    def _check(self, name: str) -> None:
        target = self.network.connections[name].target
        if target == self.readout.population:
            return
        if target not in self.ways:
            raise DerivationError(
                f"{name}: {target!r} has no connection to {self.readout.population!r}, so there is "
                "no learning signal for it."
            )
        way = self.network.connections[self.ways[target]]
        if np.unique(way.lag).size > 1 or len(way.effect.targets) > 1:
            raise DerivationError(
                f"{self.ways[target]}: it leads to the readout with several delays or into several "
                "states; a learning signal needs one."
            )

    def feedback(self, population: str) -> Array:
        """Weights of a population's way to the readout, shape (neurons, outputs): symmetric B."""
        way = self.network.connections[self.ways[population]]
        sizes = (self.network.populations[n].size for n in (way.source, way.target))
        found = np.zeros(tuple(sizes))
        (state,) = way.effect.targets
        amount = way.effect.forward(way.values)[state]
        np.add.at(found, (way.i, way.j), np.broadcast_to(amount, way.i.shape))
        return found

    def gradient(
        self,
        spikes: Mapping[str, Array],
        by_output: Array,
        by_spike: Mapping[str, Array] | None = None,
        feedback: Mapping[str, Array] | None = None,
    ) -> dict[Key, Array]:
        """Gradient of a loss of trials that are known by their spikes.

        Parameters
        ----------
        spikes : mapping of str to array, shape (n_steps, trials, neurons)
            0 or 1, of all populations but the readout.
        by_output : array, shape (n_steps, trials, outputs)
            Derivative of the loss by the readout's state at each step.
        by_spike : mapping of str to array, shape (n_steps, trials, neurons)
            Derivative of the loss by the spikes themselves, as a regulariser of rates has it.
        feedback : mapping of str to array, shape (neurons, outputs)
            B of hidden populations; by default the weights of their way to the readout.

        Returns
        -------
        dict of (connection, variable) to array, shape (synapses,)

        Raises
        ------
        DataError
            If an array is missing, or has another shape.
        """
        self._check_shapes(spikes, by_output, by_spike or {}, feedback or {})
        n_steps, n_trials, _ = by_output.shape
        out = self.readout.population
        spikes = {**spikes, out: np.zeros_like(by_output)}
        paths = [self._path(owner, name, n_trials) for owner, name in self.network.trained]
        targets = {p.connection.target for p in paths} - {out}
        signals = {k: self._signal(k, by_output, feedback or {}) for k in targets}
        signals[out] = np.zeros((n_steps, n_trials, 0))
        direct = {k: np.zeros(spikes[k].shape) for k in targets} | dict(by_spike or {})
        direct[out] = by_output
        narrow = {k: np.ascontiguousarray(v, np.uint8) for k, v in spikes.items()}
        steps, begin = along(self.network, spikes, n_steps), 0
        while begin < n_steps:
            end = min(begin + STEPS, n_steps)
            maps = self._maps([next(steps) for _ in range(begin, end)], targets, n_trials)
            maps[out] = self._of_readout(end - begin, n_trials)
            for path in paths:
                k = path.connection.target
                now = (signals[k][begin:end], direct[k][begin:end])
                self._advance(path, narrow, maps[k], begin, *now)
            begin = end
        return {(p.name, p.variable): p.gradient for p in paths}

    def _check_shapes(
        self,
        spikes: Mapping[str, Array],
        by_output: Array,
        by_spike: Mapping[str, Array],
        feedback: Mapping[str, Array],
    ) -> None:
        """Refuse arrays of other steps, trials or neurons."""
        sizes = {k: p.size for k, p in self.network.populations.items()}
        out, shape = self.readout.population, np.shape(by_output)
        if len(shape) != 3 or shape[2] != sizes[out]:
            raise DataError(
                f"Derivatives by {out!r} have shape {shape}; needed is (steps, trials, "
                f"{sizes[out]})."
            )
        wanted: dict[tuple[str, str], tuple[int, ...]] = {
            ("The spikes of", k): (*shape[:2], n) for k, n in sizes.items() if k != out
        }
        given = {("The spikes of", k): np.shape(spikes[k]) for k in spikes if k != out}
        for k in by_spike:
            wanted["Derivatives by the spikes of", k] = (*shape[:2], sizes.get(k, 0))
            given["Derivatives by the spikes of", k] = np.shape(by_spike[k])
        for k in feedback:
            wanted["Feedback to", k] = (sizes.get(k, 0), sizes[out])
            given["Feedback to", k] = np.shape(feedback[k])
        for (what, k), expected in wanted.items():
            if given.get((what, k)) != expected:
                raise DataError(
                    f"{what} {k!r} have shape {given.get((what, k))}; needed is {expected}."
                )

    def _signal(self, k: str, by_output: Array, feedback: Mapping[str, Array]) -> Array:
        """Learning signal of a population, moved to the step in which its spikes set out."""
        lag = int(self.network.connections[self.ways[k]].lag[0])
        weights = feedback.get(k)
        signal = by_output @ (self.feedback(k) if weights is None else weights).T
        moved: Array = np.zeros_like(signal)
        moved[: len(signal) - lag] = signal[lag:]
        return moved

    def _path(self, owner: str, name: str, n_trials: int) -> _Path:
        c = self.network.connections[owner]
        states = self._jacobians[c.target].step.states
        added, n = np.zeros((len(states), c.i.size)), c.i.size
        for x in c.effect.targets:
            bars = {f"_bar_effect_{y}": float(y == x) for y in c.effect.targets}
            mine = states.index(x.removesuffix("_post"))
            added[mine] = c.effect.backward({**c.values, **bars})[name]
        filtered = np.zeros((n_trials, len(self.readout.states), n))
        return _Path(
            owner, name, c, added, np.zeros((n_trials, len(states), n)), filtered, np.zeros(n)
        )

    def _maps(self, met: list[dict[str, Met]], names: set[str], n_trials: int) -> dict[str, _Maps]:
        found = {}
        for k in names:
            jacobian = self._jacobians[k]
            n, shape = len(jacobian.step.states), (n_trials, self.network.populations[k].size)
            maps = _Maps(
                np.empty((len(met), n, *shape)),
                np.empty((len(met), n, n, *shape)),
                np.empty((len(met), n, n, *shape)),
            )
            for t, now in enumerate(met):
                mine = (maps.slopes[t], maps.maps[t], maps.resets[t])
                jacobian.at(now[k].begin, now[k].threshold, shape, mine)
            found[k] = maps
        return found

    def _of_readout(self, n_steps: int, n_trials: int) -> _Maps:
        """Maps of the readout: what is read stands in the place of the spike."""
        kept, read = self.readout.kept, self.readout.states.index(self.readout.state)
        shape = (n_steps, n_trials, self.network.populations[self.readout.population].size)
        whole, same = (
            np.broadcast_to(m[None, :, :, None, None], (n_steps, *m.shape, *shape[1:]))
            for m in (kept, np.eye(len(kept)))
        )
        slopes = np.broadcast_to(kept[read][None, :, None, None], (n_steps, len(kept), *shape[1:]))
        return _Maps(slopes, whole, same)

    def _advance(
        self,
        path: _Path,
        spikes: Mapping[str, Array],
        maps: _Maps,
        begin: int,
        signal: Array,
        direct: Array,
    ) -> None:
        c, entry = path.connection, 0
        if signal.shape[2]:
            (state,) = self.network.connections[self.ways[c.target]].effect.to_post
            entry = self.readout.states.index(state)
        advance(
            begin,
            spikes[c.source],
            np.ascontiguousarray(c.i, np.int64),
            np.ascontiguousarray(c.j, np.int64),
            np.ascontiguousarray(c.lag, np.int64),
            path.added,
            self.network.arrivals_first,
            np.ascontiguousarray(np.moveaxis(maps.slopes, 2, 1)),
            np.ascontiguousarray(np.moveaxis(maps.maps, 3, 1)),
            np.ascontiguousarray(np.moveaxis(maps.resets, 3, 1)),
            np.ascontiguousarray(signal),
            np.ascontiguousarray(direct, np.float64),
            self.readout.kept,
            self.readout.states.index(self.readout.state),
            entry,
            path.traces,
            path.filtered,
            path.gradient,
        )
