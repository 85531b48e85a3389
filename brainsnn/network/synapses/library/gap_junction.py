"""Electrical synapses: a current along the difference of potentials."""

from brainsnn.network.synapses.base import SynapseModel
from brainsnn.network.synapses.library.base import Receptor


def gap_junction(name: str = "gap") -> Receptor:
    """A current ``w (v_pre - v_post)`` in every step, w in nS; spikes have no part in it."""
    return Receptor(
        name,
        f"I_{name} : amp",
        f"I_{name}",
        SynapseModel(
            name=f"gap_junction_{name}",
            equations=f"w : 1\nI_{name}_post = w*nS*(v_pre - v_post) : amp (summed)",
            on_pre="",
            summary="A current in proportion to the difference of the two potentials.",
            citation="Bennett and Zukin 2004; ohmic coupling",
        ),
    )
