"""The instantaneous synapse: a spike adds the weight to the potential, at once."""

from brainsnn.network.synapses.base import SynapseModel

instantaneous = SynapseModel(
    name="instantaneous",
    summary="Each presynaptic spike adds the synapse's weight to the membrane potential.",
    citation="Kheradpisheh and Masquelier 2020, eq. 3",
)
