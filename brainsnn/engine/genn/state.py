"""Initial values of a network's variables, as Brian2's runtime works them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.genn.project import SPIKE_POTENTIAL, Array
from brainsnn.engine.runtime import runtime_device
from brainsnn.model import Model, build
from brainsnn.streams import Streams


def initial_state(
    model: Model, arrays: Iterable[Array], streams: Streams
) -> Mapping[str, NDArray[Any]]:
    """Values before the first step of everything that belongs to a population.

    Parameters
    ----------
    model : Model
        Its parameters and initial values, numbers or Brian2 expressions.
    arrays : iterable of Array
        The arrays of the compiled network.
    streams : Streams
        Gives the stream ``initial`` to expressions that draw random numbers.

    Returns
    -------
    mapping of str to array
        By label; what is left out begins at 0.
    """
    with runtime_device("numpy"):
        brian2.seed(int(streams.fresh("initial").integers(2**31)))
        built = build(model)
        built.network.run(0 * brian2.second, namespace={})
        groups = built.groups
        return {
            a.label: np.array(groups[a.owner].variables[a.variable].get_value())
            for a in arrays
            if a.owner in groups and a.variable != SPIKE_POTENTIAL
        }
