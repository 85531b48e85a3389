"""A neuron's strings, rewritten for a fit, and derived by the parameters to be found.

All that a fit needs is said in Brian2's language, so that the derivation sees nothing new:

- the stimulus takes the place of a parameter, as a TimedArray;
- with recorded spikes, these reset the neuron and not its own threshold; from its own crossing to
  the recorded spike it stands still, since what rises exponentially would overflow;
- a recorded trace can pull the potential, ``+ pull*(recorded(t) - v)`` in its equation, so that the
  loss has no other minimum where spikes are apart (Abarbanel et al. 2009);
- a rate of escape is summed by a state of its own: minus the log-likelihood of the spikes.
"""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import brian2
import numpy as np
from brian2.equations.equations import (
    DIFFERENTIAL_EQUATION,
    PARAMETER,
    SUBEXPRESSION,
    Expression,
    SingleEquation,
)
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.learning.equations import Spike, derive
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.network.constants import constant
from brainsnn.network.neurons import Neuron

Floats = NDArray[np.float64]

CELL, UNLIKELIHOOD, PULL = "cell", "unlikelihood", "pull"
"""Names of the group, of the state that sums minus the log-likelihood, and of the pull."""

STILL = (None, "exact", "linear", "independent", "exponential_euler")
"""Methods of equations that need not stand still: linear in the potential, or nearly so."""


@dataclass(frozen=True)
class Recorded:
    """What a fit takes from a recording.

    Parameters
    ----------
    stimulus : array of float64, shape (n_steps,)
    current : str
        The parameter whose place it takes.
    dt : float
        Seconds of a step.
    hits : array of float64, shape (n_steps,), optional
        1 in the steps of recorded spikes, if these reset the neuron.
    trace : array of float64, shape (n_steps,), optional
        What pulls the potential.
    variable : str
        The potential.
    escape : str
        Rate of spikes, as a Brian2 string; none if empty.
    """

    stimulus: Floats
    current: str
    dt: float
    hits: Floats | None = None
    trace: Floats | None = None
    variable: str = "v"
    escape: str = ""

    def tables(self, units: Mapping[str, Any]) -> dict[str, brian2.TimedArray]:
        """The columns, as TimedArrays."""
        given = {"stimulus": self.stimulus, "recorded_hit": self.hits, "recorded": self.trace}
        unit = {"stimulus": units[self.current], "recorded": units.get(self.variable, 1)}
        step = self.dt * brian2.second
        return {
            name: brian2.TimedArray(values * unit.get(name, 1), dt=step)
            for name, values in given.items()
            if values is not None
        }


