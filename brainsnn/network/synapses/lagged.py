"""The synapse of one lag: a spike adds its weight to a drive that lasts one step."""

from brainsnn.network.synapses.base import SynapseModel

lagged = SynapseModel(
    name="lagged",
    on_pre="drive_post += w",
    summary=(
        "Each presynaptic spike adds the synapse's weight to the drive of one step; a kernel is "
        "one such connection a lag, each a step later than the one before."
    ),
    citation="Bagheri, Simeone and Rajendran 2018, eq. 1",
)
