"""Neurons whose spike times or gates have gradients in closed form: whole networks, in NumPy."""

from brainsnn.learning.systems.alpha import AlphaGradients, AlphaNetwork
from brainsnn.learning.systems.gated import GatedNetwork

__all__ = ["AlphaGradients", "AlphaNetwork", "GatedNetwork"]
