"""Structures of connections, one a file: which neurons synapses lead from and to, what they share.

To add one: write a file with a `Structure`, register it in `STRUCTURES`, and import it below.
"""

from brainsnn.structures.all_to_all import AllToAll
from brainsnn.structures.all_to_others import AllToOthers
from brainsnn.structures.average_pooling import AveragePooling
from brainsnn.structures.base import STRUCTURES, ListedStructure, Structure, SynapseList
from brainsnn.structures.convolution import Convolution
from brainsnn.structures.fixed_in_degree import FixedInDegree
from brainsnn.structures.fixed_probability import FixedProbability
from brainsnn.structures.given_pairs import GivenPairs
from brainsnn.structures.one_to_one import OneToOne

__all__ = [
    "STRUCTURES",
    "AllToAll",
    "AllToOthers",
    "AveragePooling",
    "Convolution",
    "FixedInDegree",
    "FixedProbability",
    "GivenPairs",
    "ListedStructure",
    "OneToOne",
    "Structure",
    "SynapseList",
]
