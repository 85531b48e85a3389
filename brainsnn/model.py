"""A network as a plain description, and the Brian2 network built from it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from brainsnn import hooks
from brainsnn.brian2_errors import brian2_message
from brainsnn.errors import ModelError
from brainsnn.learnable import Learnable, learnables, learned_initial
from brainsnn.neurons import NeuronModel
from brainsnn.streams import Streams
from brainsnn.structures import AllToAll, Structure
from brainsnn.synapses import Initial, SynapseModel, Uniform, instantaneous

hooks.install()

#: Order of a step on every engine. A spike at step t reaches its targets at t + 1.
SCHEDULE = ["start", "synapses", "groups", "thresholds", "resets", "end"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Population:
    """A named group of neurons; without a neuron model, a source of given input spikes."""

    name: str
    size: int
    neuron: NeuronModel | None = None

    def __post_init__(self) -> None:
        _check_name("population", self.name)
        if self.size < 1:
            raise ModelError(f"Population {self.name!r} needs at least one neuron: {self.size}.")


@dataclass(frozen=True)
class Connection:
    """Synapses from one population to another.

    Parameters
    ----------
    name, source, target : str
        Its own name, and the names of the two populations.
    synapse : SynapseModel
        Brian2 equations of each synapse.
    initial : Uniform, Normal or FanInNormal
        Where the first weights are drawn from.
    delay : int, default 0
        Steps that a spike takes beyond the one every spike takes.
    structure : Structure, default AllToAll()
        Which synapses there are, and which of them share a weight.
    """

    name: str
    source: str
    target: str
    synapse: SynapseModel = instantaneous
    initial: Initial = field(default_factory=Uniform)
    delay: int = 0
    structure: Structure = field(default_factory=AllToAll)

    def __post_init__(self) -> None:
        _check_name("connection", self.name)
        if self.delay < 0:
            raise ModelError(f"Connection {self.name!r}: delay must be 0 or more: {self.delay}.")


@dataclass(frozen=True)
class Model:
    """Populations and connections: everything an engine needs to know of a network.

    Parameters
    ----------
    name : str
        For descriptions.
    populations : sequence of Population
        Inputs first, output last.
    connections : sequence of Connection
        In the order in which activity passes through them.
    dt : float, default 1e-3
        Length of a step in seconds.

    Raises
    ------
    ModelError
        If a name is used twice, a connection's end is missing or an input, its structure does not
        fit its ends, or dt is not positive.
    """

    name: str
    populations: tuple[Population, ...]
    connections: tuple[Connection, ...]
    dt: float = 1e-3

    def __post_init__(self) -> None:
        object.__setattr__(self, "populations", tuple(self.populations))
        object.__setattr__(self, "connections", tuple(self.connections))
        names = [p.name for p in self.populations] + [c.name for c in self.connections]
        for name in names:
            if names.count(name) > 1:
                raise ModelError(f"Model {self.name!r} uses the name {name!r} more than once.")
        if not self.dt > 0:
            raise ModelError(f"Model {self.name!r}: dt must be positive, got {self.dt}.")
        for connection in self.connections:
            self.population(connection.source)
            if self.population(connection.target).neuron is None:
                raise ModelError(
                    f"Connection {connection.name!r} ends at {connection.target!r}, which only "
                    "gives input spikes; it must end at a population with a neuron model."
                )
            try:
                connection.structure.check(*self.ends(connection))
            except ModelError as error:
                raise ModelError(f"Connection {connection.name!r}: {error}") from error

    def population(self, name: str) -> Population:
        """Population of that name.

        Raises
        ------
        ModelError
            If there is none.
        """
        for population in self.populations:
            if population.name == name:
                return population
        known = [p.name for p in self.populations]
        raise ModelError(f"Model {self.name!r} has no population {name!r}. Known: {known}.")

    @property
    def sizes(self) -> dict[str, int]:
        """Size of every population, by name."""
        return {p.name: p.size for p in self.populations}

    @property
    def inputs(self) -> tuple[Population, ...]:
        """Populations whose spikes are given."""
        return tuple(p for p in self.populations if p.neuron is None)

    def ends(self, connection: Connection) -> tuple[int, int]:
        """Sizes of the populations that a connection leads from and to."""
        return self.population(connection.source).size, self.population(connection.target).size

    @property
    def learnable(self) -> dict[str, Learnable]:
        """What rules learn, by name: connections, and ``<population>.<parameter>`` of neurons."""
        return learnables(self)

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Shape (pre, post) of everything that is learned, by name; (1, size) for a parameter."""
        return {name: part.shape for name, part in self.learnable.items()}

    def start_weights(self) -> dict[str, NDArray[np.float64]]:
        """What an engine holds before it is given weights: 0, and the neurons' own parameters."""
        return {name: part.start() for name, part in self.learnable.items()}

    def draw_weights(self, streams: Streams) -> dict[str, NDArray[np.float64]]:
        """First values of everything that is learned, weights from the stream ``weights``."""
        rng = streams["weights"]
        return {name: part.draw(rng) for name, part in self.learnable.items()}


