"""Brian2's device, and who may use it: it belongs to the process, so one thread at a time.

Brian2 keeps the active device, its preferences and the names of its objects in globals. Whatever
builds or generates something with Brian2 holds `BRIAN2` meanwhile; the other threads wait.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

#: The module; an attribute of this name in its package is a stand-in for the active device.
brian2_devices: Any = import_module("brian2.devices.device")

BRIAN2 = threading.RLock()
"""Held by the thread that uses Brian2."""


@contextmanager
def active(device: Any, **options: Any) -> Iterator[Any]:
    """Make a device the one that Brian2 uses, in this thread alone; undone at the end.

    The device that was active before is left untouched: it is not activated anew, and its default
    clock keeps its step.

    Parameters
    ----------
    device : Device
    **options
        As for `brian2.set_device`.
    """
    with BRIAN2:
        before, stack = brian2_devices.active_device, list(brian2_devices.previous_devices)
        brian2_devices.active_device = device
        try:
            device.activate(**options)
            yield device
        finally:
            brian2_devices.active_device = before
            brian2_devices.previous_devices[:] = stack
