"""The neuromorphic intermediate representation: graphs in and out (package ``nir``, an extra)."""

from brainsnn.conversion.nir.neurons import nir_neuron
from brainsnn.conversion.nir.reading import from_nir, nir_synapse
from brainsnn.conversion.nir.writing import to_nir

__all__ = ["from_nir", "nir_neuron", "nir_synapse", "to_nir"]
