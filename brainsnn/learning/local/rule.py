"""What a rule is that acts inside the trial: Brian2 strings that it adds to a network.

A local rule has no gradient. `LocalRule.augment` adds its strings to connections of a network,
whose weights become plastic: the engine changes them while it runs. `bind` gives what a `Trainer`
needs beyond that: what happens between trials.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from pydantic import Field

from brainsnn.codes import DECODERS
from brainsnn.errors import RuleError
from brainsnn.learning.local.bound import BoundLocalRule
from brainsnn.learning.local.strings import Strings, joined
from brainsnn.learning.rule import Rule
from brainsnn.network.constants import constant, unit_text
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.plasticity.declared import variables_in
from brainsnn.network.synapses import SynapseModel
from brainsnn.spikes.targets import Classes, NoTargets, Targets


class LocalRule(Rule):
    """Base of rules that act inside the trial.

    A subclass sets the strings, or `strings` where settings choose among them. In them ``w`` is the
    weight, and the rule's own settings are known by their names.

    Parameters
    ----------
    connections : tuple of str
        Connections that learn; by default all from input populations.
    normalise : float, optional
        Sum of the weights onto each neuron that is restored after every trial.
    learning_rate : float
        Times which a reward at the end of a trial counts, as the schedule goes on from there; what
        a spike changes is said by the rule's own settings alone.

    Attributes
    ----------
    equations, on_pre, on_post, each_step, neuron : str
        See `Strings`.
    """

    codes: ClassVar[tuple[str, ...]] = ("labelled", "rate", "first_spike", "potential")
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"
    equations: ClassVar[str] = ""
    on_pre: ClassVar[str] = ""
    on_post: ClassVar[str] = ""
    each_step: ClassVar[str] = ""
    neuron: ClassVar[str] = ""

    learning_rate: float = Field(default=1.0, gt=0)
    connections: tuple[str, ...] = ()
    normalise: float | None = Field(default=None, gt=0)

    def strings(self) -> Strings:
        """What these settings add to a connection and its target."""
        parts = ("equations", "on_pre", "on_post", "each_step", "neuron")
        return Strings(**{part: getattr(self, part) for part in parts})

    def learns_from(self) -> tuple[type[Targets], ...]:
        """Classes, which only the decoder sees, or nothing."""
        return (NoTargets, Classes)

    def read_by(self) -> tuple[str, ...]:
        """Output codes that are registered."""
        return tuple(code for code in self.codes if code in DECODERS)

    def check_plastic(self, network: Model) -> None:
        """Networks whose own equations learn are what the rule is for."""

    def taught(self, network: Model) -> tuple[str, ...]:
        """Names of the connections that learn.

        Raises
        ------
        RuleError
            If one is not there, or there is none.
        """
        inputs = {p.name for p in network.inputs}
        known = [c.name for c in network.connections]
        named = self.connections or tuple(c.name for c in network.connections if c.source in inputs)
        for name in named:
            if name not in known:
                raise RuleError(f"The rule {self.name!r}: no connection {name!r}, only {known}.")
        if not named:
            raise RuleError(f"The rule {self.name!r}: no connection leads from an input.")
        return named

    def augment(self, network: Model) -> Model:
        """The network with the rule's strings in the connections that learn.

        Raises
        ------
        RuleError
            If a connection is not there, its weight is not called ``w``, or it has the strings of
            such a rule already.
        ModelError
            If the strings do not go with its equations.
        """
        names, strings = self.taught(network), self.strings()
        connections = tuple(
            self._learning(c, strings, network) if c.name in names else c
            for c in network.connections
        )
        targets = {c.target for c in network.connections if c.name in names}
        populations = tuple(
            self._extended(p, strings) if p.name in targets else p for p in network.populations
        )
        return Model(network.name, populations, connections, network.dt, network.recorded)

    def _learning(self, connection: Connection, strings: Strings, network: Model) -> Connection:
        synapse, parts = connection.synapse, ("equations", "on_pre", "on_post", "each_step")
        silent = not any(getattr(strings, part) for part in parts)
        if silent and "w" in synapse.plastic:
            return connection  # another rule's, of which this one scales the weights
        if synapse.weight != "w" or synapse.plastic:
            reason = "is plastic already" if synapse.plastic else f"has a weight {synapse.weight!r}"
            raise RuleError(
                f"The rule {self.name!r}: connection {connection.name!r} {reason}; it takes plain "
                "synapses with a weight 'w'."
            )
        neurons = [network.population(k).neuron for k in (connection.source, connection.target)]
        taken = {name for neuron in neurons if neuron for name in variables_in(neuron.equations)}
        mine = set(type(self).model_fields) | variables_in(strings.equations)
        strings, renamed = strings.apart(taken & mine)
        own, values = self._parameters(strings.names(*parts), renamed)
        texts = {part: joined(getattr(synapse, part), getattr(strings, part)) for part in parts}
        taught = SynapseModel(
            name=f"{synapse.name}, {self.name}",
            **{**texts, "equations": joined(texts["equations"], own)},
            parameters={**synapse.parameters, **values},
            plastic=strings.plastic,
            summary=synapse.summary,
            citation=self.citation,
        )
        return replace(connection, synapse=taught)

    def _extended(self, population: Population, strings: Strings) -> Population:
        """The population with what the rule needs of its neurons, where it lacks that."""
        neuron, more = population.neuron, joined(strings.neuron)
        if neuron is None or not more or more in neuron.equations:
            return population
        own, values = self._parameters(strings.names("neuron"))
        first = {
            name: neuron.first_value(neuron.potential if source == "potential" else source)
            for name, source in strings.begins_as.items()
        }
        extended = replace(
            neuron,
            equations=joined(neuron.equations, more, own),
            parameters={**neuron.parameters, **values},
            initial={**neuron.initial, **first},
        )
        return replace(population, neuron=extended)

    def _parameters(
        self, names: Iterable[str], renamed: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[str, dict[str, Any]]:
        """Declarations and values of the settings that strings name, some by another name."""
        lines, values, named = [], {}, set(names)
        for field in type(self).model_fields:
            given, name = getattr(self, field), renamed.get(field, field)
            if name not in named:
                continue
            if isinstance(given, bool) or not isinstance(given, float | int | str):
                continue
            value = constant(given) if isinstance(given, str) else float(given)
            unit = unit_text(value.dim) if hasattr(value, "dim") else "1"
            lines.append(f"{name} : {unit} (shared, constant)")
            values[name] = value
        return "\n".join(lines), values

    def bound(self, network: Model, n_steps: int) -> BoundLocalRule:  # noqa: ARG002
        """See `Rule`."""
        return BoundLocalRule(network, self.sums(network))

    def sums(self, network: Model) -> dict[str, float]:
        """Connections that learn, and the sum of weights that is restored after every trial.

        Raises
        ------
        RuleError
            If one is not plastic: the network is not the augmented one.
        """
        taught = self.taught(network)
        for c in network.connections:
            if c.name in taught and "w" not in c.synapse.plastic:
                raise RuleError(
                    f"The rule {self.name!r}: connection {c.name!r} is not plastic. The rule acts "
                    "inside the trial: make the engine of rule.augment(network)."
                )
        return {} if self.normalise is None else dict.fromkeys(taught, self.normalise)
