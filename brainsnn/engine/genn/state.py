"""Initial values of a network's variables, as Brian2's runtime works them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.genn.arrays import ENTRY, TABLES, Array
from brainsnn.engine.genn.project import SPIKE_POTENTIAL
from brainsnn.engine.genn.sparse import Rows, sparse_connections
from brainsnn.engine.runtime import runtime_device
from brainsnn.network.build import build
from brainsnn.network.model import Model
from brainsnn.streams import Streams


class InitialState:
    """Values before the first step of all that belongs to a population, and tables of synapses.

    Parameters
    ----------
    model : Model
        Its parameters and initial values, numbers or Brian2 expressions.
    arrays : iterable of Array
        The arrays of the compiled network.
    streams : Streams
        Gives the stream ``initial`` to expressions that draw random numbers.

    Attributes
    ----------
    changes : bool
        Whether some of it depends on what is learned.
    """

    def __init__(self, model: Model, arrays: Iterable[Array], streams: Streams) -> None:
        known = list(arrays)
        neurons = {p.name: p.neuron for p in model.populations if p.neuron}
        self._model, self._seed = model, streams.initial_seed()
        with runtime_device("numpy"):
            brian2.seed(self._seed)
            built = build(model, lists=lambda _: False)
            built.network.run(0 * brian2.second, namespace={})
        self._built, self._groups = built, built.groups
        self.changes = any(built.later.values())
        self._labels = {a.label for a in known}
        self._arrays = [
            a for a in known if a.owner in self._groups and a.variable != SPIKE_POTENTIAL
        ]
        self._parameters = [
            a
            for a in self._arrays
            if a.owner in neurons and a.variable in neurons[a.owner].parameters
        ]

    def values(self) -> Mapping[str, NDArray[Any]]:
        """Values by label; what is left out begins at 0."""
        found = {a.label: np.array(self._variable(a).get_value()) for a in self._arrays}
        tables: dict[str, NDArray[Any]] = {}
        for connection in sparse_connections(self._model):
            rows, fixed = Rows.of(self._model, connection), connection.connectivity.fixed_weight
            columns = zip((*TABLES, ENTRY), (rows.length, rows.target, rows.entry), strict=True)
            tables |= {f"{connection.name}.{name}": table.ravel() for name, table in columns}
            if fixed is not None:
                tables[f"{connection.name}.{connection.synapse.weight}"] = np.array([fixed])
        return found | {label: v for label, v in tables.items() if label in self._labels}

    def renew(self, present: Callable[[str, str], NDArray[Any]]) -> None:
        """Work out anew what depends on what is learned.

        Parameters
        ----------
        present : callable
            Gives the present value of a parameter, from its population and name.
        """
        with runtime_device("numpy"):
            brian2.seed(self._seed)
            for a in self._parameters:
                self._variable(a).set_value(present(a.owner, a.variable))
            self._built.begin()

    def _variable(self, array: Array) -> Any:
        return self._groups[array.owner].variables[array.variable]
