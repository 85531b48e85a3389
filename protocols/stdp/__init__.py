"""Experiments with rules that act inside the trial."""
