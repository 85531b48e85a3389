"""Experiments: conditions times seeds, each a run directory that can be resumed by itself."""
