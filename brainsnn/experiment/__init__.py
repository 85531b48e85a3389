"""Experiments: protocols and studies, each run a directory that can be resumed."""
