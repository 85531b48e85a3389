"""Spikes from any source as one checked table, and what the field measures of them."""

from analysis.spikes.sources import from_csv, from_frame, from_neo, from_nwb, from_run
from analysis.spikes.table import SpikeTable

__all__ = ["SpikeTable", "from_csv", "from_frame", "from_neo", "from_nwb", "from_run"]
