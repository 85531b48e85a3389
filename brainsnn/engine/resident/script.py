"""What a Brian2 script says to the device: statements, until it is compiled; nothing after that.

What is assigned to Brian2's objects later would be taken without any effect on the compiled
network, so it is refused.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
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


class Settings:
    """What can be changed about Brian2's objects without a statement, as it was when compiled.

    Parameters
    ----------
    objects : iterable of BrianObject
        They may be active or not.
    timed_arrays : iterable of TimedArray
        Their values can be read from now on, not written to.
    """

    def __init__(self, objects: Iterable[Any], timed_arrays: Iterable[TimedArray]) -> None:
        self._active = [(weakref.ref(obj), obj.active) for obj in objects]
        self._values = []
        for array in timed_arrays:
            view = array.values.view()
            view.flags.writeable = False
            array.values = view
            self._values.append((weakref.ref(array), view))

    def check(self) -> None:
        """Raise an error if they have been changed since.

        Raises
        ------
        EngineError
            With the object and what to do.
        """
        for reference, active in self._active:
            obj = reference()
            if obj is not None and obj.active is not active:
                raise EngineError(
                    f"{obj.name}.active was {active} when the network was compiled, and to make it "
                    f"{obj.active} has no effect on it. Between trials set weights to 0 or a "
                    "threshold out of reach, or make the network anew after device.reinit()."
                )
        for timed, values in self._values:
            array = timed()
            if array is not None and array.values is not values:
                raise EngineError(
                    f"The values of TimedArray {array.name!r} were replaced after compiling, which "
                    "has no effect on the network; use set_timed_array, or run_args of device.run."
                )
