"""What a readout does with a spike, as a filter: the same for all of its neurons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brainsnn.errors import DerivationError
from brainsnn.learning.equations.eprop.forward import Array
from brainsnn.learning.equations.eprop.jacobian import jacobian
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Key


@dataclass(frozen=True)
class Readout:
    """A population whose states change linearly, by the same numbers in all of its neurons.

    Parameters
    ----------
    population : str
    state : str
        What is read.
    states : tuple of str
    kept : array, shape (states, states)
        What a step keeps of the states.
    """

    population: str
    state: str
    states: tuple[str, ...]
    kept: Array


def readout_of(network: DerivedNetwork, read: Key) -> Readout:
    """Find the filter of the population that is read.

    Raises
    ------
    DerivationError
        If it leads to other neurons, or does not change linearly and alike in all of its neurons.
    """
    name, state = read
    population = network.populations[name]
    assert population.step is not None
    leads = [c for c, path in network.connections.items() if path.source == name]
    if leads:
        raise DerivationError(
            f"{name}: it is read and leads on ({', '.join(leads)}); a learning signal follows "
            "readouts that lead nowhere."
        )
    states, program = population.step.states, population.step.update
    outputs = {n: str(program.current(n)) for n in states}
    function, entries = jacobian(program.statements, outputs, states, population.step.functions)
    changing = function.reads - set(population.values)
    if changing:
        raise DerivationError(
            f"{name}: its step depends on {', '.join(sorted(changing))} other than linearly; a "
            "learning signal needs a linear readout."
        )
    found = function(population.values)
    kept = np.zeros((len(states), len(states)))
    for row, column in entries:
        values = np.unique(found[f"{row}|{column}"])
        if values.size > 1:
            raise DerivationError(
                f"{name}: its neurons differ ({values.size} values of the derivative of {row} by "
                f"{column}); a learning signal needs one filter for all."
            )
        kept[states.index(row), states.index(column)] = values[0]
    return Readout(name, state, states, kept)
