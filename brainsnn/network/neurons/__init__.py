"""Neuron models, one a file, as Brian2 strings.

To add one: write a file with a `Neuron`, add it to `NEURONS`, and import it below.
"""

from brainsnn.network.neurons.base import NEURONS, Neuron
from brainsnn.network.neurons.current_based import (
    COEFFICIENTS,
    Coefficients,
    current_based,
    current_based_once,
)
from brainsnn.network.neurons.glm import functions_of, glm_neuron
from brainsnn.network.neurons.integrate_and_fire import integrate_and_fire_once
from brainsnn.network.neurons.leaky import leaky_integrate_and_fire
from brainsnn.network.neurons.subtractive import counting, integrate_and_fire_subtractive

__all__ = [
    "COEFFICIENTS",
    "NEURONS",
    "Coefficients",
    "Neuron",
    "counting",
    "current_based",
    "current_based_once",
    "functions_of",
    "glm_neuron",
    "integrate_and_fire_once",
    "integrate_and_fire_subtractive",
    "leaky_integrate_and_fire",
]
