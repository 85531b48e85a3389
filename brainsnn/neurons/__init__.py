"""Neuron models, one a file, as Brian2 strings.

To add one: write a file with a `NeuronModel`, add it to `NEURONS`, and import it below.
"""

from brainsnn.neurons.base import NEURONS, NeuronModel
from brainsnn.neurons.glm import glm_neuron
from brainsnn.neurons.integrate_and_fire import integrate_and_fire_once

__all__ = ["NEURONS", "NeuronModel", "glm_neuron", "integrate_and_fire_once"]
