"""Networks that a rule derived by hand covers: chains of layers of one neuron and one synapse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brainsnn.errors import RuleError
from brainsnn.learning.likeness import Likeness, likeness, statements, written
from brainsnn.network.connectivity import AllToAll, Connectivity
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel, instantaneous

if TYPE_CHECKING:
    from brainsnn.network.model import Connection, Model, Population


@dataclass(frozen=True)
class Layers:
    """A chain of layers, as a rule reads it.

    Parameters
    ----------
    rule : str
        Name of the rule, for messages.
    neuron : str
        Name of the neuron, of those derived for, that all populations have.
    populations : tuple of Population
        Those with neurons, from the first after the input to the output.
    connections : tuple of Connection
        The one to each of them.
    values : mapping of str to mapping of str to value
        By population, the values of the parameters of the neuron that was derived for.
    """

    rule: str
    neuron: str
    populations: tuple[Population, ...]
    connections: tuple[Connection, ...]
    values: Mapping[str, Mapping[str, Any]]

    @property
    def n_outputs(self) -> int:
        """Size of the output population."""
        return self.populations[-1].size

    def value(self, population: Population, parameter: str) -> float:
        """Value of a parameter, the same for all neurons of a population.

        Raises
        ------
        RuleError
            If they differ.
        """
        values = np.unique(np.asarray(self.values[population.name][parameter], np.float64))
        if values.size != 1:
            raise RuleError(
                f"Population {population.name!r}: the rule {self.rule!r} takes one {parameter} for "
                f"all neurons; there are {values.size}."
            )
        return float(values[0])

    def check_biases(self, bias: str) -> None:
        """Check that biases are learned or 0, and set in when a spike of the input can arrive.

        Parameters
        ----------
        bias : str
            The parameter that acts from the step `onset` on.

        Raises
        ------
        RuleError
            If one that is not 0 is not learned, or `onset` is not the number of connections between
            a population and the input.
        """
        for depth, population in enumerate(self.populations, start=1):
            assert population.neuron is not None
            learned = bias in population.neuron.trainable
            if not learned and np.any(np.asarray(self.values[population.name][bias])):
                raise RuleError(
                    f"Population {population.name!r}: the rule {self.rule!r} takes a {bias} that "
                    "is not trained to be 0."
                )
            onset = self.value(population, "onset")
            if learned and onset != depth:
                raise RuleError(
                    f"Population {population.name!r}: the rule {self.rule!r} takes its {bias} to "
                    f"set in at step {depth}, one for each connection from the input, but its "
                    f"onset is {onset:g}."
                )

    def common(self, parameter: str, hidden: bool = False) -> float:
        """Value of a parameter in all populations, or in the hidden ones alone.

        Raises
        ------
        RuleError
            If populations, or the neurons of one, differ.
        """
        populations = self.populations[:-1] if hidden and self.populations[1:] else self.populations
        values = {p.name: self.value(p, parameter) for p in populations}
        first, value = next(iter(values.items()))
        for name, other in values.items():
            if other != value:
                raise RuleError(
                    f"The rule {self.rule!r} takes one {parameter} for all populations, but "
                    f"{first!r} has {value:g} and {name!r} {other:g}."
                )
        return value


@dataclass(frozen=True)
class Derivation:
    """Which networks a rule was derived for.

    Parameters
    ----------
    neurons : tuple of Neuron
        One of which all populations have, with parameters of any value.
    synapse : SynapseModel, default instantaneous
        That of every connection.
    connectivities : tuple of Connectivity classes, default (AllToAll,)
        Which connections there may be.
    trained : tuple of str, default ()
        Parameters of neurons that the rule has a gradient for.
    """

    neurons: tuple[Neuron, ...]
    synapse: SynapseModel = instantaneous
    connectivities: tuple[type[Connectivity], ...] = (AllToAll,)
    trained: tuple[str, ...] = ()

    def layers(self, rule: str, network: Model) -> Layers:
        """Read a network of the kind that was derived for.

        Raises
        ------
        RuleError
            If it is of another; the message names the population or connection and the reason.
        """
        chain = network.chain()
        if chain is None or not chain:
            raise RuleError(
                f"The rule {rule!r} was derived for chains of layers, from one input to the "
                f"output; in {network.name!r}, {_beside_chain(network)}."
            )
        targets = tuple(network.population(c.target) for c in chain)
        if chain != network.connections or targets != network.populations[1:]:
            raise RuleError(
                f"The rule {rule!r} needs the populations and connections of {network.name!r} "
                f"listed from the input to the output: {', '.join(c.name for c in chain)}."
            )
        for connection in chain:
            self.check_connection(rule, connection)
        found = {p.name: self._known(rule, p) for p in targets}
        kinds = sorted({name for name, _ in found.values()})
        if len(kinds) > 1:
            raise RuleError(
                f"The rule {rule!r} needs the same neuron in all populations; {network.name!r} has "
                f"{', '.join(kinds)}."
            )
        values = {name: alike.values for name, (_, alike) in found.items()}
        return Layers(rule, kinds[0], targets, chain, values)

    def check_connection(self, rule: str, connection: Connection) -> None:
        """Refuse a connection of another synapse or kind, or with a delay.

        Raises
        ------
        RuleError
            With its name, and in what it differs.
        """
        parts = {
            what: (getattr(connection.synapse, what), getattr(self.synapse, what))
            for what in ("equations", "on_pre", "weight")
        }
        reasons = [
            f"its {what} is {written(given)}, not {written(wanted)}"
            for what, (given, wanted) in parts.items()
            if statements(given) != statements(wanted)
        ]
        if not (isinstance(connection.delay, int) and connection.delay == 0):
            reasons.append(f"it has a delay ({connection.delay})")
        if type(connection.connectivity) not in self.connectivities:
            known = ", ".join(s.name for s in self.connectivities)
            reasons.append(f"it is {connection.connectivity.name}, not {known}")
        if reasons:
            raise RuleError(
                f"Connection {connection.name!r}: the rule {rule!r} was not derived for it: "
                f"{'; '.join(reasons)}."
            )

    def _known(self, rule: str, population: Population) -> tuple[str, Likeness]:
        """Name of the neuron that a population's is, of those derived for, and its values."""
        neuron = population.neuron
        assert neuron is not None
        found = {known.name: likeness(neuron, known) for known in self.neurons}
        name, alike = min(found.items(), key=lambda item: len(item[1].differences))
        if alike.differences:
            raise RuleError(
                f"Population {population.name!r}: the rule {rule!r} was derived for the neuron "
                f"{' or '.join(found)}, not for {neuron.name!r}: compared with {name}, "
                f"{'; '.join(alike.differences)}."
            )
        for parameter in neuron.trainable:
            if parameter not in self.trained:
                raise RuleError(
                    f"Population {population.name!r}: {parameter} is to be trained, but the rule "
                    f"{rule!r} has no gradient for it; of parameters of neurons it trains "
                    f"{', '.join(self.trained) or 'none'}."
                )
        return name, alike


def _beside_chain(network: Model) -> str:
    """Say what a network has that a chain has not."""
    if len(network.inputs) != 1:
        names = ", ".join(p.name for p in network.inputs) or "none"
        return f"the number of inputs is {len(network.inputs)} ({names})"
    order = list(network.sizes)
    for c in network.connections:
        if order.index(c.source) >= order.index(c.target):
            kind = "to itself" if c.source == c.target else "back"
            return f"the connection {c.name!r} leads from {c.source!r} {kind} to {c.target!r}"
    for what, end in (("ends at", "target"), ("begins at", "source")):
        seen: dict[str, str] = {}
        for c in network.connections:
            there = getattr(c, end)
            if there in seen:
                return f"more than one connection {what} {there!r}: {seen[there]}, {c.name}"
            seen[there] = c.name
    return f"the connections do not lead through all populations to {network.output.name!r}"
