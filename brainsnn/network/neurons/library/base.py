"""What an entry of the library of neurons is: strings, parameters with units, and an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brainsnn.network.neurons.base import Neuron
from brainsnn.registry import Registry


@dataclass(frozen=True)
class LibraryNeuron:
    """A neuron of the field, with a constant current that shows what it does.

    Its equations have the line ``I = I_ext : ...``: the current is `I_ext`, a parameter, and what
    receptors add to it (`brainsnn.network.synapses.library.receiving`).

    Parameters
    ----------
    neuron : Neuron
        With the published parameters.
    drive : mapping of str to str
        Parameters of the example, the current among them.
    duration, dt : str
        Of the example.
    patterns : mapping of str to mapping
        Named sets of parameters, with the current under which each shows its firing pattern.
    """

    neuron: Neuron
    drive: Mapping[str, str]
    duration: str = "200*ms"
    dt: str = "0.1*ms"
    patterns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def example(self, pattern: str | None = None) -> Neuron:
        """The neuron under the current of its example, or of a named pattern.

        Raises
        ------
        ConfigError
            If there is no such pattern.
        """
        known: Registry[Mapping[str, Any]] = Registry("firing pattern")
        for name, values in self.patterns.items():
            known.add(name, values)
        given = self.drive if pattern is None else known[pattern]
        return self.neuron.with_parameters(**given)


LIBRARY: Registry[LibraryNeuron] = Registry("neuron of the library")
