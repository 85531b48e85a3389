"""A derived network, run forward along spikes that are known, with nothing kept of the past."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Connection
from brainsnn.learning.equations.step import Step

Array = NDArray[Any]
Given = dict[str, Any]


@dataclass(frozen=True)
class Met:
    """What the programs of a population may read in a step: at its begin, and at the threshold."""

    begin: Given
    threshold: Given


class Arrivals:
    """What the spikes of a connection add, as matrices: one for each lag that it has.

    Parameters
    ----------
    name : str
    connection : Connection
    sizes : (int, int)
        Of source and target.

    Raises
    ------
    DerivationError
        If what a spike adds depends on the time or on a neuron's state.
    """

    def __init__(self, name: str, connection: Connection, sizes: tuple[int, int]) -> None:
        if connection.why_not_plain:
            raise DerivationError(
                f"{name}: these synapses {connection.why_not_plain}; gradients forward in time "
                "follow on_pre alone."
            )
        effect = connection.effect
        clock = (effect.forward.reads | effect.backward.reads) & {"t", "t_in_timesteps"}
        if effect.reads or clock:
            what = ", ".join(sorted({*effect.reads, *clock}))
            raise DerivationError(
                f"{name}: on_pre reads {what}; eligibility traces follow spikes that add a value "
                "of the synapse alone."
            )
        self.connection, self.target = connection, connection.target
        amounts = effect.forward(connection.values)
        self.matrices: list[tuple[str, int, Array]] = []
        for state in effect.to_post:
            amount = amounts[f"{state}_post"]
            values = np.broadcast_to(amount, connection.i.shape)
            for lag in np.unique(connection.lag):
                mine, matrix = connection.lag == lag, np.zeros(sizes)
                np.add.at(matrix, (connection.i[mine], connection.j[mine]), values[mine])
                self.matrices.append((state, int(lag), matrix))

    def add(self, x: dict[str, dict[str, Array]], spikes: Mapping[str, Array], t: int) -> None:
        """Add what arrives in a step."""
        source, mine = spikes[self.connection.source], x[self.target]
        for state, lag, matrix in self.matrices:
            if t >= lag:
                mine[state] = mine[state] + source[t - lag] @ matrix


def check_plain(network: DerivedNetwork) -> None:
    """Refuse what gradients forward in time do not follow: synapses with more, linked variables.

    Raises
    ------
    DerivationError
    """
    sizes = {k: p.size for k, p in network.populations.items()}
    for name, c in network.connections.items():
        Arrivals(name, c, (sizes[c.source], sizes[c.target]))
    for name, population in network.populations.items():
        if population.links:
            raise DerivationError(
                f"{name}: linked variables ({', '.join(population.links)}) are not followed "
                "forward in time."
            )


def along(
    network: DerivedNetwork, spikes: Mapping[str, Array], n_steps: int
) -> Iterator[dict[str, Met]]:
    """Run a network along known spikes of all its populations, step by step.

    Parameters
    ----------
    network : DerivedNetwork
    spikes : mapping of str to array, shape (n_steps, trials, neurons)
    n_steps : int

    Yields
    ------
    dict of str to Met
        Of each population with equations.
    """
    sizes = {k: p.size for k, p in network.populations.items()}
    paths = [
        Arrivals(name, c, (sizes[c.source], sizes[c.target]))
        for name, c in network.connections.items()
    ]
    x = {
        k: {n: np.broadcast_to(p.start[n], spikes[k].shape[1:]) for n in _step(p).names}
        for k, p in network.neurons.items()
    }
    for t in range(n_steps):
        if network.arrivals_first:
            _arrive(paths, x, spikes, t)
        begin = {k: _given(network, k, x[k], spikes, t) for k in x}
        for k in x:
            x[k] = _carried(_step(network.populations[k]).forward_update(begin[k]), x[k])
        if not network.arrivals_first:
            _arrive(paths, x, spikes, t)
        threshold = {k: _given(network, k, x[k], spikes, t) for k in x}
        for k in x:
            x[k] = _carried(_step(network.populations[k]).forward_reset(threshold[k]), x[k])
        yield {k: Met(begin[k], threshold[k]) for k in x}


def _arrive(paths: list[Arrivals], x: Any, spikes: Mapping[str, Array], t: int) -> None:
    for path in paths:
        path.add(x, spikes, t)


def _carried(found: Mapping[str, Any], x: Mapping[str, Array]) -> dict[str, Array]:
    """States after a program, of the shape that they had."""
    return {n: np.broadcast_to(found[n], np.shape(old)) for n, old in x.items()}


def _given(
    network: DerivedNetwork, k: str, x: Mapping[str, Array], spikes: Mapping[str, Array], t: int
) -> Given:
    p, s = network.populations[k], spikes[k][t]
    clock = {"t_in_timesteps": t, "t": t * network.dt, "i": np.arange(p.size), "N": p.size}
    return {**clock, **p.values, **x, "_s": s, "_fires": s > 0.5}


def _step(population: Any) -> Step:
    assert population.step is not None
    step: Step = population.step
    return step
