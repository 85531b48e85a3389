"""A network whose neurons compete for the input."""

from brainsnn.network.competition.network import Competition

__all__ = ["Competition"]
