"""E-prop: gradients forward in time, with traces that follow from the network's own equations."""

from brainsnn.training.eprop.rule import EProp

__all__ = ["EProp"]
