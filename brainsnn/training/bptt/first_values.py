"""First values of states that follow from what is trained, and what it gets of their derivatives.

A neuron whose potential begins with a trained parameter ("v" with "v0") learns it by the derivative
of the loss by the potential's first value.
"""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from brainsnn.errors import RuleError
from brainsnn.learning.equations.strings.reading import parsed
from brainsnn.network.model import Model, Population
from brainsnn.network.parameters import learned_initial

Array = NDArray[Any]
Formula = Callable[..., Any]


@dataclass(frozen=True)
class FirstValue:
    """The first value of a state, as a function of parameters.

    Parameters
    ----------
    population, state : str
    names : tuple of str
        Parameters that it reads.
    value : callable
        Gives it from their values, in their order.
    slopes : mapping of str to callable
        Its derivative by each parameter that is trained.
    """

    population: str
    state: str
    names: tuple[str, ...]
    value: Formula
    slopes: Mapping[str, Formula]

    def of(self, values: Mapping[str, Array], size: int) -> Array:
        """First values, shape (size,)."""
        given = self.value(*(values[n] for n in self.names))
        return np.array(np.broadcast_to(given, (size,)), float)

    def back(self, name: str, values: Mapping[str, Array], bar: Array) -> Array:
        """What a trained parameter gets of the derivatives by the first values, (trials, size)."""
        slope = self.slopes[name](*(values[n] for n in self.names))
        found: Array = bar.sum(axis=0) * slope
        return found


def first_values(network: Model) -> Iterator[FirstValue]:
    """All first values of a network that read what is trained.

    Raises
    ------
    RuleError
        If one of them reads more than parameters of its neuron, or has no derivative.
    """
    for population in network.populations:
        if population.neuron is None:
            continue
        for state, text in learned_initial(population.neuron).items():
            yield _first_value(population, state, text)


def _first_value(population: Population, state: str, text: str) -> FirstValue:
    neuron = population.neuron
    assert neuron is not None
    expression = parsed(text)
    symbols = {str(s): s for s in expression.free_symbols}
    where = f"Population {population.name!r}: {state} begins with {text!r}"
    other = sorted(set(symbols) - set(neuron.parameters))
    if other:
        raise RuleError(
            f"{where}, which reads what is trained and {', '.join(other)}; the rule 'bptt' takes "
            f"parameters of the neuron alone there: {', '.join(neuron.parameters)}."
        )
    names = tuple(sorted(symbols))
    order = [symbols[n] for n in names]
    slopes = {n: sp.diff(expression, symbols[n]) for n in names if n in neuron.trainable}
    if any(slope.has(sp.Derivative) for slope in slopes.values()):
        raise RuleError(f"{where}, which has no derivative by what is trained.")
    return FirstValue(
        population.name,
        state,
        names,
        sp.lambdify(order, expression, "numpy"),
        {n: sp.lambdify(order, slope, "numpy") for n, slope in slopes.items()},
    )
