"""Settings of a protocol searched for: what varies, what is proposed, what is given up."""

from brainsnn.experiment.searching.settings import (
    MEASURE,
    PRUNED,
    Range,
    SearchConfig,
    read_ranges,
)
from brainsnn.experiment.searching.trials import search

__all__ = ["MEASURE", "PRUNED", "Range", "SearchConfig", "read_ranges", "search"]
