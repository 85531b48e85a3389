"""A network as a plain description."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.indices import size
from brainsnn.network.connectivity import AllToAll, Connectivity, ListedConnectivity
from brainsnn.network.constraints import Constraint
from brainsnn.network.delays import MOST, Delays
from brainsnn.network.memory import check_size
from brainsnn.network.neurons import Neuron
from brainsnn.network.parameters import Parameter, parameters_of
from brainsnn.network.state_record import StateRecord
from brainsnn.network.synapses import SIGNS, Initialiser, Sign, SynapseModel, Uniform, instantaneous
from brainsnn.streams import Streams

#: Order of a step on every engine. A spike at step t reaches its targets at t + 1.
SCHEDULE = ["start", "synapses", "groups", "thresholds", "resets", "end"]

PARTS = {
    "source": str,
    "target": str,
    "synapse": SynapseModel,
    "connectivity": Connectivity,
    "constraint": Constraint | None,
}
"""What a connection consists of, and of which kind."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Population:
    """A named group of neurons; without a neuron model, a source of given input spikes."""

    name: str
    size: int
    neuron: Neuron | None = None

    def __post_init__(self) -> None:
        _check_name("population", self.name)
        size(f"The size of population {self.name!r}", self.size, 1, ModelError)
        if self.neuron is not None:
            _check_kind(f"population {self.name!r}", "neuron", self.neuron, Neuron)


