"""Spikes from any source as one checked table, and what the field measures of them."""

from analysis.spikes.neo import from_neo
from analysis.spikes.nwb import from_nwb
from analysis.spikes.runs import from_run
from analysis.spikes.sources import from_csv, from_frame
from analysis.spikes.table import SpikeTable

__all__ = ["SpikeTable", "from_csv", "from_frame", "from_neo", "from_nwb", "from_run"]
