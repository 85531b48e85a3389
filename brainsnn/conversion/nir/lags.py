"""Steps by which populations lag behind a tool whose spikes pass through all layers in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from brainsnn.conversion.nir.conventions import Convention
from brainsnn.errors import ModelError
from brainsnn.network.delays import Delays
from brainsnn.network.model import Model


def lags_of(sources: Mapping[str, Sequence[str]], given: Convention) -> dict[str, int]:
    """Steps by which each population lags: 0 for inputs, the longest way from them for others.

    Parameters
    ----------
    sources : mapping of str to sequence of str
        By population, those that lead to it.
    given : Convention
        With the order "next step" nothing lags.

    Raises
    ------
    ModelError
        If populations are in a loop through another, where "same step" has no meaning here.
    """
    if given.order == "next step":
        return dict.fromkeys(sources, 0)
    lags: dict[str, int] = {}
    while left := [name for name in sources if name not in lags]:
        ready = [n for n in left if all(s in lags or s == n for s in sources[n])]
        if not ready:
            raise ModelError(
                f"Nodes {', '.join(map(repr, left))}: with the order 'same step' a loop leads from "
                "a population to itself, not through others; 'next step' takes it."
            )
        for name in ready:
            lags[name] = max((lags[s] + 1 for s in sources[name] if s != name), default=0)
    return lags


def steps_behind(network: Model) -> dict[str, int]:
    """Steps by which spikes of each population come later than in a tool of order "same step".

    Parameters
    ----------
    network : Network or Model

    Returns
    -------
    dict of int
        By population: the shortest way from an input, a step for each connection and its delay.

    Raises
    ------
    ModelError
        If a connection has a delay for each synapse.
    """
    lags = {p.name: 0 for p in network.populations if p.neuron is None}
    leading = [c for c in network.connections if c.source != c.target]
    while True:
        found = dict(lags)
        for connection in leading:
            if isinstance(connection.delay, Delays):
                raise ModelError(
                    f"Connection {connection.name!r} has a delay for each synapse, so its "
                    "target has no one lag."
                )
            if connection.source in lags:
                late = lags[connection.source] + connection.delay + 1
                found[connection.target] = min(found.get(connection.target, late), late)
        if found == lags:
            return {p.name: lags.get(p.name, 0) for p in network.populations}
        lags = found
