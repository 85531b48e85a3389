"""Spiking networks that learn: Brian2 equations, run trial after trial, taught between trials."""

from brainsnn._version import __version__

__all__ = ["__version__"]
