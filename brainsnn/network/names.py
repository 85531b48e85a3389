"""How what is learned is named among weights and in files: the one place that knows.

Weights of a connection have the connection's name; a parameter of a population's neurons is
``<population>.<variable>``, a plastic variable of synapses ``<connection>.<variable>``. Names of
populations and connections have no dot.
"""

from __future__ import annotations

from typing import NamedTuple, Self


class ParameterName(NamedTuple):
    """A parameter of the neurons of a population, or a plastic variable of synapses.

    Parameters
    ----------
    population : str
        Or the connection.
    variable : str

    Examples
    --------
    >>> str(ParameterName("output", "bias")), ParameterName.read("output.bias").variable
    ('output.bias', 'bias')
    >>> ParameterName.read("hidden_output") is None
    True
    """

    population: str
    variable: str

    def __str__(self) -> str:
        return f"{self.population}.{self.variable}"

    @classmethod
    def read(cls, name: str) -> Self | None:
        """Parameter of that name among weights; None for the weights of a connection."""
        population, dot, variable = name.partition(".")
        return cls(population, variable) if dot else None
