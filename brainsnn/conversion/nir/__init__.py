"""The neuromorphic intermediate representation: graphs in and out (package ``nir``, an extra)."""

from brainsnn.conversion.nir.conventions import WRITTEN_BY, Convention
from brainsnn.conversion.nir.lags import steps_behind
from brainsnn.conversion.nir.neurons import nir_neuron
from brainsnn.conversion.nir.readers import READ_BY, Reader
from brainsnn.conversion.nir.reading import from_nir, nir_synapse
from brainsnn.conversion.nir.writing import to_nir

__all__ = [
    "READ_BY",
    "WRITTEN_BY",
    "Convention",
    "Reader",
    "from_nir",
    "nir_neuron",
    "nir_synapse",
    "steps_behind",
    "to_nir",
]
