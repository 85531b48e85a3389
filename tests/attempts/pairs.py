"""Measures of two spike trains, given what is no train."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers import NAN

from brainsnn.analysis.spikes.pairs import (
    ISIDistance,
    PairMeasure,
    SPIKEDistance,
    SPIKESynchronisation,
    VanRossum,
    VictorPurpura,
)

#: Unsorted, twice the same, not finite, outside the span, no column, no times.
NO_TRAINS: tuple[Any, ...] = ([0.5, 0.2], [0.2, 0.2], [NAN], [1.5], [-0.1], [[0.1]], 0.1, ["a"])
MEASURES: dict[str, PairMeasure] = {
    "isi_distance": ISIDistance(),
    "spike_distance": SPIKEDistance(),
    "spike_synchronisation": SPIKESynchronisation(),
    "van_rossum": VanRossum(0.1),
    "victor_purpura": VictorPurpura(0.1),
}


def _attempt(measure: PairMeasure, times: Any, span: tuple[float, float] = (0, 1)) -> Any:
    return lambda: measure([0.3], times, *span)


ATTEMPTS: dict[str, dict[str, Callable[[], Any]]] = {
    f"analysis.spikes.pairs.{name}": {
        **{f"train {times}": _attempt(measure, times) for times in NO_TRAINS},
        "no span": _attempt(measure, [0.3], (1.0, 1.0)),
    }
    for name, measure in MEASURES.items()
}