@dataclass(frozen=True)
class Connection:
    """Synapses from one population to another.

    Parameters
    ----------
    name, source, target : str
        Its own name, and the names of the two populations.
    synapse : SynapseModel
        Brian2 equations of each synapse.
    initialiser : Uniform, Normal or FanInNormal
        Where the first weights are drawn from.
    delay : int, GivenDelays or UniformDelays, default 0
        Steps that a spike takes beyond the one every spike takes: of all synapses, or of each.
    connectivity : Connectivity, default AllToAll()
        Which synapses there are, and which of them share a weight.
    sign : {"excitatory", "inhibitory"}, optional
        Weights are drawn and learned with this sign: 0 or more, or 0 or less.
    constraint : Constraint, optional
        Bounds and mask of its weights.
    """

    name: str
    source: str
    target: str
    synapse: SynapseModel = instantaneous
    initialiser: Initialiser = field(default_factory=Uniform)
    delay: int | Delays = 0
    connectivity: Connectivity = field(default_factory=AllToAll)
    sign: Sign | None = None
    constraint: Constraint | None = None

    def __post_init__(self) -> None:
        _check_name("connection", self.name)
        for part, kind in PARTS.items():
            _check_kind(f"connection {self.name!r}", part, getattr(self, part), kind)
        object.__setattr__(self, "connectivity", self.connectivity.seeded(self.name))
        if isinstance(self.delay, Delays):
            object.__setattr__(self, "delay", self.delay.seeded(self.name))
            if self.connectivity.shares_weights:
                raise ModelError(
                    f"Connection {self.name!r}: synapses that share weights "
                    f"({self.connectivity.name}) share one delay too."
                )
        elif not 0 <= size(f"Connection {self.name!r}: delay", self.delay, 0, ModelError) <= MOST:
            raise ModelError(f"Connection {self.name!r}: a delay has at most {MOST} steps.")
        if self.connectivity.shares_weights and (
            self.synapse.plastic or self.synapse.on_post or self.synapse.each_step
        ):
            raise ModelError(
                f"Connection {self.name!r}: synapses that share weights ({self.connectivity.name}) "
                "have nothing of their own that could be plastic."
            )
        if self.sign not in (None, *SIGNS):
            raise ModelError(
                f"Connection {self.name!r}: sign is one of {', '.join(SIGNS)}, got {self.sign!r}."
            )

    @property
    def regular(self) -> bool:
        """Whether its synapses need no list: its connectivity gives them, with one delay."""
        return not isinstance(self.connectivity, ListedConnectivity) and isinstance(self.delay, int)


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
    recorded : sequence of StateRecord
        State variables that engines keep, beside all spikes.

    Raises
    ------
    ModelError
        If a name is used twice, a connection's end is missing or an input, its connectivity does
        not fit its ends, or dt is not positive.
    """

    name: str
    populations: tuple[Population, ...]
    connections: tuple[Connection, ...]
    dt: float = 1e-3
    recorded: tuple[StateRecord, ...] = ()

    def __post_init__(self) -> None:
        for part in ("populations", "connections", "recorded"):
            object.__setattr__(self, part, tuple(getattr(self, part)))
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
                ends = self.ends(connection)
                connection.connectivity.check(*ends)
                _check_constraint(connection, ends)
                if isinstance(connection.delay, Delays):
                    connection.delay.of(connection.connectivity.n_synapses(*ends))
            except ModelError as error:
                raise ModelError(f"Connection {connection.name!r}: {error}") from error
        for record in self.recorded:
            record.check(self)
        kept = [record.name for record in self.recorded]
        if len(set(kept)) < len(kept):
            raise ModelError(f"Model {self.name!r} records a variable twice: {', '.join(kept)}.")

    def frozen(self) -> Model:
        """Return the network as it is now."""
        return self

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

    @property
    def output(self) -> Population:
        """The population that is read: the last."""
        return self.populations[-1]

    def chain(self) -> tuple[Connection, ...] | None:
        """Connections on the way from the input to the output, where there is only this one.

        Returns
        -------
        tuple of Connection, or None
            In the order of that way, each leading on from where the one before ends; None if the
            network is more than a chain: has other inputs, populations or connections than those
            on the way, or leads back.
        """
        if len(self.inputs) != 1:
            return None
        here, way = self.inputs[0].name, list[Connection]()
        while True:
            onward = [c for c in self.connections if c.source == here]
            if not onward:
                break
            if len(onward) > 1 or len(way) == len(self.connections):
                return None
            way.append(onward[0])
            here = onward[0].target
        visited = {c.target for c in way}
        whole = len(way) == len(self.connections) == len(self.populations) - 1 == len(visited)
        return tuple(way) if whole and here == self.output.name else None

    def owner_size(self, name: str) -> int:
        """Neurons of a population, or synapses of a connection."""
        for connection in self.connections:
            if connection.name == name:
                return connection.connectivity.n_synapses(*self.ends(connection))
        return self.population(name).size

    def recorded_shape(self, record: StateRecord, n_steps: int) -> tuple[int, int]:
        """Steps and neurons of what is recorded in a trial of so many steps."""
        return record.steps(n_steps).size, record.which(self.owner_size(record.population)).size

    def ends(self, connection: Connection) -> tuple[int, int]:
        """Sizes of the populations that a connection leads from and to."""
        return self.population(connection.source).size, self.population(connection.target).size

    @property
    def trainable(self) -> dict[str, Parameter]:
        """What rules learn, by name: connections, and ``<population>.<parameter>`` of neurons."""
        return parameters_of(self)

    @property
    def plastic(self) -> tuple[str, ...]:
        """What a trial changes for good, by the names of `trainable`."""
        return tuple(name for name, part in self.trainable.items() if part.plastic)

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Shape (pre, post) of everything that is learned, by name; (1, size) for a parameter."""
        return {name: part.shape for name, part in self.trainable.items()}

    def start_weights(self) -> dict[str, NDArray[np.float64]]:
        """What an engine holds before it is given weights: 0, and the neurons' own parameters."""
        return {name: part.start() for name, part in self.trainable.items()}

    def draw_weights(self, streams: Streams) -> dict[str, NDArray[np.float64]]:
        """First values of everything that is learned, weights from the stream ``weights``."""
        check_size(self.name, self.shapes)
        rng = streams["weights"]
        return {name: part.draw(rng) for name, part in self.trainable.items()}


def _check_constraint(connection: Connection, ends: tuple[int, int]) -> None:
    """Refuse a constraint that no weights of a connection could keep to."""
    constraint, connectivity = connection.constraint, connection.connectivity
    if constraint is None:
        return
    if connectivity.fixed_weight is not None:
        raise ModelError(f"its weights are fixed ({connectivity.name}): nothing is constrained")
    constraint.check(connectivity.shape(*ends))
    low, high = constraint.bounds
    wrong = {"excitatory": high < 0, "inhibitory": low > 0}
    if connection.sign is not None and wrong[connection.sign]:
        raise ModelError(f"no {connection.sign} weight is within {low:g} to {high:g}")


def _check_kind(owner: str, part: str, value: Any, kind: Any) -> None:
    if not isinstance(value, kind):
        names = getattr(kind, "__name__", "Constraint or None")
        raise ModelError(f"The {part} of {owner} must be a {names}, got {value!r}.")


def _check_name(kind: str, name: str) -> None:
    if not isinstance(name, str) or not _NAME.match(name):
        raise ModelError(
            f"{kind.capitalize()} name {name!r} must be letters, digits and underscores, "
            "beginning with a letter."
        )
