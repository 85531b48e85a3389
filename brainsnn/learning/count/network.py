"""Networks that are read by spike counts: chains of layers, each a step behind the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.network.model import Model, Population
from brainsnn.network.names import ParameterName
from brainsnn.network.neurons import integrate_and_fire_subtractive
from brainsnn.network.notation import chain
from brainsnn.network.synapses import FanInNormal


def count_chain(
    name: str, notation: str, n_steps: int, threshold: float = 1.0, spread: float = 0.7
) -> Model:
    r"""Describe a chain of layers whose neurons may spike in `n_steps` steps each.

    Trials of T steps in the paper are trials of T + L steps here, L being the number of
    connections (`brainsnn.network.neurons.subtractive`). Initial potentials start at half a
    threshold, which makes of the floor in eq. 7 a rounding; those of pooling neurons are not
    learned.

    Parameters
    ----------
    name : str
        For descriptions.
    notation : str
        Layers as in ``784-800-10`` or ``28x28-12c5-2a-64c5-2a-10`` (`brainsnn.network.notation`).
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
        If the notation cannot be read, `n_steps` is below 1, or threshold or spread is not
        positive.
    """
    if n_steps < 1 or not threshold > 0 or not spread > 0:
        raise ModelError(
            "A network of counts needs n_steps of 1 or more and positive threshold and spread, "
            f"got {n_steps}, {threshold} and {spread}."
        )
    neuron = integrate_and_fire_subtractive.with_parameters(
        v0=threshold / 2, theta=threshold, duration=float(n_steps)
    )
    first, pooling = FanInNormal(gain=spread * threshold), replace(neuron, trainable=())
    model = chain(name, notation, neuron, first, pooling=pooling)
    populations = [_begun(p, depth) for depth, p in enumerate(model.populations)]
    return replace(model, populations=tuple(populations))


def _begun(population: Population, depth: int) -> Population:
    """Population that may spike from the step on at which its first input can reach it."""
    if population.neuron is None:
        return population
    return replace(population, neuron=population.neuron.with_parameters(onset=float(depth)))


def stretched(
    weights: Mapping[str, NDArray[np.float64]], ratio: float, threshold: float = 1.0
) -> dict[str, NDArray[np.float64]]:
    r"""Weights and initial potentials for trials `ratio` times as long.

    Counts grow with T, and so does what a neuron receives; its bias, which is its initial potential
    but for the half threshold that rounds, has to grow with them:
    :math:`v_0' = \vartheta / 2 + r (v_0 - \vartheta / 2)`. All other weights stay.

    Parameters
    ----------
    weights : mapping of str to array
        Of a network of T steps; initial potentials are named ``<population>.v0``.
    ratio : float
        :math:`r`, the new T over the old.
    threshold : float, default 1
        :math:`\vartheta`.
    """
    half = threshold / 2
    return {
        name: half + ratio * (value - half) if ParameterName.read(name) else value
        for name, value in weights.items()
    }
