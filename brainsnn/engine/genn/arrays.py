"""Arrays of a network on GeNN: GeNN's own, and those that the loop holds beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from brainsnn.engine.genn.sparse import row_length
from brainsnn.network.model import Connection, Model

#: Tables of GeNN's that say where listed synapses lead, and the loop's own that says which weight
#: each has.
TABLES, ENTRY = ("rowLength", "ind"), "entry"


@dataclass(frozen=True)
class Array:
    """An array of the compiled network.

    Parameters
    ----------
    owner, variable : str
        Population or connection, and its variable.
    dtype : str
        C++ type.
    size : int
        Number of values; GeNN holds a `scalar` in a plain variable.
    restored : bool
        Whether it is put back to its initial values before every trial.
    own : bool
        Whether it is the loop's own, not GeNN's.
    """

    owner: str
    variable: str
    dtype: str
    size: int
    scalar: bool = False
    restored: bool = False
    own: bool = False

    @property
    def label(self) -> str:
        """Name for people and for Python."""
        return f"{self.owner}.{self.variable}"

    @property
    def symbol(self) -> str:
        """Name in C++: what GeNN makes of a variable and a group whose name begins with '_'."""
        return f"{'own_' if self.own else ''}{self.variable}_{self.owner}"


@dataclass(frozen=True)
class Gathered:
    """Weights that synapses share, and the array of GeNN that gets one for each synapse."""

    given: Array
    shared: Array
    entry: Array


def gathered_weights(
    model: Model, connection: Connection, arrays: Iterable[Array]
) -> list[Gathered]:
    """The weights of a connection whose synapses share them, if a statement reads them.

    Parameters
    ----------
    model : Model
    connection : Connection
    arrays : iterable of Array
        All that GeNN has.
    """
    owner, weight = connection.name, connection.synapse.weight
    rows, columns = connection.connectivity.shape(*model.ends(connection))
    return [
        Gathered(
            a,
            Array(owner, weight, "double", rows * columns, own=True),
            Array(owner, ENTRY, "uint32_t", a.size, own=True),
        )
        for a in arrays
        if (a.owner, a.variable) == (owner, weight)
    ]


def tables(model: Model, connection: Connection) -> Iterator[Array]:
    """Where the synapses of a connection lead, in GeNN's memory."""
    n_source = model.ends(connection)[0]
    sizes = (n_source, n_source * row_length(model, connection))
    return (
        Array(connection.name, name, "uint32_t", size)
        for name, size in zip(TABLES, sizes, strict=True)
    )
