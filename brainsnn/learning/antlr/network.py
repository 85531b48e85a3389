"""A chain of current-based neurons as a model that engines run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from brainsnn.network.model import Model, feedforward
from brainsnn.network.neurons import Coefficients
from brainsnn.network.synapses import Normal, Uniform, current


def current_based_chain(
    name: str,
    sizes: Mapping[str, int],
    coefficients: Coefficients,
    initial: Sequence[Uniform | Normal],
    once: bool = False,
) -> Model:
    """Describe a chain of layers of current-based neurons, each a step behind the one before.

    Trials of T steps in the paper are trials of T + L steps here, L being the number of
    connections (`brainsnn.network.neurons.current_based`).

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
    neurons = [coefficients.neuron(depth, once) for depth in range(1, len(sizes))]
    return feedforward(name, sizes, neurons, initial, current)
