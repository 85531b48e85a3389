"""Codes of values that come one after the other, not all at once."""
