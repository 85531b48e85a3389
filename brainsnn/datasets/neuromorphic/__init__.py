"""Recordings of event cameras and of a model of the ear."""
