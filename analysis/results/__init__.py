"""``RESULTS.md`` and a page a protocol, from the measured rows in ``results/``.

Run ``python -m brainsnn.analysis.results`` to write the pages, and with ``--check`` to fail when
one is stale.
"""

from brainsnn.analysis.results.measures import summary
from brainsnn.analysis.results.pages import render

__all__ = ["render", "summary"]
