"""Experiments with exact gradients of spike times, beside surrogate gradients."""
