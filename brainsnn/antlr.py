"""A chain of current-based neurons as a model that engines run."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from brainsnn.model import Connection, Model, Population
from brainsnn.neurons import Coefficients
from brainsnn.synapses import Normal, Uniform, current


def current_based_chain(
    name: str,
    sizes: Mapping[str, int],
    coefficients: Coefficients,
    initial: Sequence[Uniform | Normal],
    once: bool = False,
) -> Model:
    """Describe a chain of layers of current-based neurons, each a step behind the one before.

    Trials of T steps in the paper are trials of T + L steps here, L being the number of
    connections (`brainsnn.neurons.current_based`).

    Parameters
    ----------
    name : str
        For descriptions.
    sizes : mapping of str to int
        Populations in order; the first gives the input spikes.
    coefficients : Coefficients
    initial : sequence of Uniform or Normal
        First weights, one entry a connection.
    once : bool, default False
        Whether a neuron spikes at most once a trial.
    """
    populations = tuple(
        Population(p, n, coefficients.neuron(depth, once) if depth else None)
        for depth, (p, n) in enumerate(sizes.items())
    )
    connections = tuple(
        Connection(f"{pre}_{post}", pre, post, current, first)
        for (pre, post), first in zip(itertools.pairwise(sizes), initial, strict=True)
    )
    return Model(name, populations, connections)
