"""Experiments with networks that have memory: recurrent, with neurons that adapt."""
