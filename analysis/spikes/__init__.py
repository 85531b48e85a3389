"""Spikes from any source as one checked table, and what the field measures of them."""

from brainsnn.analysis.spikes.neo import from_neo
from brainsnn.analysis.spikes.nwb import from_nwb
from brainsnn.analysis.spikes.runs import from_run
from brainsnn.analysis.spikes.sources import from_csv, from_frame
from brainsnn.analysis.spikes.table import SpikeTable

__all__ = ["SpikeTable", "from_csv", "from_frame", "from_neo", "from_nwb", "from_run"]