def feedforward(
    name: str,
    sizes: Mapping[str, int],
    neuron: NeuronModel,
    initial: Sequence[Initial],
    synapse: SynapseModel = instantaneous,
    dt: float = 1e-3,
) -> Model:
    """Chain of populations, each connected all-to-all to the next.

    Parameters
    ----------
    name : str
        Name of the model.
    sizes : mapping of str to int
        Populations in order; the first gives the input spikes.
    neuron : NeuronModel
        The neuron of every population after the first.
    initial : sequence of Uniform, Normal or FanInNormal
        First weights, one entry a connection.
    synapse : SynapseModel
        The synapse of every connection.
    dt : float, default 1e-3
        Length of a step in seconds.

    Returns
    -------
    Model
        Connections are named ``<source>_<target>``.
    """
    names = list(sizes)
    populations = [Population(n, sizes[n], neuron if k else None) for k, n in enumerate(names)]
    pairs = list(itertools.pairwise(names))
    if len(pairs) != len(initial):
        raise ModelError(f"{len(pairs)} connections need as many initial: got {len(initial)}.")
    connections = [
        Connection(f"{pre}_{post}", pre, post, synapse, first)
        for (pre, post), first in zip(pairs, initial, strict=True)
    ]
    return Model(name, tuple(populations), tuple(connections), dt)


@dataclass(frozen=True)
class BuiltModel:
    """A Brian2 network and its objects, by the names of the description."""

    network: Any
    groups: Mapping[str, Any]
    synapses: Mapping[str, Any]
    clock: Any


def build(model: Model, *, lists: bool = True) -> BuiltModel:
    """Build the Brian2 network of a model on the active Brian2 device.

    Every Brian2 object is named as in the description and collected in an explicit network with
    the order of a step that all engines share (`SCHEDULE`). Where synapses share weights, each has
    a copy of its own in Brian2, which is set before a run; fixed weights are set here.

    Parameters
    ----------
    model : Model
    lists : bool, default True
        Whether the synapses of a structure are listed. An engine that lays them out itself says
        False, and gets all-to-all synapses instead.

    Raises
    ------
    ModelError
        If Brian2 refuses the equations; the message names the population or connection and
        repeats what Brian2 said.
    """
    clock = brian2.Clock(dt=model.dt * brian2.second, name="steps")
    groups = {p.name: _build_population(p, clock) for p in model.populations}
    synapses = {
        c.name: _build_connection(c, groups, model.dt, clock, lists=lists)
        for c in model.connections
    }
    begin(model, groups)
    network = brian2.Network(*groups.values(), *synapses.values(), name="brainsnn_network")
    network.schedule = SCHEDULE
    return BuiltModel(network, groups, synapses, clock)


def begin(model: Model, groups: Mapping[str, Any]) -> None:
    """Set the initial values that read what is learned: last of all, and before each trial."""
    for population in model.populations:
        later = learned_initial(population.neuron) if population.neuron else {}
        for variable, value in later.items():
            try:
                setattr(groups[population.name], variable, value)
            except Exception as error:
                raise _refused(population, error) from error


def _refused(population: Population, error: Exception) -> ModelError:
    neuron = population.neuron
    return ModelError(
        f"Population {population.name!r} (neuron {neuron.name if neuron else ''!r}): "
        f"{brian2_message(error)}"
    )


def _build_population(population: Population, clock: Any) -> Any:
    neuron = population.neuron
    if neuron is None:
        return brian2.SpikeGeneratorGroup(
            population.size, [], [] * brian2.second, clock=clock, name=population.name
        )
    try:
        group = brian2.NeuronGroup(
            population.size,
            neuron.equations,
            threshold=neuron.threshold,
            reset=neuron.reset,
            refractory=neuron.refractory,
            method=neuron.method or ("exact", "euler"),
            clock=clock,
            name=population.name,
        )
        later = learned_initial(neuron)
        for variable, value in {**neuron.parameters, **neuron.initial}.items():
            if variable not in later:
                setattr(group, variable, value)
        for name in neuron.learnable:
            if group.variables[name].scalar:
                raise ModelError(f"{name!r} is shared; what is learned is one value a neuron.")
    except Exception as error:
        raise _refused(population, error) from error
    return group


def _build_connection(
    connection: Connection, groups: Mapping[str, Any], dt: float, clock: Any, *, lists: bool
) -> Any:
    structure = connection.structure
    try:
        synapses = brian2.Synapses(
            groups[connection.source],
            groups[connection.target],
            connection.synapse.equations,
            on_pre=connection.synapse.on_pre,
            delay=connection.delay * dt * brian2.second,
            clock=clock,
            name=connection.name,
        )
        if not lists or isinstance(structure, AllToAll):
            synapses.connect()
        else:
            found = structure.synapses(len(synapses.source), len(synapses.target))
            synapses.connect(i=found.source, j=found.target)
            if structure.fixed_weight is not None:
                setattr(synapses, f"{connection.synapse.weight}_", structure.fixed_weight)
    except Exception as error:
        raise ModelError(
            f"Connection {connection.name!r} (synapse {connection.synapse.name!r}): "
            f"{brian2_message(error)}"
        ) from error
    return synapses


def _check_name(kind: str, name: str) -> None:
    if not _NAME.match(name):
        raise ModelError(
            f"{kind.capitalize()} name {name!r} must be letters, digits and underscores, "
            "beginning with a letter."
        )
