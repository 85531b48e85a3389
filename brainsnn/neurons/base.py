"""What a neuron model is: Brian2 strings and the values that go with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from brainsnn.errors import ModelError
from brainsnn.registry import Registry, suggest


@dataclass(frozen=True)
class NeuronModel:
    """Equations, threshold and reset of a neuron, in Brian2's language.

    Parameters
    ----------
    name : str
        Name in the registry and in descriptions.
    equations : str
        Brian2 equations. Variables that hold parameters are flagged ``(constant)`` or
        ``(shared, constant)``: they keep their value from trial to trial. All other variables
        are state, and are put back to `initial` (0 where it says nothing) before every trial.
    threshold, reset : str
        Brian2 condition and statements.
    parameters : mapping of str to float or Quantity
        Values of the parameters, which may be changed between trials.
    initial : mapping of str to float, Quantity or str
        Values of state variables at the start of a trial; a string is a Brian2 expression.
    potential : str, default "v"
        The variable that is the membrane potential: recorded at spikes and at the end of a trial.
    refractory : str or bool, default False
        Brian2's refractory condition or time.
    learnable : tuple of str
        Parameters, one value a neuron, that rules learn. They stand beside the weights as
        ``<population>.<parameter>``, of shape (1, size).
    method : str, optional
        Brian2's numerical integration method; None lets Brian2 choose.
    summary : str
        One sentence for `describe` and the documentation.
    citation : str
        Where the model comes from.

    Examples
    --------
    >>> leaky = NeuronModel("leaky", "dv/dt = -v / (10*ms) : 1", "v > 1", "v = 0", method="exact")
    >>> leaky.potential
    'v'
    """

    name: str
    equations: str
    threshold: str
    reset: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    initial: Mapping[str, Any] = field(default_factory=dict)
    potential: str = "v"
    refractory: str | bool = False
    learnable: tuple[str, ...] = ()
    method: str | None = None
    summary: str = ""
    citation: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))
        object.__setattr__(self, "initial", MappingProxyType(dict(self.initial)))
        for name in self.learnable:
            self._check_parameter(name)

    def with_parameters(self, **values: Any) -> NeuronModel:
        """Return the same neuron with other parameter values.

        Raises
        ------
        ModelError
            If the neuron has no parameter of that name.
        """
        for name in values:
            self._check_parameter(name)
        return replace(self, parameters={**self.parameters, **values})

    def _check_parameter(self, name: str) -> None:
        if name not in self.parameters:
            raise ModelError(
                f"Neuron {self.name!r} has no parameter {name!r}. {suggest(name, self.parameters)}"
            )


NEURONS: Registry[NeuronModel] = Registry("neuron")
