"""Experiments with models of single neurons, fitted to spikes."""
