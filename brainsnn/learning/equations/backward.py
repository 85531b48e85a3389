"""Back through the steps of a derived network, piece by piece, in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from brainsnn.learning.equations.order import Piece
from brainsnn.learning.equations.parts import Array, Connection, Key, Moment, State, Trace
from brainsnn.learning.equations.synapses.arrivals import added, arriving, send_back

if TYPE_CHECKING:
    from brainsnn.learning.equations.network import DerivedNetwork


class Backward:
    """The derivatives by all states, as they go back in time.

    Parameters
    ----------
    network : DerivedNetwork
    trace : Trace
    by_spike, by_state
        See `DerivedNetwork.gradient`.
    """

    def __init__(
        self,
        network: DerivedNetwork,
        trace: Trace,
        by_spike: Mapping[str, Array],
        by_state: Mapping[Key, Array],
    ) -> None:
        self.network, self.trace, self.by_state = network, trace, by_state
        self.s = {k: np.array(by_spike.get(k, np.zeros_like(v))) for k, v in trace.spikes.items()}
        trials = next(iter(trace.spikes.values())).shape[1]
        self.x: State = {
            k: {n: np.zeros((trials, p.size)) for n in p.derived.states}
            for k, p in network.neurons.items()
        }
        for k, c in network.connections.items():
            self.x[k] = {n: np.zeros((trials, c.i.size)) for n in c.states}
        self.found = {key: np.zeros(np.shape(network.values(key))) for key in network.trained}

    def result(self) -> dict[Key, Array]:
        """Derivatives by all that is trained, and by first values."""
        first = {(k, f"{n}(0)"): bar for k, bars in self.x.items() for n, bar in bars.items()}
        for k, bars in self.x.items():
            for n in [n for n in bars if (k, n) in self.found]:
                self._add((k, n), bars[n])
        return self.found | first

    def step(self, t: int) -> None:
        """Go back through one step."""
        for k, c in self.network.connections.items():
            self._take_loss(k, c.states, t)
        for piece, x in zip(
            reversed(self.network.pieces), reversed(self.trace.before[t]), strict=True
        ):
            if piece.kind == "synapses":
                moment = self.network.connections[piece.owner].moments[piece.moment]
                self._synapses(piece.owner, moment, x, t)
                continue
            if piece.kind == "update":
                self._take_loss(piece.owner, tuple(self.x[piece.owner]), t)
            self._population(piece, x, t)

    def _take_loss(self, owner: str, states: tuple[str, ...], t: int) -> None:
        for n in states:
            if (owner, n) in self.by_state:
                self.x[owner][n] = self.x[owner][n] + self.by_state[owner, n][t]

    # -- populations -------------------------------------------------------------------------

    def _population(self, piece: Piece, x: State, t: int) -> None:
        k = piece.owner
        p = self.network.populations[k]
        step = p.derived
        given = self.network.given(k, x, self.trace, t)
        given |= {f"_after_{n}": self.x[k][n] for n in step.states} | {"_bar_s": self.s[k][t]}
        bars = (step.backward_update if piece.kind == "update" else step.backward_reset)(given)
        shape = self.s[k][t].shape
        self.x[k] = {n: np.broadcast_to(bars[n], shape) for n in step.states}
        for n in step.trained:
            self._add((k, n), np.broadcast_to(bars[n], shape))
        for n in step.links:
            link = p.links[n]
            self._give((link.owner, link.variable), link.index, np.broadcast_to(bars[n], shape))
        if "_s" in bars:
            self.s[k][t] += bars["_s"]

    def _add(self, key: Key, bar: Array) -> None:
        """Sum over trials, and over all that share a value."""
        values = self.found[key]
        total = bar.sum(axis=0)
        values += total if values.size == total.size and values.ndim else total.sum()

    def _give(self, key: Key, index: Array, bar: Array) -> None:
        """Add to the derivative by a state or a parameter of neurons that others read."""
        owner, name = key
        if name in self.x.get(owner, {}):
            self.x[owner][name] = added(self.x[owner][name], index, bar)
        elif key in self.found:
            total = self.found[key]
            np.add.at(
                total, index if total.ndim else (), bar.sum(axis=0) if total.ndim else bar.sum()
            )

    # -- synapses ----------------------------------------------------------------------------

    def _synapses(self, name: str, moment: Moment, x: State, t: int) -> None:
        c, effect = self.network.connections[name], moment.effect
        s = arriving(self.trace, c, moment, t)
        if s is None:
            return
        given = self.network.read(name, moment, x, t) | {"_s": s, "_fires": s > 0.5}
        met = self._of_targets(c, moment)
        given |= {f"_bar_effect_{n}": s * bar for n, bar in met.items()}
        given |= {f"_after_{n}": self.x[name][n] for n in effect.own}
        bars, shape = effect.backward(given), (next(iter(self.s.values())).shape[1], c.i.size)
        whole = {n: np.broadcast_to(bar, shape) for n, bar in bars.items()}
        if moment.lag is not None:
            amounts = effect.forward(given)
            back: Any = sum(bar * amounts[n] for n, bar in met.items())
            back = back + whole.get("_s", 0.0)
            population, _ = c.sender(moment)
            send_back(self.s[population], c, moment, t, np.broadcast_to(back, shape))
        for n in effect.own:
            self.x[name][n] = whole[n]
        for n in effect.seen:
            self.x[name][n] = self.x[name][n] + whole[n]
        for n in effect.trained:
            self._add((name, n), whole[n])
        for n in effect.reads:
            owner, bare, index = c.side(n)
            self._give((owner, bare), index, whole[n])

    def _of_targets(self, c: Connection, moment: Moment) -> dict[str, Array]:
        """Derivatives by what each synapse adds; a sum leaves none for what was there before."""
        met = {}
        for target in moment.effect.targets:
            owner, bare, index = c.side(target)
            if bare not in self.x[owner]:  # a count has no derivative
                met[target] = np.zeros((1, 1))
                continue
            met[target] = self.x[owner][bare][:, index]
            if moment.kind == "sum":
                kept = np.array(self.x[owner][bare])
                kept[:, moment.span] = 0
                self.x[owner][bare] = kept
        return met
