"""Experiments, one a file: each repeats what a paper reports and sets our numbers beside it."""
