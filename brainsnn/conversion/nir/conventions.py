"""How tools run the graphs that they write, where NIR leaves it open or they depart from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brainsnn.errors import ModelError

_CHOICES = {
    "order": ("next step", "same step"),
    "threshold": (">", ">="),
    "reset": ("value", "subtract", "subtract later"),
    "initial": ("zero", "v_leak", "v_reset"),
    "synapse": ("together", "first"),
}


@dataclass(frozen=True)
class Convention:
    """How steps of a NIR graph are computed.

    Parameters
    ----------
    dt : float, default 0.001
        Length of a step in seconds.
    order : {"next step", "same step"}
        When a spike arrives. In "same step" it passes through all populations in its own step, and
        a loop takes one. Here each population then lags by its depth (`steps_behind`) and stands
        still until then, so that its spikes are the same, so many steps later.
    threshold : {">", ">="}
        A potential equal to the threshold spikes only with ">=".
    reset : {"value", "subtract", "subtract later"}
        To ``v_reset``; by subtracting ``v_threshold`` at once; or in the next step, from what has
        leaked in between.
    initial : {"zero", "v_leak", "v_reset"}
        Potential at the start; "v_leak" is ``v_reset`` where nothing leaks.
    synapse : {"together", "first"}
        Whether a CubaLIF's potential takes the current of the step before, as Euler's method does,
        or the one that this step has already renewed.
    tau_scale : float, default 1.0
        Time constants in seconds are those of the graph times this.
    whole : tuple of str
        Nodes of IF and CubaLIF whose input counts once a step instead of by its length: ``r`` of IF
        times ``1/dt``, ``w_in`` of CubaLIF times ``tau_syn/dt``.

    Raises
    ------
    ModelError
        If a setting is none of those.
    """

    dt: float = 1e-3
    order: str = "next step"
    threshold: str = ">"
    reset: str = "value"
    initial: str = "zero"
    synapse: str = "together"
    tau_scale: float = 1.0
    whole: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ModelError(
                    f"Convention: {name} is one of {', '.join(map(repr, allowed))}, got "
                    f"{getattr(self, name)!r}."
                )
        if not (self.dt > 0 and self.tau_scale > 0):
            raise ModelError(
                f"Convention: dt and tau_scale are above 0, got {self.dt} and {self.tau_scale}."
            )

    def in_seconds(self, kind: str, values: Mapping[str, Any], dt: float) -> dict[str, Any]:
        """Parameters of a node as NIR means them, from those that the tool writes.

        Parameters
        ----------
        kind : str
        values : mapping of str to array
        dt : float
            Length of a step in seconds.
        """
        found = {n: v * self.tau_scale if n.startswith("tau") else v for n, v in values.items()}
        if kind in self.whole:
            name, times = _counting(kind, found)
            found[name] = found[name] * times / dt
        return found

    def as_written(self, kind: str, values: Mapping[str, Any], dt: float) -> dict[str, Any]:
        """Parameters of a node as the tool writes them: the inverse of `in_seconds`."""
        found = dict(values)
        if kind in self.whole:
            name, times = _counting(kind, found)
            found[name] = found[name] * dt / times
        return {n: v / self.tau_scale if n.startswith("tau") else v for n, v in found.items()}


def _counting(kind: str, values: Mapping[str, Any]) -> tuple[str, Any]:
    """Parameter of IF or CubaLIF by which input counts, and the time that it counts over."""
    return ("r", 1.0) if kind == "IF" else ("w_in", values["tau_syn"])


NIR = Convention()
WRITTEN_BY: Mapping[str, Convention] = {
    "nir": NIR,
    "snntorch": Convention(dt=1e-4, order="same step", reset="subtract later", synapse="first"),
    "norse": Convention(
        order="same step",
        initial="v_leak",
        synapse="first",
        tau_scale=1e3,
        whole=("IF", "CubaLIF"),
    ),
    "spikingjelly": Convention(
        dt=1e-4, order="same step", threshold=">=", initial="v_reset", synapse="first"
    ),
}
"""How tools run the networks whose graphs they write, with each tool's defaults."""


def convention_of(given: str | Convention, known: Mapping[str, Convention]) -> Convention:
    """Convention of a tool, or the one given.

    Raises
    ------
    ModelError
        If there is no such tool.
    """
    if not isinstance(given, str):
        return given
    if given not in known:
        raise ModelError(f"NIR: conventions are {', '.join(known)}, not {given!r}.")
    return known[given]
