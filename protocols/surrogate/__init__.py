"""Experiments with surrogate gradients: how their slope matters, and a tutorial's network."""
