"""A library of synapses: receptors, added to a neuron's equations, and what drives them."""

from brainsnn.network.synapses.library.base import Receptor, receiving
from brainsnn.network.synapses.library.conductances import conductance, nmda
from brainsnn.network.synapses.library.currents import alpha_current, exponential_current
from brainsnn.network.synapses.library.gap_junction import gap_junction
from brainsnn.network.synapses.library.short_term import tsodyks_markram

__all__ = [
    "Receptor",
    "alpha_current",
    "conductance",
    "exponential_current",
    "gap_junction",
    "nmda",
    "receiving",
    "tsodyks_markram",
]
