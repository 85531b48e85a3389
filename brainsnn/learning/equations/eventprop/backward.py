"""Back through what happened: the exact adjoint of a run from event to event.

A segment of length :math:`h` leads from :math:`x` to :math:`F(x, t, h)`. Where it ends with a
crossing, :math:`g(F(x, t, h)) = 0` gives its time, so that

.. math:: dh = -(g_x F_x dx + (g_t) dt) / (g_x F_h),

and the derivative of the loss by the time of an event, collected from the segments on both its
sides, from jumps that read it and from the events that follow it after a delay, goes back to the
state of the neuron that spiked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brainsnn.errors import DataError
from brainsnn.learning.equations.eventprop.forward import NODES, WEIGHTS
from brainsnn.learning.equations.eventprop.parts import DELAY, EventParts, State
from brainsnn.learning.equations.eventprop.tape import (
    EventTrace,
    Jump,
    Observation,
    Origin,
    Segment,
    Tape,
)
from brainsnn.learning.equations.parts import Array, Key


def gradient_of(
    network: EventParts,
    trace: EventTrace,
    by_time: Mapping[str, Array],
    by_observed: Mapping[Key, Array],
    by_integral: Mapping[Key, Array],
    least_slope: float | None,
) -> dict[Key, Array]:
    """Go back through every trial; see `EventNetwork.gradient`."""
    _check(trace, by_time, by_observed, by_integral)
    found = {key: np.zeros(np.shape(network.values(key))) for key in network.trained}
    first: dict[Key, list[Array]] = {}
    times: dict[Key, list[float]] = {}
    for trial, tape in enumerate(trace.tapes):
        back = _Back(network, trace, found, least_slope)
        back.observed = {key: bar[:, trial] for key, bar in by_observed.items()}
        back.integral = {key: bar[trial] for key, bar in by_integral.items()}
        back.go(tape, {k: v[trace.spikes[k].trial == trial] for k, v in by_time.items()})
        for k, bars in back.x.items():
            for n, bar in bars.items():
                first.setdefault((k, f"{n}(0)"), []).append(bar)
        for source, events in tape.inputs.items():
            times.setdefault((source, "times"), []).extend(back.times[e] for e in events)
    stacked = {key: np.stack(bars) for key, bars in first.items()}
    for k, flow in network.flows.items():
        for n in flow.trained_first:
            bar, total = stacked[k, f"{n}(0)"].sum(axis=0), found[k, n]
            total += bar if total.size == bar.size else bar.sum()
    return found | stacked | {key: np.array(bars) for key, bars in times.items()}


def _check(
    trace: EventTrace,
    by_time: Mapping[str, Array],
    by_observed: Mapping[Key, Array],
    by_integral: Mapping[Key, Array],
) -> None:
    known: dict[Any, Any] = {k: v.time for k, v in trace.spikes.items()}
    known |= trace.observed
    for name, bar in [*by_time.items(), *by_observed.items()]:
        if name not in known:
            raise DataError(f"{name!r} has no spikes, or was not observed in this run.")
        if np.shape(bar) != known[name].shape:
            raise DataError(
                f"Derivatives by {name!r} have shape {np.shape(bar)}, not {known[name].shape}."
            )
    for key, bar in by_integral.items():
        if key not in trace.integrals or np.shape(bar) != trace.integrals[key].shape:
            shape = trace.integrals[key].shape if key in trace.integrals else "none: not integrated"
            raise DataError(
                f"Derivatives by the integral {key!r} have shape {np.shape(bar)}, not {shape}."
            )


class _Back:
    """The derivatives by all states and by the times of all events, as they go back."""

    def __init__(
        self,
        network: EventParts,
        trace: EventTrace,
        found: dict[Key, Array],
        least_slope: float | None,
    ) -> None:
        self.network, self.trace, self.found = network, trace, found
        self.least_slope = least_slope
        self.observed: Mapping[Key, Array] = {}
        self.integral: Mapping[Key, Array] = {}
        self.x: State = {
            k: {n: np.zeros(network.populations[k].size) for n in flow.states}
            for k, flow in network.flows.items()
        }
        self.times: Array = np.zeros(0)

    def go(self, tape: Tape, by_time: Mapping[str, Array]) -> None:
        """Go back through a trial."""
        self.times = np.zeros(len(tape.times))
        place = dict.fromkeys(by_time, 0)
        for k, _, event in tape.spikes:
            if k in by_time:
                self.times[event] += by_time[k][place[k]]
                place[k] += 1
        for entry in reversed(tape.entries):
            if isinstance(entry, Segment):
                self._segment(entry, tape)
            elif isinstance(entry, Observation):
                k, n = entry.key
                if entry.key in self.observed:
                    self.x[k][n] = self.x[k][n] + self.observed[entry.key][entry.row]
            elif entry.owner in self.network.flows:
                self._reset(entry)
            else:
                self._arrival(entry)

    # -- segments ----------------------------------------------------------------------------

    def _segment(self, s: Segment, tape: Tape) -> None:
        bars = {}
        for k, flow in self.network.flows.items():
            given = self.network.given(k, s.x[k], s.t, s.length)
            given |= {f"_after_{n}": self.x[k][n] for n in flow.states}
            bars[k] = self._whole(k, flow.backward(given))
            for key, bar in self.integral.items():
                if key[0] == k:
                    self._integral(s, key, bar, bars[k])
        by_length = sum(float(b["dt"].sum()) for b in bars.values())
        self.times[s.end] += by_length
        origin = tape.origins[s.end]
        if origin.kind == "crossing":
            self._crossing(s, origin, bars)
        else:
            self._origin(origin, self.times[s.end])
        for k, flow in self.network.flows.items():
            self.x[k] = {n: bars[k][n] for n in flow.states}
            for n in flow.trained:
                self._add((k, n), bars[k][n])
        total = sum(float(b["t"].sum() - b["dt"].sum()) for b in bars.values())
        self.times[s.begin] += total

    def _whole(self, k: str, bars: Mapping[str, Array]) -> dict[str, Array]:
        size = self.network.populations[k].size
        return {n: np.array(np.broadcast_to(v, size), float) for n, v in bars.items()}

    def _integral(self, s: Segment, key: Key, bar: Array, bars: dict[str, Array]) -> None:
        """Add what the integral over a segment gives."""
        k, integrand = key[0], self.trace.integrands[key]
        given = self.network.given(k, s.x[k], s.t, NODES * s.length)
        bars["dt"] += np.sum(WEIGHTS * bar * integrand.value(given)["value"], axis=0)
        for n, slope in integrand.backward(given).items():
            share = NODES if n == "dt" else 1.0
            bars[n] += np.sum(WEIGHTS * s.length * share * bar * slope, axis=0)

    def _crossing(self, s: Segment, origin: Origin, bars: dict[str, dict[str, Array]]) -> None:
        """Give the derivative by the time of a crossing to what the margin depends on."""
        k, j, bar = origin.owner, origin.index, self.times[s.end]
        if bar == 0:
            return
        given = self.network.given_of(k, j, s.x[k], s.t, s.length)
        by = self.network.flows[k].backward_of[origin.margin](given)
        slope = self._slope(float(np.ravel(by["dt"])[0]), k, j, s)
        for n, value in by.items():
            bars[k][n][j] -= bar / slope * float(np.ravel(value)[0])

    def _slope(self, slope: float, k: str, j: int, s: Segment) -> float:
        if self.least_slope is not None and abs(slope) < self.least_slope:
            return float(np.copysign(self.least_slope, slope))
        if slope == 0:
            raise DataError(
                f"{k}: neuron {j} grazes its threshold at t = {s.t + s.length} s: the time of that "
                "spike has no derivative. Give a least_slope, or change the network a little."
            )
        return slope

    def _origin(self, origin: Origin, bar: float) -> None:
        """Give the derivative by the time of an event to what it followed."""
        if origin.kind not in ("arrival", "release"):
            return
        self.times[origin.parent] += bar
        if origin.kind == "arrival":
            c = self.network.connections[origin.owner]
            if DELAY in c.trained:
                total = self.found[origin.owner, DELAY]
                total[origin.index if total.ndim else ()] += bar
            return
        k, j = origin.owner, origin.index
        flow = self.network.flows[k]
        given = self.network.given_of(k, j, {}, 0.0, 0.0)
        for n, slope in flow.backward_period(given).items():
            self._add((k, n), bar * slope, j)

    # -- jumps -------------------------------------------------------------------------------

    def _reset(self, jump: Jump) -> None:
        k, j, flow = jump.owner, jump.index, self.network.flows[jump.owner]
        given = self.network.given_of(k, j, jump.x[k], jump.t, 0.0)
        given |= {f"_after_{n}": self.x[k][n][j : j + 1] for n in flow.states}
        bars = flow.backward_jump(given)
        for n in flow.states:
            self.x[k][n] = np.array(self.x[k][n])
            self.x[k][n][j] = np.ravel(bars[n])[0]
        for n in flow.trained:
            self._add((k, n), bars[n], j)
        self.times[jump.event] += float(np.ravel(bars["t"])[0])

    def _arrival(self, jump: Jump) -> None:
        c, rows = self.network.connections[jump.owner], jump.index
        given = self.network.read(c, rows, jump.x, jump.t)
        for n in c.effect.to_post:
            bar = self.x[c.target].get(n)  # a count has no derivative
            given[f"_bar_effect_{n}_post"] = 0.0 if bar is None else bar[c.j[rows]]
        bars = c.effect.backward(given)
        for n in c.effect.trained:
            self._add((jump.owner, n), np.broadcast_to(bars[n], rows.shape), rows)
        for name in c.effect.reads:
            bare, side = name.rsplit("_", 1)
            owner, index = (c.target, c.j) if side == "post" else (c.source, c.i)
            if bare in self.x.get(owner, {}):
                total = np.array(self.x[owner][bare])
                np.add.at(total, index[rows], np.broadcast_to(bars[name], rows.shape))
                self.x[owner][bare] = total
            elif (owner, bare) in self.found:
                bar = np.broadcast_to(bars[name], rows.shape)
                self._add((owner, bare), bar, index[rows])

    def _add(self, key: Key, bar: Array, index: Any = slice(None)) -> None:
        total = self.found[key]
        if total.ndim:
            np.add.at(total, index, np.ravel(bar) if np.ndim(index) else np.squeeze(bar))
        else:
            total += np.sum(bar)
