"""What a Brian2 script says to the device: statements, until it is compiled; nothing after that.

What is assigned to Brian2's objects later would be taken without any effect on the compiled
network, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from brian2.input.timedarray import TimedArray

from brainsnn.errors import EngineError

COMPILED = (
    "The script has been compiled: what it says now has no effect on the compiled network. Between "
    "trials use its set, set_spikes, set_inputs, set_timed_array and run(durations=...), between "
    "runs of a device device.run(run_args=...); before another network is made, call "
    "device.reinit() and device.activate(build_on_run=False)."
)


class Script(list[tuple[str, Any]]):
    """The statements of a script; closed when they have been compiled."""

    closed = False

    def append(self, entry: tuple[str, Any]) -> None:
        """Add a statement.

        Raises
        ------
        EngineError
            If the script has been compiled.
        """
        self.check_open()
        super().append(entry)

    def check_open(self) -> None:
        """Raise an error if nothing can be added.

        Raises
        ------
        EngineError
        """
        if self.closed:
            raise EngineError(COMPILED)


SETTINGS = ("active", "order", "record", "namespace", "values")
"""Attributes of Brian2's objects that are read when a network is compiled, and never again."""


def settle(objects: Iterable[Any], timed_arrays: Iterable[TimedArray]) -> None:
    """Let the settings of objects be what they were when compiled: changing one is an error.

    The objects' classes become subclasses that refuse it; values of TimedArrays and namespaces can
    be read, not written to.

    Parameters
    ----------
    objects : iterable of BrianObject
    timed_arrays : iterable of TimedArray
    """
    for obj in objects:
        if isinstance(vars(obj).get("namespace"), dict):
            vars(obj)["namespace"] = SettledNamespace(obj.namespace)
        if not isinstance(obj, Settled):
            obj.__class__ = _settled(obj.__class__)
    for array in timed_arrays:
        if not isinstance(array, Settled):
            array.values = array.values.view()
            array.values.flags.writeable = False
            array.__class__ = _settled(array.__class__)


class Settled:
    """What the classes of settled objects have in common."""


class SettledNamespace(dict[str, Any]):
    """The namespace of a compiled group."""

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self or self[name] is not value:
            raise EngineError(f"namespace[{name!r}]: {COMPILED}")


@cache
def _settled(cls: Any) -> Any:
    """A subclass of the same name, whose instances keep their settings."""

    def set_attribute(self: Any, name: str, value: Any) -> None:
        if name in SETTINGS and getattr(self, name, value) is not value:
            raise EngineError(f"{self.name}.{name}: {COMPILED}")
        cls.__setattr__(self, name, value)

    same = {"__module__": cls.__module__, "__doc__": cls.__doc__, "__qualname__": cls.__qualname__}
    return type(cls)(cls.__name__, (cls, Settled), {**same, "__setattr__": set_attribute})
