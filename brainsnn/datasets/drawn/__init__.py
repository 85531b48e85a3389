"""Data sets that are drawn: nothing to find or download, everything from a seed."""
