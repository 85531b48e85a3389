"""Activation- and timing-based gradients of all spikes."""