@dataclass
class _Strings:
    """Equations by name, threshold and reset, as they are rewritten."""

    neuron: Neuron
    recorded: Recorded
    equations: dict[str, SingleEquation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.equations = dict(brian2.Equations(self.neuron.equations))
        states = [k for k, e in self.equations.items() if e.type == DIFFERENTIAL_EQUATION]
        if self.recorded.variable not in states:
            raise ModelError(
                f"Neuron {self.neuron.name!r} has no state {self.recorded.variable!r}: "
                f"{', '.join(states)}."
            )
        self.threshold, self.reset = self.neuron.threshold, self.neuron.reset
        self.method: Any = self.neuron.method or ("exact", "euler")

    def units(self) -> dict[str, Any]:
        return {k: brian2.Quantity(1.0, dim=e.dim) for k, e in self.equations.items()}

    def stimulate(self) -> None:
        name = self.recorded.current
        old = self.equations.get(name)
        if old is None or old.type != PARAMETER:
            raise ModelError(
                f"Neuron {self.neuron.name!r} has no parameter {name!r} for the stimulus."
            )
        self.equations[name] = SingleEquation(
            SUBEXPRESSION, name, old.dim, expr=Expression("stimulus(t)")
        )

    def free(self, names: tuple[str, ...]) -> None:
        """What is trained is one value a neuron."""
        for name in names:
            old = self.equations[name]
            flags = [flag for flag in old.flags if flag != "shared"]
            self.equations[name] = SingleEquation(PARAMETER, name, old.dim, flags=flags)

    def _rewrite(self, name: str, pattern: str) -> None:
        old = self.equations[name]
        self.equations[name] = SingleEquation(
            old.type,
            name,
            old.dim,
            expr=Expression(pattern.format(old.expr.code)),
            flags=list(old.flags),
        )

    def pull(self) -> None:
        name, hertz = self.recorded.variable, brian2.hertz.dim
        self._rewrite(name, f"({{}}) + {PULL}*(recorded(t) - {name})")
        self.equations[PULL] = SingleEquation(PARAMETER, PULL, hertz, flags=["constant"])

    def force(self) -> None:
        """Recorded spikes reset the neuron; it stands still from its own to the recorded one."""
        if self.neuron.method not in STILL and not self.recorded.escape:
            for name, equation in list(self.equations.items()):
                if equation.type == DIFFERENTIAL_EQUATION:
                    self._rewrite(name, f"({{}})*int(not ({self.threshold}))")
        state = self.recorded.variable
        unit = brian2.Quantity(1.0, dim=self.equations[state].dim)
        least = "-1e30" if brian2.is_dimensionless(unit) else f"-1e30*{brian2.get_unit(unit.dim)!r}"
        self.threshold = f"{state} > {least} and recorded_hit(t) > 0.5"

    def escape(self) -> None:
        r"""Sum minus the log-likelihood, step by step.

        A step without spike adds :math:`\rho\,dt` of the state that it left, which is the state
        that the next update meets; a spike adds :math:`-\log(1 - e^{-\rho\,dt})`.
        """
        rate, refractory = self.recorded.escape, self.neuron.refractory
        if isinstance(refractory, str):
            refractory = constant(refractory) or refractory
        if isinstance(refractory, str):
            raise ModelError(
                f"Neuron {self.neuron.name!r}: a likelihood needs a refractory time, not the "
                f"condition {refractory!r}."
            )
        free, begun = "", "int(t > 0.5*dt)"
        if refractory is not False:
            waited = "timestep(t - dt - lastspike, dt)"
            steps = round(float(np.asarray(refractory)) / self.recorded.dt)
            free = f"*int({waited} >= {steps})"
        expected = f"({rate})*dt"
        self.equations[UNLIKELIHOOD] = SingleEquation(
            DIFFERENTIAL_EQUATION,
            UNLIKELIHOOD,
            brian2.second.dim * brian2.hertz.dim,
            expr=Expression(f"({rate})*{begun}{free}"),
        )
        told = f"{UNLIKELIHOOD} -= log({expected}) + log(exprel(-({expected})))"
        after = "" if free else f"; {UNLIKELIHOOD} -= {expected}"
        self.reset = f"{told}; {self.reset}{after}" if self.reset else f"{told}{after}"
        if self.neuron.method in (None, "exact", "linear", "independent"):
            self.method = "exponential_euler"


def derived_neuron(
    neuron: Neuron, recorded: Recorded, names: tuple[str, ...], spike: Spike
) -> DerivedNetwork:
    """The neuron under a recording, derived by parameters.

    Parameters
    ----------
    neuron : Neuron
    recorded : Recorded
    names : tuple of str
        Parameters that are to be found.
    spike : Spike
        What stands for the derivative of a spike.

    Raises
    ------
    ModelError
        If the stimulus has no place, or the strings go with no likelihood.
    DerivationError
        If something in the strings has no derivative.
    """
    strings = _Strings(neuron, recorded)
    units = strings.units()
    strings.stimulate()
    strings.free(names)
    if recorded.hits is not None:
        strings.force()
    if recorded.trace is not None:
        strings.pull()
    if recorded.escape:
        strings.escape()
    group = brian2.NeuronGroup(
        1,
        brian2.Equations(list(strings.equations.values())),
        threshold=strings.threshold,
        reset=strings.reset,
        refractory=neuron.refractory,
        method=strings.method,
        clock=brian2.Clock(dt=recorded.dt * brian2.second),
        name=CELL,
    )
    values = {k: v for k, v in neuron.parameters.items() if k != recorded.current}
    for name, value in {**values, **neuron.initial}.items():
        setattr(group, name, value)
    tables = recorded.tables(units)
    return derive(brian2.Network(group), {CELL: names}, namespace=tables, spike=spike)
