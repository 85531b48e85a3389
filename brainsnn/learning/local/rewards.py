"""Synapses that bring a reward to plastic ones: a spike of an input population is a reward."""

from brainsnn.network.synapses import SynapseModel

reward = SynapseModel(
    name="reward",
    on_pre="dopamine_post += w",
    summary="Each presynaptic spike adds the synapse's weight to the target's dopamine.",
    citation="Izhikevich 2007",
)

reward_now = SynapseModel(
    name="reward_now",
    on_pre="rewards_post += w",
    summary="Each presynaptic spike is a reward of the step in which it arrives.",
    citation="Davies et al. 2018",
)
