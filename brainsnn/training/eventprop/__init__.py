"""Gradients of exact spike times, which follow from the network's own equations."""

from brainsnn.training.eventprop.bound import BoundEventProp
from brainsnn.training.eventprop.rule import EventProp

__all__ = ["BoundEventProp", "EventProp"]
