"""Forward from event to event."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np

from brainsnn.errors import DataError
from brainsnn.learning.equations.eventprop.crossings import Place, edges
from brainsnn.learning.equations.eventprop.flow import HELD, MARGIN, PERIOD, Integrand
from brainsnn.learning.equations.eventprop.parts import DELAY, EventParts, State
from brainsnn.learning.equations.eventprop.spike_times import SpikeTimes
from brainsnn.learning.equations.eventprop.tape import (
    EventTrace,
    Jump,
    Observation,
    Origin,
    Segment,
    Tape,
)
from brainsnn.learning.equations.parts import Array, Key
from brainsnn.learning.equations.program import GATE

MOST = 100
"""Spikes of a neuron at one time, beyond which it would fire without end."""

NODES, WEIGHTS = (0.5 * np.array(x)[:, None] for x in np.polynomial.legendre.leggauss(6))
NODES = NODES + 0.5
"""Where a segment is looked at for an integral, as shares of its length; one below the other."""

Touched = set[tuple[str, int]]


def run_trials(
    network: EventParts,
    inputs: Mapping[str, SpikeTimes],
    until: float,
    observe: Mapping[Key, Sequence[float]],
    integrals: Sequence[Key],
    n_trials: int,
) -> EventTrace:
    """Run every trial; see `EventNetwork.run`."""
    sizes = {k: network.populations[k].size for k in network.flows}
    observed = {key: np.zeros((len(ts), n_trials, sizes[key[0]])) for key, ts in observe.items()}
    wanted = {(k, e): network.flows[k].integrand(e) for k, e in integrals}
    summed = {key: np.zeros((n_trials, sizes[key[0]])) for key in wanted}
    tapes = []
    for trial in range(n_trials):
        run = _Trial(network, until, {k: v[:, trial] for k, v in observed.items()})
        run.integrals = {k: (wanted[k], summed[k][trial]) for k in wanted}
        for key, times in observe.items():
            for row, time in enumerate(times):
                run.push(float(time), 1, ("observe", key, row))
        for source, given in inputs.items():
            here = given.trial == trial
            run.give(source, given.neuron[here], given.time[here])
        tapes.append(run.run())
    spikes = {k: _columns(k, tapes) for k, flow in network.flows.items() if flow.spikes}
    return EventTrace(spikes, observed, summed, tapes, wanted)


def _columns(k: str, tapes: Sequence[Tape]) -> SpikeTimes:
    parts = [
        [(n, tape.times[event]) for owner, n, event in tape.spikes if owner == k] for tape in tapes
    ]
    return SpikeTimes.of([([n for n, _ in p], [t for _, t in p]) for p in parts])


class _Trial:
    """One trial.

    Parameters
    ----------
    network : EventParts
    until : float
    observed : dict of (population, state) to array, shape (times, neurons)
        Filled on the way.
    """

    def __init__(self, network: EventParts, until: float, observed: dict[Key, Array]) -> None:
        self.network, self.until, self.observed = network, until, observed
        self.integrals: dict[Key, tuple[Integrand, Array]] = {}
        self.x: State = {
            k: {n: np.broadcast_to(p.start[n], p.size).copy() for n in flow.names}
            for k, flow in network.flows.items()
            if (p := network.populations[k])
        }
        self.tape, self.queue, self.order = Tape(), [], count()  # type: ignore[var-annotated]
        self.t, self.event = 0.0, self.tape.event(0.0, Origin("fixed"))
        self.edges: dict[str, dict[str, Array]] = {}

    def push(self, time: float, rank: int, what: tuple[Any, ...]) -> None:
        """Plan what happens at a time; of what happens at one time, lower ranks are first."""
        if time <= self.until:
            heapq.heappush(self.queue, (time, rank, next(self.order), what))

    def give(self, source: str, neurons: Array, times: Array) -> None:
        """Plan the arrivals of given spikes."""
        events = [self.tape.event(float(t), Origin("input")) for t in times]
        self.tape.inputs[source] = events
        for neuron, event in zip(neurons, events, strict=True):
            self._send(source, int(neuron), event, at_once=False)

    def run(self) -> Tape:
        """Run it."""
        everybody = {(k, j) for k in self.x for j in range(self.network.populations[k].size)}
        self._settle(everybody, first=True)
        step = 0
        while self.t < self.until or self.queue:
            while step * self.network.dt <= self.t:
                step += 1
            goal, what, rank = min(step * self.network.dt, self.until), None, 0
            if self.queue and self.queue[0][0] <= goal:
                goal, rank, _, what = heapq.heappop(self.queue)
                if what[0] == "observe" and goal <= self.t:
                    self._observe(*what[1:])
                    continue
            if self._advance(goal, what) and what is not None:
                self._happen(what)
            elif what is not None:
                self.push(goal, rank, what)
        return self.tape

    # -- between events ----------------------------------------------------------------------

    def _forward(self, k: str, x: dict[str, Array], length: float) -> dict[str, Array]:
        found = self.network.flows[k].forward(self.network.given(k, x, self.t, length))
        size = self.network.populations[k].size
        return {n: np.broadcast_to(v, size) for n, v in found.items()}

    def _advance(self, goal: float, what: tuple[Any, ...] | None) -> bool:
        """Go on until a time, or until a margin crosses 0 before it; whether the time came."""
        length = max(goal - self.t, 0.0)
        new = {k: self._forward(k, x, length) for k, x in self.x.items()}
        crossing = self._first_crossing(new, length)
        if crossing is None:
            origin = what[1] if what is not None and what[0] != "observe" else Origin("fixed")
            self._segment(goal, length, new, origin)
            return True
        length, k, j, margin = crossing
        new = {n: self._forward(n, x, length) for n, x in self.x.items()}
        self._segment(self.t + length, length, new, Origin("crossing", -1, k, j, margin))
        touched = {(k, j)}
        if margin == MARGIN:
            touched |= self._spike(k, j)
        else:
            self._release(k, j)
        self._settle(touched, {(k, j)})
        return False

    def _segment(self, goal: float, length: float, new: State, origin: Origin) -> None:
        end = self.tape.event(goal, origin)
        self.tape.entries.append(Segment(self.event, end, self.t, length, self.x))
        for (k, _), (integrand, total) in self.integrals.items():
            given = self.network.given(k, self.x[k], self.t, NODES * length)
            total += np.sum(WEIGHTS * length * integrand.value(given)["value"], axis=0)
        self.t, self.event = goal, end
        names = {k: self.network.flows[k].names for k in new}
        self.x = {k: {n: v[n] for n in names[k]} for k, v in new.items()}
        self.edges = {k: self._edges(k, v) for k, v in new.items()}

    def _first_crossing(self, new: State, length: float) -> tuple[float, str, int, str] | None:
        found = []
        for k, values in new.items():
            at = Place(self.network, k, self.x[k], self.t)
            for margin, edge in self._edges(k, values).items():
                before = self.edges[k][margin]
                crossed = (edge > 0) | (before > 0)
                tops = [(int(j), length) for j in np.flatnonzero(crossed)]
                tops += at.peaks(margin, length, ~crossed & np.isfinite(edge))
                for j, top in tops:
                    root = 0.0 if before[j] > 0 else at.root(j, margin, top)
                    found.append((root, k, j, margin))
        return min(found) if found else None

    def _edges(self, k: str, found: Mapping[str, Array]) -> dict[str, Array]:
        return edges(self.network, k, found, self.t)

    # -- events --------------------------------------------------------------------------------

    def _happen(self, what: tuple[Any, ...]) -> None:
        kind, origin, *rest = what
        if kind == "observe":
            self._observe(origin, *rest)
        elif kind == "arrival":
            self._settle(self._arrive(origin.owner, origin.index))
        else:
            self._release(origin.owner, origin.index)
            self._settle(set(), {(origin.owner, origin.index)})

    def _observe(self, key: Key, row: int) -> None:
        self.observed[key][row] = self.x[key[0]][key[1]]
        self.tape.entries.append(Observation(key, row))

    def _changed(self, k: str, j: Any, values: Mapping[str, Any]) -> None:
        """Write into states of some neurons, in arrays of their own."""
        self.x = {**self.x, k: dict(self.x[k])}
        for name, value in values.items():
            array = np.array(self.x[k][name])
            array[j] = value
            self.x[k][name] = array

    def _spike(self, k: str, j: int) -> Touched:
        """Spike, send what arrives at once, reset; return what was touched."""
        self.tape.spikes.append((k, j, self.event))
        touched: Touched = set()
        if not self.network.arrivals_first:
            touched |= self._send(k, j, self.event)
        flow = self.network.flows[k]
        self.tape.entries.append(Jump(self.event, self.t, k, j, self.x))
        given = self.network.given_of(k, j, self.x[k], self.t, 0.0)
        self._changed(k, j, {n: np.ravel(v)[0] for n, v in flow.forward_jump(given).items()})
        if self.network.arrivals_first:
            touched |= self._send(k, j, self.event)
        if flow.period is not None:
            length = float(np.ravel(flow.forward_period(given)[PERIOD])[0])
            origin = Origin("release", self.event, k, j)
            self.push(self.t + length, 0, ("release", origin))
        return touched

    def _release(self, k: str, j: int) -> None:
        self._changed(k, j, {GATE: True})

    def _send(self, source: str, neuron: int, event: int, at_once: bool = True) -> Touched:
        """Let a spike arrive, or plan it; return which neurons it touched now."""
        touched: Touched = set()
        for name, c in self.network.connections.items():
            if c.source != source:
                continue
            rows = c.of(neuron)
            delays = np.broadcast_to(c.values[DELAY], c.i.shape)[rows]
            for group in c.alike(rows, delays):
                delay = float(np.broadcast_to(c.values[DELAY], c.i.shape)[group[0]])
                if at_once and delay == 0 and DELAY not in c.trained:
                    touched |= self._arrive(name, group)
                    continue
                origin = Origin("arrival", event, name, group)
                self.push(self.tape.times[event] + delay, 0, ("arrival", origin))
        return touched

    def _arrive(self, name: str, rows: Array) -> Touched:
        c = self.network.connections[name]
        self.tape.entries.append(Jump(self.event, self.t, name, rows, self.x))
        amounts = c.effect.forward(self.network.read(c, rows, self.x, self.t))
        for target in c.effect.targets:
            state, amount = target.removesuffix("_post"), amounts[target]
            total = np.array(self.x[c.target][state])
            np.add.at(total, c.j[rows], amount)
            self._changed(c.target, slice(None), {state: total})
        return {(c.target, int(j)) for j in c.j[rows]}

    def _settle(self, touched: Touched, always: Touched | None = None, first: bool = False) -> None:
        """Let spikes follow that a jump causes at once.

        Parameters
        ----------
        touched : set of (population, neuron)
            Those that a jump may have lifted over their thresholds.
        always : set, optional
            Those that spike if they are over their threshold, even if they were before.
        first : bool
            Whether the trial begins.
        """
        fired: Counter[tuple[str, int]] = Counter()
        always, before = set(touched) if first else set(always or ()), self.edges
        while True:
            for k in {k for k, _ in touched | always}:
                self.edges = {**self.edges, k: self._edges(k, self._forward(k, self.x[k], 0.0))}
            chosen = self._next(touched, always, before)
            if chosen is None:
                return
            k, j, margin = chosen
            always.add((k, j))
            if margin == HELD:
                self._release(k, j)
                continue
            fired[k, j] += 1
            if fired[k, j] > MOST:
                raise DataError(
                    f"{k}: neuron {j} fires without end at t = {self.t} s: its reset leaves it "
                    "above its threshold and it is not refractory, or spikes without delay raise "
                    "it again. Without a step's length between spikes, nothing ends this."
                )
            touched |= self._spike(k, j)

    def _next(
        self, touched: Touched, always: Touched, before: Mapping[str, Mapping[str, Array]]
    ) -> tuple[str, int, str] | None:
        for k, j in sorted(touched | always):
            for margin, edge in self.edges[k].items():
                rose = (k, j) in always or not before[k][margin][j] > 0
                if edge[j] > 0 and rose:
                    return k, j, margin
        return None
