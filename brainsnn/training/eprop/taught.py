"""E-prop's gradient of recorded trials, compiled: states follow from the spikes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.derived import CompiledTraces
from brainsnn.learning.equations.cpp.connection import CompiledConnection
from brainsnn.learning.equations.cpp.eligible_network import EligibleSource
from brainsnn.training.bptt.place import Place
from brainsnn.training.bptt.taught import Asked, Taught

Floats = NDArray[np.float64]


class TaughtForward(Taught):
    """A compiled network whose gradients run forward in time.

    Parameters
    ----------
    compiled : CompiledTraces
    asked, places
        See `Taught`.
    drawn : mapping of str to array, shape (neurons, outputs)
        Feedback weights beside, or in the place of, the readout's.
    """

    def __init__(
        self,
        compiled: CompiledTraces,
        asked: Asked,
        places: Mapping[str, Place],
        drawn: Mapping[str, Floats],
    ) -> None:
        source: EligibleSource = compiled.source
        given = {"kept": source.kept}
        for p in source.followed:
            if p.name in drawn:
                given[f"FB_{p.number}"] = np.ascontiguousarray(drawn[p.name], np.float64)
        super().__init__(compiled, asked, places, given)

    def _by_rows(self, c: CompiledConnection) -> bool:  # noqa: ARG002
        """No: traces are those of all synapses."""
        return False
