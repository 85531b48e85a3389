"""The synapse onto a current: a spike adds the weight to the target's synaptic current."""

from brainsnn.network.synapses.base import SynapseModel

current = SynapseModel(
    name="current",
    on_pre="current_post += w",
    summary="Each presynaptic spike adds the synapse's weight to the synaptic current.",
    citation="Kim, Kim and Kim 2020, eq. 1",
)
