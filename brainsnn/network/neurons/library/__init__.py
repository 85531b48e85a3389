"""A library of neurons, a file each: Brian2 strings, published parameters with units, sources.

``brainsnn show neuron adex`` prints one; `LIBRARY` has them by name.
"""

from brainsnn.network.neurons.library.adex import adex
from brainsnn.network.neurons.library.alif import alif
from brainsnn.network.neurons.library.base import LIBRARY, LibraryNeuron
from brainsnn.network.neurons.library.coba import coba
from brainsnn.network.neurons.library.exponential import exponential_if
from brainsnn.network.neurons.library.glif import glif
from brainsnn.network.neurons.library.hodgkin_huxley import hodgkin_huxley
from brainsnn.network.neurons.library.izhikevich import izhikevich
from brainsnn.network.neurons.library.lif import lif
from brainsnn.network.neurons.library.lif_normalised import lif_normalised
from brainsnn.network.neurons.library.quadratic import quadratic_if
from brainsnn.network.neurons.library.readout import leaky_readout

__all__ = [
    "LIBRARY",
    "LibraryNeuron",
    "adex",
    "alif",
    "coba",
    "exponential_if",
    "glif",
    "hodgkin_huxley",
    "izhikevich",
    "leaky_readout",
    "lif",
    "lif_normalised",
    "quadratic_if",
]
