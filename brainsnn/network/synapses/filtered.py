"""Synapses whose spikes act through a basis function, which the target's neuron holds."""

from brainsnn.network.synapses.base import SynapseModel


def filtered(function: int) -> SynapseModel:
    """Make the synapse of one of a neuron's basis functions.

    Parameters
    ----------
    function : int
        Its number, from 1.

    Returns
    -------
    SynapseModel
        A kernel is a sum of basis functions: one connection for each, with a weight of its own.
    """
    return SynapseModel(
        name=f"filtered{function}",
        on_pre=f"arrived{function}_post += w",
        summary=(
            f"Each presynaptic spike adds the synapse's weight to what the target's basis function "
            f"{function} brings to this step and later ones."
        ),
        citation="Bagheri, Simeone and Rajendran 2018, eq. 3",
    )
