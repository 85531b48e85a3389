"""Experiments in which a reward inside the trial decides what is learned."""
