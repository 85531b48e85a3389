"""What a neuron model is: Brian2 strings and the values that go with them."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from brian2.equations import Equations

from brainsnn.errors import ModelError
from brainsnn.network.brian2_errors import brian2_message
from brainsnn.network.constants import constant
from brainsnn.network.constraints import Constraint
from brainsnn.network.plasticity.declared import check_plastic, plastic_names
from brainsnn.registry import Registry, suggest


@dataclass(frozen=True)
class Neuron:
    """Equations, threshold and reset of a neuron, in Brian2's language.

    Parameters
    ----------
    equations : str
        Brian2 equations. Variables that hold parameters are flagged ``(constant)`` or
        ``(shared, constant)``: they keep their value from trial to trial. All other variables
        are state, and are put back to `initial` (0 where it says nothing) before every trial.
    threshold, reset : str
        Brian2 condition and statements.
    parameters : mapping of str to float, Quantity or str
        Values of the parameters, which may be changed between trials; text is a constant with its
        unit (``"20*ms"``), or a Brian2 expression that gives each neuron its own.
    initial : mapping of str to float, Quantity or str
        Values of state variables at the start of a trial; a string is a Brian2 expression.
    potential : str, default "v"
        The variable that is the membrane potential: recorded at spikes and at the end of a trial.
    refractory : str or bool, default False
        Brian2's refractory condition or time.
    trainable : sequence of str
        Parameters, one value a neuron, that rules learn. They stand beside the weights as
        ``<population>.<parameter>``, of shape (1, size), in SI units. One with a unit is learned as
        a share of its first value, which a learning rate can be given for; a time stays at a step
        or longer.
    plastic : sequence of str
        State that goes on from trial to trial instead of being put back, such as a threshold that
        adapts: it begins with `initial`, a constant, and stands beside the weights as
        ``<population>.<variable>``.
    constraints : mapping of str to Constraint
        Bounds of what is trainable, by parameter.
    method : str, optional
        Brian2's numerical integration method; None lets Brian2 choose.
    summary : str
        One sentence for `describe` and the documentation.
    citation : str
        Where the model comes from.
    name : str, default "neuron"
        Name in the registry, in descriptions and in messages.

    Raises
    ------
    ModelError
        If equations, threshold or reset are no text, Brian2 cannot read the equations, what is
        trainable is no parameter, what is plastic no state, either begins with no constant, or a
        constraint does not fit.

    Examples
    --------
    >>> leaky = Neuron("dv/dt = -v / (10*ms) : 1", "v > 1", "v = 0", method="exact", name="leaky")
    >>> leaky.potential
    'v'
    """

    equations: str
    threshold: str
    reset: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    initial: Mapping[str, Any] = field(default_factory=dict)
    potential: str = "v"
    refractory: str | bool = False
    trainable: tuple[str, ...] = ()
    method: str | None = None
    summary: str = ""
    citation: str = ""
    name: str = "neuron"
    plastic: tuple[str, ...] = ()
    constraints: Mapping[str, Constraint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what in ("equations", "threshold", "reset", "potential", "name"):
            if not isinstance(getattr(self, what), str):
                raise ModelError(
                    f"Neuron {self.name!r}: {what} is text, got {getattr(self, what)!r:.100}."
                )
        try:
            Equations(self.equations)
        except Exception as error:
            raise ModelError(f"Neuron {self.name!r}: {brian2_message(error)}") from error
        given = (self.trainable,) if isinstance(self.trainable, str) else tuple(self.trainable)
        object.__setattr__(self, "trainable", given)
        values = {name: _value(value) for name, value in self.parameters.items()}
        object.__setattr__(self, "parameters", MappingProxyType(values))
        object.__setattr__(self, "initial", MappingProxyType(dict(self.initial)))
        self._check_plastic()
        object.__setattr__(self, "constraints", MappingProxyType(dict(self.constraints)))
        self._check_constraints()
        for name in self.trainable:
            self._check_parameter(name)
            if isinstance(self.parameters[name], str):
                raise ModelError(
                    f"Neuron {self.name!r}: {name!r} is trained from a first value such as 0.5, "
                    f'"20*ms" or an array, got {self.parameters[name]!r}.'
                )

    def _check_plastic(self) -> None:
        object.__setattr__(self, "plastic", plastic_names(self.plastic))
        check_plastic(f"Neuron {self.name!r}", self.equations, self.plastic)
        for name in self.plastic:
            if isinstance(self.first_value(name), str):
                raise ModelError(
                    f"Neuron {self.name!r}: {name!r} is plastic and begins with a constant such as "
                    f'0.5, "20*mV" or an array, got {self.initial[name]!r}.'
                )

    def first_value(self, name: str) -> Any:
        """What a state variable begins a trial with: 0 where nothing is said."""
        return _value(self.initial.get(name, 0.0))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Neuron):
            return NotImplemented
        return all(same(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    def __hash__(self) -> int:
        return hash((self.name, self.equations, self.threshold, self.reset))

    def __reduce__(self) -> tuple[Any, ...]:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        for name in ("parameters", "initial", "constraints"):
            values[name] = dict(values[name])
        return partial(Neuron, **values), ()

    def _check_constraints(self) -> None:
        for name, constraint in self.constraints.items():
            where = f"Neuron {self.name!r}, constraint of {name!r}"
            if name not in self.trainable or name not in self.parameters:
                raise ModelError(
                    f"{where}: {name!r} is not trainable. {suggest(name, self.trainable)}"
                )
            if not isinstance(constraint, Constraint):
                raise ModelError(f"{where} is a Constraint, got {constraint!r:.100}.")
            if constraint.mask is not None:
                raise ModelError(f"{where}: a mask is of a connection's weights.")
            try:
                constraint.check((1, 1), self.parameters[name])
            except ModelError as error:
                raise ModelError(f"{where}: {error}.") from error

    def with_parameters(self, **values: Any) -> Neuron:
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


def _value(given: Any) -> Any:
    """What text stands for, where it is a constant; all else as it is."""
    value = constant(given) if isinstance(given, str) else None
    return given if value is None else value


def same(one: Any, other: Any) -> bool:
    """Whether two values are alike: numbers and quantities, alone or in arrays, text, mappings."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        alike = getattr(one, "dim", None) is getattr(other, "dim", None)
        return alike and np.array_equal(np.asarray(one), np.asarray(other))
    return bool(one == other)


NEURONS: Registry[Neuron] = Registry("neuron")
