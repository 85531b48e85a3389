"""Statements that synapses carry out when a spike arrives, and the names that they use."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brian2.equations import Equations
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers

from brainsnn.network.plasticity.declared import statements

if TYPE_CHECKING:
    from brainsnn.network.model import Connection, Model


@dataclass(frozen=True)
class Statement:
    """One statement of an ``on_pre``, and the names that it reads and writes."""

    connection: Connection
    text: str
    target: Equations | None

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"Connection {self.connection.name!r}, on_pre {self.text!r}"

    @property
    def synaptic(self) -> Equations:
        """Equations of the synapses."""
        return Equations(self.connection.synapse.equations)

    @property
    def operator(self) -> str:
        """How it writes: ``=``, ``+=``, ..."""
        return str(parse_statement(self.text)[1])

    @property
    def written(self) -> str | None:
        """Variable of the target that is written."""
        return self._of_target(parse_statement(self.text)[0])

    @property
    def read(self) -> set[str]:
        """All names that are read."""
        return set(get_identifiers(parse_statement(self.text)[2]))

    @property
    def read_of_target(self) -> set[str]:
        """Variables of the target that are read."""
        return {name for name in map(self._of_target, self.read) if name}

    def _of_target(self, name: str) -> str | None:
        if name in self.synaptic.names or self.target is None:
            return None
        plain = name.removesuffix("_post")
        return plain if plain in self.target.names else None


def statements_of(model: Model) -> Iterator[Statement]:
    """Every statement of every ``on_pre`` of a model."""
    for c in model.connections:
        neuron = model.population(c.target).neuron
        target = Equations(neuron.equations) if neuron else None
        for text in statements(c.synapse.on_pre):
            yield Statement(c, text, target)
