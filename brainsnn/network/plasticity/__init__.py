"""Plastic variables: what they are, and a network without what changes them."""
