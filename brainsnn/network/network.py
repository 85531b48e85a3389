"""A network that is put together step by step: notation first, then what papers' notation lacks."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from brian2 import Quantity, second

from brainsnn.errors import DataError, ModelError
from brainsnn.network.connectivity import AllToAll, Connectivity
from brainsnn.network.constants import constant
from brainsnn.network.constraints import Constraint
from brainsnn.network.delays import Delays, GivenDelays
from brainsnn.network.describe import draw, page, summary
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.notation import layered
from brainsnn.network.state_record import StateRecord
from brainsnn.network.synapses import FanInNormal, Initialiser, Sign, SynapseModel, instantaneous
from brainsnn.spikes import SpikeTrains


class Network(Model):
    """A network, from the notation of papers and what is added to it.

    Engines, rules and classifiers take it; each keeps it as it was then, so what is added later
    changes nothing for them. It compares by value, copies and pickles.

    Parameters
    ----------
    layers : str or mapping of str to int, optional
        Layers joined by hyphens (`brainsnn.network.notation`): ``784-200-10`` or
        ``28x28-12c5-2a-10``. Populations are ``input``, ``hidden1`` (``conv1``, ``pool1``), ...,
        ``output``. Or names and sizes of populations. Each is connected to the next, by a
        connection ``<source>_<target>``. Without it the network is empty: `add` and `connect` make
        it.
    neuron : Neuron or a sequence of them, optional
        Of every layer after the input, which needs one, or one for each.
    dt : str, Quantity or float, default "1*ms"
        Length of a step; a number is seconds.
    synapse : SynapseModel, default instantaneous
        Of every connection, unless `connect` says another.
    initialiser : Uniform, Normal, FanInNormal or a sequence of them, default FanInNormal()
        What first weights are drawn from, unless `connect` says another; of layers, one for each
        connection that learns.
    pooling : Neuron, optional
        Of pooling populations, if another.
    name : str, default "network"
        For descriptions.
    populations, connections, recorded : sequences, optional
        Instead of layers.

    Raises
    ------
    ModelError
        If the layers cannot be read or have no neuron, their neurons or first weights are of
        another number, or dt is no time above 0.

    Examples
    --------
    >>> leaky = Neuron("dv/dt = -v / (10*ms) : 1", "v > 1", "v = 0", method="exact")
    >>> net = Network("4-8-3", leaky)
    >>> net.add("context", 2)
    >>> net.connect("context", "hidden1", delay="3*ms")
    >>> net.connect("hidden1", "hidden1", sign="inhibitory")
    >>> net
    Network 'network', steps of 1 ms
      input (4), context (2) -> hidden1 (8), output (3)
      input_hidden1: all-to-all, 4 x 8 = 32 synapses
      hidden1_output: all-to-all, 8 x 3 = 24 synapses
      context_hidden1: all-to-all, 2 x 8 = 16 synapses, delay 3 steps
      hidden1_hidden1: all-to-all, 8 x 8 = 64 synapses, inhibitory
    """

    __hash__ = None  # type: ignore[assignment]  # it can change

    def __init__(
        self,
        layers: str | Mapping[str, int] | None = None,
        neuron: Neuron | Sequence[Neuron] | None = None,
        *,
        dt: str | Quantity | float = "1*ms",
        synapse: SynapseModel = instantaneous,
        initialiser: Initialiser | Sequence[Initialiser] | None = None,
        pooling: Neuron | None = None,
        name: str = "network",
        populations: Sequence[Population] = (),
        connections: Sequence[Connection] = (),
        recorded: Sequence[StateRecord] = (),
    ) -> None:
        length = _seconds("dt", dt)
        first = FanInNormal() if initialiser is None else initialiser
        if layers is not None:
            if neuron is None:
                raise ModelError(f"Network {layers!r} needs a neuron for its populations.")
            if populations or connections:
                raise ModelError("A network is given by its layers or by populations, not both.")
            populations, connections = layered(layers, neuron, first, synapse, pooling)
        super().__init__(name, tuple(populations), tuple(connections), length, tuple(recorded))
        usual = FanInNormal() if isinstance(first, Sequence) else first
        object.__setattr__(self, "_defaults", (synapse, usual))

    def frozen(self) -> Model:
        """Return the network as it is now, which what is added later does not change."""
        return Model(self.name, self.populations, self.connections, self.dt, self.recorded)

    def add(self, name: str, size: int, neuron: Neuron | None = None) -> None:
        """Add a population.

        Parameters
        ----------
        name : str
        size : int
            Its neurons.
        neuron : Neuron, optional
            None makes it an input: its spikes are given. Inputs stand first, in the order in which
            they were added, and the population ``output``, if there is one, stays last.

        Raises
        ------
        ModelError
            If the name is taken or impossible, or there is no neuron in it.
        """
        given = [*self.populations, Population(name, size, neuron)]
        given.sort(key=lambda p: 0 if p.neuron is None else 2 if p.name == "output" else 1)
        self._change(tuple(given), self.connections)

    def connect(
        self,
        source: str,
        target: str,
        connectivity: Connectivity | None = None,
        *,
        delay: Any = 0,
        synapse: SynapseModel | None = None,
        initialiser: Initialiser | None = None,
        sign: Sign | None = None,
        constraint: Constraint | None = None,
        name: str | None = None,
    ) -> None:
        """Connect two populations, or one with itself.

        Parameters
        ----------
        source, target : str
            Populations.
        connectivity : Connectivity, default AllToAll()
            Which synapses there are.
        delay : int, str, Quantity, array, GivenDelays or UniformDelays, default 0
            A whole number is steps, beyond the one that every spike takes; text (``"2*ms"``) and
            quantities are times of whole steps; an array has a delay for each synapse.
        synapse, initialiser : optional
            Other than those of the network.
        sign : {"excitatory", "inhibitory"}, optional
            Weights are drawn and learned with this sign.
        constraint : Constraint, optional
            Bounds of its weights, and which of them stay 0.
        name : str, default ``<source>_<target>``
            Its own name.

        Raises
        ------
        ModelError
            If a population is not there, something does not fit, or the name is taken.
        """
        usual, first = self._defaults  # type: ignore[attr-defined]
        connection = Connection(
            name or f"{source}_{target}",
            source,
            target,
            synapse or usual,
            initialiser or first,
            self._steps(delay),
            connectivity or AllToAll(),
            sign,
            constraint,
        )
        self._change(self.populations, (*self.connections, connection))

    def record(
        self,
        population: str,
        variable: str,
        neurons: Sequence[int] | None = None,
        every: int = 1,
    ) -> None:
        """Let engines keep a state variable, in the `traces` of their recordings.

        Parameters
        ----------
        population : str
            Or a connection, for a variable of its synapses.
        variable : str
        neurons : sequence of int, optional
            Or synapses, in order of source, then target; all by default.
        every : int, default 1
            Steps 0, `every`, 2 `every`, ..., each at its threshold: before any reset.

        Raises
        ------
        ModelError
            If there is no such population, variable or neuron, or it is recorded already.
        """
        which = None if neurons is None else tuple(neurons)
        record = StateRecord(population, variable, which, every)
        self._change(self.populations, self.connections, (*self.recorded, record))

    def side_by_side(self, trains: Mapping[str, SpikeTrains]) -> SpikeTrains:
        """Input spikes of all inputs as an engine takes them, from those of each.

        Parameters
        ----------
        trains : mapping of str to SpikeTrains
            Of each input population, the same trials.

        Raises
        ------
        DataError
            If an input is missing or another given, or sizes or trials differ.
        """
        sizes = {p.name: p.size for p in self.inputs}
        given = {name: part.n_neurons for name, part in trains.items()}
        if given != sizes:
            raise DataError(f"Inputs are {sizes} (neurons by population), got {given}.")
        return SpikeTrains.beside([trains[name] for name in sizes])

    def _change(
        self,
        populations: tuple[Population, ...],
        connections: tuple[Connection, ...],
        recorded: tuple[StateRecord, ...] | None = None,
    ) -> None:
        """Take over new parts, if they make a network."""
        kept = self.recorded if recorded is None else recorded
        checked = Model(self.name, populations, connections, self.dt, kept)
        for part in ("populations", "connections", "recorded"):
            object.__setattr__(self, part, getattr(checked, part))

    def _steps(self, delay: Any) -> int | Delays:
        if isinstance(delay, Delays | int | np.integer):
            return delay if isinstance(delay, Delays) else int(delay)
        if isinstance(delay, str | Quantity):
            steps = np.asarray(_seconds("delay", delay, many=True)) / self.dt
            whole = np.rint(steps)
            if (np.abs(whole - steps) > 1e-6).any():
                raise ModelError(f"A delay is a whole number of steps of {self.dt:g} s: {delay}.")
            return int(whole) if whole.ndim == 0 else GivenDelays(whole.astype(np.int64))
        if np.ndim(delay) == 0:
            raise ModelError(f'A delay is a number of steps or a time like "2*ms", got {delay!r}.')
        return GivenDelays(delay)

    def __repr__(self) -> str:
        return summary(self)

    def _repr_svg_(self) -> str:
        """Picture of the network (`brainsnn.network.describe`)."""
        return draw(self)

    def _repr_html_(self) -> str:
        return page(self)


def _seconds(what: str, given: Any, *, many: bool = False) -> Any:
    """A time as a number of seconds, or several where that is allowed."""
    value = constant(given) if isinstance(given, str) else given
    if isinstance(value, Quantity):
        value = np.asarray(value) if value.dim is second.dim else None
    elif isinstance(given, str):
        value = None
    usable = value is not None and not isinstance(value, str | bool)
    if usable and (many or np.ndim(value) == 0):
        try:
            numbers = np.asarray(value, np.float64)
        except (TypeError, ValueError):
            numbers = np.array(np.nan)
        if np.isfinite(numbers).all():
            return numbers if many else float(numbers)
    raise ModelError(f'{what} is a time such as "1*ms" or a quantity in seconds, got {given!r}.')
