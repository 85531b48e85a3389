"""Connectivities, one a file: which neurons synapses lead from and to, and what they share.

To add one: write a file with a `Connectivity`, and import it below.
"""

from brainsnn.network.connectivity.all_to_all import AllToAll
from brainsnn.network.connectivity.all_to_others import AllToOthers
from brainsnn.network.connectivity.average_pooling import AveragePooling
from brainsnn.network.connectivity.base import (
    Connectivity,
    ListedConnectivity,
    SynapseList,
)
from brainsnn.network.connectivity.convolution import Convolution
from brainsnn.network.connectivity.fixed_in_degree import FixedInDegree
from brainsnn.network.connectivity.fixed_probability import FixedProbability
from brainsnn.network.connectivity.given_pairs import GivenPairs
from brainsnn.network.connectivity.one_to_one import OneToOne

__all__ = [
    "AllToAll",
    "AllToOthers",
    "AveragePooling",
    "Connectivity",
    "Convolution",
    "FixedInDegree",
    "FixedProbability",
    "GivenPairs",
    "ListedConnectivity",
    "OneToOne",
    "SynapseList",
]
