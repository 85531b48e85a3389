"""The version of brainsnn, in one place."""

__version__ = "0.1.0"
