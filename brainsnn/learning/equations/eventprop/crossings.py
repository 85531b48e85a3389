"""Where margins cross 0 between two events, to the last digit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from brainsnn.learning.equations.eventprop.flow import ALLOWED, HELD, MARGIN
from brainsnn.learning.equations.eventprop.parts import EventParts
from brainsnn.learning.equations.parts import Array
from brainsnn.learning.equations.program import GATE


def edges(network: EventParts, k: str, found: Mapping[str, Array], t: float) -> dict[str, Array]:
    """How far each margin is over 0, where it counts; elsewhere below it.

    Parameters
    ----------
    network : EventParts
    k : str
        Population.
    found : mapping of str to array
        Its state and margins at a time.
    t : float
        That time.
    """
    edges, flow = {}, network.flows[k]
    if flow.spikes:
        edges[MARGIN] = np.where(found[ALLOWED], found[MARGIN], -np.inf)
    if flow.waits:
        edges[HELD] = np.where(found[GATE], -np.inf, -found[HELD])
        state = {n: found[n] for n in flow.names}
        at = Place(network, k, state, t)
        edges = {m: at.without_rounding(m, edge) for m, edge in edges.items()}
    return edges


@dataclass(frozen=True)
class Place:
    """A population at a time, and what its margins do from there on.

    Parameters
    ----------
    network : EventParts
    k : str
        Population.
    x : dict of str to array
        Its state.
    t : float
    """

    network: EventParts
    k: str
    x: dict[str, Array]
    t: float

    def without_rounding(self, margin: str, edge: Array) -> Array:
        """The same, without what is over 0 by rounding and falls.

        Where refractoriness ends with a condition, a neuron that has come over its threshold may
        seem to be below it by the last digit, and to be free again.
        """
        if not (edge > 0).any():
            return edge
        given = self.network.given(self.k, self.x, self.t, 0.0)
        rate = self.network.flows[self.k].rate_of[margin](given)
        fall = -rate["dt"] if margin == MARGIN else rate["dt"]
        tiny = (edge > 0) & (edge < 1e-9 * self.network.dt * fall)
        return np.where(tiny, 0.0, edge)

    def peaks(self, margin: str, length: float, candidates: Array) -> Iterable[tuple[int, float]]:
        """Neurons whose margin rises over 0 and falls below it again, and when it is highest."""
        if not candidates.any() or length <= 0:
            return
        rate = self.network.flows[self.k].rate_of[margin]
        sign = 1.0 if margin == MARGIN else -1.0
        size = self.network.populations[self.k].size
        lengths = np.array([[0.0], [length]])
        rates = sign * rate(self.network.given(self.k, self.x, self.t, lengths))["dt"]
        ends = np.broadcast_to(rates, (2, size))
        for j in np.flatnonzero(candidates & (ends[0] > 0) & (ends[1] < 0)):

            def slope(h: float, j: int = int(j)) -> float:
                given = self.network.given_of(self.k, j, self.x, self.t, h)
                return sign * float(np.ravel(rate(given)["dt"])[0])

            top = float(scipy.optimize.brentq(slope, 0.0, length, xtol=1e-12 * length))
            if self.edge(int(j), margin, top) > 0:
                yield int(j), top

    def edge(self, j: int, margin: str, h: float) -> float:
        """How far a neuron's margin is over 0 after some time."""
        given = self.network.given_of(self.k, j, self.x, self.t, h)
        value = float(np.ravel(self.network.flows[self.k].forward(given)[margin])[0])
        return value if margin == MARGIN else -value

    def root(self, j: int, margin: str, length: float) -> float:
        """Time from now, up to a length, at which a margin has just come over 0."""

        def edge(h: float) -> float:
            return self.edge(j, margin, h)

        if length <= 0 or edge(0.0) >= 0:
            return 0.0
        root = float(
            scipy.optimize.brentq(edge, 0.0, length, xtol=1e-24, rtol=4 * np.finfo(float).eps)
        )
        more = np.spacing(root)
        while edge(root) <= 0 and root < length:
            root, more = min(root + more, length), 2 * more
        return root
