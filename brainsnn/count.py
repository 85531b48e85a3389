"""Networks that are read by spike counts: chains of layers, each a step behind the one before."""

from __future__ import annotations

from collections.abc import Mapping

from brainsnn.errors import ModelError
from brainsnn.learning.count import CountConnection, DenseConnection
from brainsnn.model import Connection, Model, Population
from brainsnn.neurons import integrate_and_fire_subtractive
from brainsnn.synapses import Normal


def count_chain(
    name: str,
    sizes: Mapping[str, int],
    n_steps: int,
    threshold: float = 1.0,
    spread: float = 0.7,
) -> Model:
    r"""Describe a chain of all-to-all layers whose neurons may spike in `n_steps` steps each.

    Trials of T steps in the paper are trials of T + L steps here, L being the number of
    connections (`brainsnn.neurons.subtractive`).

    Parameters
    ----------
    name : str
        For descriptions.
    sizes : mapping of str to int
        Populations in order; the first gives the input spikes.
    n_steps : int
        T.
    threshold : float, default 1
        :math:`\vartheta`.
    spread : float, default 0.7
        First weights are normal with this, over the root of the number of inputs, as standard
        deviation in thresholds.

    Raises
    ------
    ModelError
        If `n_steps` is below 1, or threshold or spread is not positive.
    """
    if n_steps < 1 or not threshold > 0 or not spread > 0:
        raise ModelError(
            "A network of counts needs n_steps of 1 or more and positive threshold and spread, "
            f"got {n_steps}, {threshold} and {spread}."
        )
    populations, connections = [], []
    for depth, (population, size) in enumerate(sizes.items()):
        neuron = integrate_and_fire_subtractive.with_parameters(
            v0=threshold / 2, theta=threshold, onset=float(depth), duration=float(n_steps)
        )
        populations.append(Population(population, size, neuron if depth else None))
        if depth:
            before = populations[depth - 1]
            first = Normal(0.0, spread * threshold / before.size**0.5)
            label = f"{before.name}_{population}"
            connections.append(Connection(label, before.name, population, initial=first))
    return Model(name, tuple(populations), tuple(connections))


def count_connections(model: Model) -> dict[str, CountConnection]:
    """How each connection of a model acts on counts, as the count rule takes it."""
    return {c.name: DenseConnection() for c in model.connections}
