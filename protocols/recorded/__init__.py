"""Codes of recorded neurons."""
