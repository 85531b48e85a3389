"""A GLM network with hidden neurons as a model that engines run, and where its parameters stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import RuleError
from brainsnn.learning.base import Weights
from brainsnn.learning.glm.hidden.network import Floats, HiddenGLM, HiddenWeights
from brainsnn.learning.glm.network import read_neuron
from brainsnn.learning.layers import Derivation
from brainsnn.network.connectivity import AllToAll, AllToOthers, ListedConnectivity
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.names import ParameterName
from brainsnn.network.neurons import glm_neuron
from brainsnn.network.synapses import Uniform, filtered

HIDDEN, OUTPUT = "hidden", "output"

SIGMOID = "sigmoid"
"""The activation of all neurons."""

Place = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns of a parameter in the table of all (`HiddenWeights.table`)."""


def hidden_model(
    sizes: tuple[int, int, int],
    kernel: ArrayLike,
    feedback: ArrayLike,
    name: str = "glm_hidden",
    bound: float = 0.5,
) -> Model:
    """Describe a network: inputs reach hidden neurons and outputs, hidden ones each other and both.

    Outputs are what is seen; nothing leads from them, so that hidden neurons spike alike whether or
    not the outputs are clamped to what is wanted.

    Parameters
    ----------
    sizes : (int, int, int)
        Inputs, hidden neurons (which may be none), outputs.
    kernel, feedback : array of float, shape (lags,)
        Of all synapses, and of all neurons' own spikes; element l is lag l + 1.
    name : str, default "glm_hidden"
        For descriptions.
    bound : float, default 0.5
        First weights are drawn evenly between minus this and this; biases begin at 0.
    """
    n_inputs, n_hidden, n_outputs = sizes
    columns = [np.asarray(column, float)[:, None] for column in (kernel, feedback)]
    neuron = glm_neuron(columns[0], columns[1])
    populations = [Population("input", n_inputs), Population(OUTPUT, n_outputs, neuron)]
    pairs = [("input", OUTPUT)]
    if n_hidden:
        populations.insert(1, Population(HIDDEN, n_hidden, neuron))
        pairs = [("input", HIDDEN), ("input", OUTPUT), (HIDDEN, OUTPUT)]
    connections = [
        Connection(f"{source}_{target}", source, target, filtered(1), Uniform(-bound, bound))
        for source, target in pairs
    ]
    if n_hidden > 1:
        among = (f"{HIDDEN}_{HIDDEN}", HIDDEN, HIDDEN, filtered(1), Uniform(-bound, bound))
        connections.append(Connection(*among, connectivity=AllToOthers()))
    return Model(name, tuple(populations), tuple(connections))


@dataclass(frozen=True, eq=False)
class Known:
    """What a rule knows of such a network.

    Parameters
    ----------
    glm : HiddenGLM
    places : mapping of str to (array, array)
        Where each of the network's parameters, by name, stands in the table of all.
    """

    glm: HiddenGLM
    places: Mapping[str, Place]

    def gathered(self, weights: Weights) -> HiddenWeights:
        """Parameters by name as those of a `HiddenGLM`."""
        table = np.zeros((self.glm.n_inputs + self.glm.n + 2, self.glm.n))
        for name, place in self.places.items():
            table[place] = weights[name]
        return HiddenWeights.of_table(table)

    def by_name(self, gradient: HiddenWeights) -> dict[str, Floats]:
        """The part of each of the network's parameters, of its shape."""
        table = gradient.table()
        return {name: table[place] for name, place in self.places.items()}


def read_hidden(rule: str, network: Model) -> Known:
    """Read a network of the kind of `hidden_model`.

    Raises
    ------
    RuleError
        If it is another; the message names the population or connection and the reason.
    """
    names = tuple(network.sizes)
    wanted = (names[0], OUTPUT) if len(names) == 2 else (names[0], HIDDEN, OUTPUT)
    if names != wanted or len(network.inputs) != 1:
        raise RuleError(
            f"The rule {rule!r} was derived for an input, {HIDDEN!r} neurons, which may be none, "
            f"and {OUTPUT!r}; {network.name!r} has {', '.join(names)}."
        )
    glm = HiddenGLM(*_sizes(network), *_kernels(rule, network))
    places = {c.name: _of_connection(rule, glm, c) for c in network.connections}
    neurons = np.split(np.arange(glm.n), [glm.n_visible])
    for name, columns in zip((OUTPUT, HIDDEN), neurons, strict=True):
        if name in names:
            mine = columns[None]
            for row, variable in ((-2, "feedback1"), (-1, "bias")):
                places[str(ParameterName(name, variable))] = (np.full_like(mine, row), mine)
    return Known(glm, {name: places[name] for name in network.trainable})


def _sizes(network: Model) -> tuple[int, int, int]:
    sizes = list(network.sizes.values())
    return sizes[0], sizes[-1], sum(sizes[1:-1])


def _kernels(rule: str, network: Model) -> tuple[Floats, Floats]:
    """The two kernels that all neurons have.

    Raises
    ------
    RuleError
        If neurons are others, differ, or have several basis functions.
    """
    found = []
    for population in network.populations[1:]:
        assert population.neuron is not None
        basis, feedback, activation = read_neuron(rule, population.name, population.neuron)
        if basis.shape[1] > 1 or feedback.shape[1] > 1 or activation != SIGMOID:
            raise RuleError(
                f"Population {population.name!r}: the rule {rule!r} takes sigmoid GLM neurons with "
                "one kernel for all synapses and one for their own spikes."
            )
        found.append((basis[:, 0], feedback[:, 0]))
    if any(not np.array_equal(a, b) for one in found for a, b in zip(one, found[0], strict=True)):
        raise RuleError(f"The rule {rule!r} needs the same kernels in all populations.")
    return found[0]


def _of_connection(rule: str, glm: HiddenGLM, connection: Connection) -> Place:
    """Where the weights of a connection stand.

    Raises
    ------
    RuleError
        If it leads elsewhere than the rule was derived for, or is of another kind.
    """
    source, target = connection.source, connection.target
    inward = connection.connectivity
    kinds = (AllToOthers,) if source == target else (AllToAll,)
    Derivation((), filtered(1), kinds).check_connection(rule, connection)
    if source == OUTPUT:
        raise RuleError(
            f"Connection {connection.name!r}: the rule {rule!r} was not derived for it: what comes "
            f"from {OUTPUT!r} is not what is wanted, to which outputs are clamped."
        )
    first = glm.n_inputs + glm.n_visible
    rows = np.arange(first, glm.n_inputs + glm.n) if source == HIDDEN else np.arange(glm.n_inputs)
    columns = np.arange(glm.n_visible, glm.n) if target == HIDDEN else np.arange(glm.n_visible)
    if isinstance(inward, ListedConnectivity):
        pre, post = inward.pairs(rows.size, columns.size)
        return rows[pre][None], columns[post][None]
    found = np.broadcast_arrays(rows[:, None], columns[None])
    return found[0], found[1]
