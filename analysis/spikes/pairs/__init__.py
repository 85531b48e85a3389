"""Measures of two spike trains: distances, synchrony, correlations; a measure a file.

A measure is a frozen dataclass that is called with two trains and their span; `pairwise` gives its
values for every two neurons, or trials, of a table.
"""

from brainsnn.analysis.spikes.pairs.base import PairMeasure, matrix, overall, pairwise
from brainsnn.analysis.spikes.pairs.count_correlation import CountCorrelation
from brainsnn.analysis.spikes.pairs.isi_distance import ISIDistance
from brainsnn.analysis.spikes.pairs.spike_distance import SPIKEDistance
from brainsnn.analysis.spikes.pairs.spike_synchronisation import SPIKESynchronisation
from brainsnn.analysis.spikes.pairs.tiling import SpikeTimeTiling
from brainsnn.analysis.spikes.pairs.van_rossum import VanRossum
from brainsnn.analysis.spikes.pairs.victor_purpura import VictorPurpura

__all__ = [
    "CountCorrelation",
    "ISIDistance",
    "PairMeasure",
    "SPIKEDistance",
    "SPIKESynchronisation",
    "SpikeTimeTiling",
    "VanRossum",
    "VictorPurpura",
    "matrix",
    "overall",
    "pairwise",
]
