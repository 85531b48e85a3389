"""Neurons whose spike times or gates have gradients in closed form: whole networks."""

from brainsnn.learning.systems.alpha import AlphaGradients, AlphaNetwork
from brainsnn.learning.systems.gated import GatedNetwork
from brainsnn.learning.systems.spike_response import Fitted, SpikeResponse
from brainsnn.learning.systems.spikeprop import SpikeProp

__all__ = ["AlphaGradients", "AlphaNetwork", "Fitted", "GatedNetwork", "SpikeProp", "SpikeResponse"]
