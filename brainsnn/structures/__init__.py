"""Structures of connections, one a file: which neurons synapses lead from and to, what they share.

To add one: write a file with a `Structure`, register it in `STRUCTURES`, and import it below.
"""

from brainsnn.structures.all_to_all import AllToAll
from brainsnn.structures.average_pooling import AveragePooling
from brainsnn.structures.base import STRUCTURES, Structure, SynapseList
from brainsnn.structures.convolution import Convolution

__all__ = ["STRUCTURES", "AllToAll", "AveragePooling", "Convolution", "Structure", "SynapseList"]
