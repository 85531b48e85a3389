"""What rules learn: weights of connections, and parameters of neurons (biases, initial potentials).

Each is one array of a model, under one name, of shape (pre, post). A parameter of a population's
neurons is a row: the weights of one presynaptic neuron that is always there.
"""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2 import Quantity, second
from brian2.equations import Equations
from brian2.equations.equations import SUBEXPRESSION
from brian2.utils.stringtools import get_identifiers
from numpy.typing import NDArray

from brainsnn.network.constraints import Constraint
from brainsnn.network.names import ParameterName
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import FanInNormal, Initialiser, Sign, signed

Bounds = tuple[float, float]

if TYPE_CHECKING:
    from brainsnn.network.model import Connection, Model


@dataclass(frozen=True)
class Parameter:
    """An array that rules learn.

    Parameters
    ----------
    owner, variable : str
        The connection or population, and its Brian2 variable that holds the values.
    shape : tuple of int
        (pre, post); (1, size) for a parameter of neurons.
    initialiser : Uniform, Normal, FanInNormal, float or Quantity
        What first values are drawn from, or the first values themselves.
    fan_in : int or array, optional
        Synapses that meet in a target, where that is not the first number of the shape.
    sign : {"excitatory", "inhibitory"}, optional
        Values are 0 or more, or 0 or less.
    shortest : float, default 0
        Length of a step in seconds, which a time is not learned below.
    plastic : bool, default False
        Whether a trial changes it for good (`brainsnn.network.plasticity`).
    constraint : Constraint, optional
        What else they keep to.
    """

    owner: str
    variable: str
    shape: tuple[int, int]
    initialiser: Any
    fan_in: int | NDArray[np.int64] | None = None
    sign: Sign | None = None
    shortest: float = 0.0
    plastic: bool = False
    constraint: Constraint | None = None

    @property
    def bounds(self) -> Bounds:
        """Least and largest value that an optimiser leaves it at."""
        low, high = (-math.inf, math.inf) if self.constraint is None else self.constraint.bounds
        if isinstance(self.initialiser, Quantity) and self.initialiser.dim is second.dim:
            low = max(low, self.shortest)
        low = max(low, 0.0) if self.sign == "excitatory" else low
        return low, min(high, 0.0) if self.sign == "inhibitory" else high

    @property
    def scale(self) -> float:
        """What it is learned as a share of: of values with a unit their mean size, else 1."""
        united = isinstance(self.initialiser, Quantity)
        return float(np.abs(self.start()).mean()) or 1.0 if united else 1.0

    def start(self) -> NDArray[np.float64]:
        """Values before any were given: 0 for weights, the neuron's own for a parameter."""
        drawn = isinstance(self.initialiser, Initialiser)
        values: Any = 0.0 if drawn else np.asarray(self.initialiser, np.float64)
        return np.array(np.broadcast_to(values, self.shape))

    def draw(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """First values, within the bounds."""
        values = self._drawn(rng)
        if self.constraint is None:
            return values
        kept = np.clip(values, *self.bounds)
        return kept if self.constraint.mask is None else np.where(self.constraint.mask, kept, 0.0)

    def _drawn(self, rng: np.random.Generator) -> NDArray[np.float64]:
        if not isinstance(self.initialiser, Initialiser):
            return self.start()
        if isinstance(self.initialiser, FanInNormal):
            drawn = self.initialiser.draw(rng, self.shape, self.fan_in)
        else:
            drawn = self.initialiser.draw(rng, self.shape)
        return signed(drawn, self.sign)


def parameters_of(model: Model) -> dict[str, Parameter]:
    """Everything that is learned in a model, by name.

    Returns
    -------
    dict of str to Parameter
        Connections by their own names, in their order; after the last connection that leads to a
        population, and at the end for those that none leads to, ``<population>.<parameter>``.
    """
    found: dict[str, Parameter] = {}
    last = {c.target: c.name for c in model.connections}
    for c in model.connections:
        if c.connectivity.fixed_weight is None:
            shape = c.connectivity.shape(*model.ends(c))
            narrow = isinstance(c.initialiser, FanInNormal)
            fan_in = c.connectivity.fan_in(*model.ends(c)) if narrow else None
            found[c.name] = Parameter(
                c.name,
                c.synapse.weight,
                shape,
                c.initialiser,
                fan_in,
                c.sign,
                plastic=c.synapse.weight in c.synapse.plastic,
                constraint=c.constraint,
            )
        found |= _plastic_of(model, c)
        if last[c.target] == c.name:
            found |= _parameters(model, c.target)
    for name in (p for p in model.sizes if p not in last):
        found |= _parameters(model, name)
    return found


def _plastic_of(model: Model, connection: Connection) -> dict[str, Parameter]:
    """Plastic variables of single synapses, but for the weight."""
    synapse, shape = connection.synapse, connection.connectivity.shape(*model.ends(connection))
    return {
        str(ParameterName(connection.name, name)): Parameter(
            connection.name, name, shape, 0.0, plastic=True
        )
        for name in synapse.plastic
        if name != synapse.weight
    }


def _parameters(model: Model, population: str) -> dict[str, Parameter]:
    part = model.population(population)
    neuron, shape = part.neuron, (1, part.size)
    if neuron is None:
        return {}
    found = {
        name: Parameter(
            population,
            name,
            shape,
            neuron.parameters[name],
            shortest=model.dt,
            constraint=neuron.constraints.get(name),
        )
        for name in neuron.trainable
    }
    for name in neuron.plastic:
        first = neuron.first_value(name)
        found[name] = Parameter(population, name, shape, first, plastic=True)
    return {str(ParameterName(population, name)): part for name, part in found.items()}


def learned_initial(neuron: Neuron) -> dict[str, Any]:
    """Initial values that read a trainable parameter, directly or through what they read.

    They are worked out anew at the start of every trial, with the parameter's present value.
    """
    if not neuron.trainable:
        return {}
    equations, found = Equations(neuron.equations), {}
    known = set(neuron.trainable)
    for variable, value in neuron.initial.items():
        if isinstance(value, str) and known & set(_read(value, equations)):
            found[variable] = value
            known.add(variable)
    return found


def _read(expression: str, equations: Equations) -> Iterator[str]:
    """Names in an expression, and in the subexpressions among them."""
    for name in get_identifiers(expression):
        yield name
        if name in equations and equations[name].type == SUBEXPRESSION:
            yield from _read(str(equations[name].expr), equations)
