"""Experiments with neurons that no rule was written for: gradients come from their equations."""
