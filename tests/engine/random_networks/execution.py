"""A script on one of Brian2's devices, and everything that it left there."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import brian2
import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.devices.device import all_devices, reset_device, set_device
from brian2.groups.group import Group
from brian2.groups.subgroup import Subgroup

import brainsnn.engine  # noqa: F401  makes the resident device known

RUNTIME, STANDALONE, RESIDENT = "runtime", "cpp_standalone", "brainsnn_resident"

FLAGS, JOBS = "codegen.cpp.extra_compile_args_gcc", "devices.cpp_standalone.extra_make_args_unix"

IMPORTS = "from brian2 import *\n"

Values = dict[str, np.ndarray]


@contextmanager
def quickly() -> Iterator[None]:
    """Brian2 with numpy, and a compiler that does not optimise."""
    kept = {name: brian2.prefs[name] for name in ("codegen.target", FLAGS, JOBS)}
    level = logging.getLogger("brian2").level
    brian2.prefs["codegen.target"], brian2.prefs[FLAGS] = "numpy", ["-w", "-O0"]
    brian2.prefs[JOBS] = ["-j2"]  # Brian2 starts all compilers at once.
    logging.getLogger("brian2").setLevel(logging.ERROR)
    gc.freeze()  # Brian2 collects garbage before each run; what is there already is none.
    try:
        yield
    finally:
        for name, value in kept.items():
            brian2.prefs[name] = value
        logging.getLogger("brian2").setLevel(level)
        gc.unfreeze()


@contextmanager
def on_device(name: str) -> Iterator[Any]:
    """Make a device, empty, the active one."""
    if name == RUNTIME:
        brian2.defaultclock.dt = 0.1 * brian2.ms
        yield None
        return
    device = all_devices[name]
    device.reinit()
    set_device(name, build_on_run=False)
    try:
        yield device
    finally:
        reset_device()
        device.reinit()


def script_namespace(text: str) -> dict[str, Any]:
    """Names that the lines of a script define on the active device."""
    namespace: dict[str, Any] = {"__name__": "random_network"}
    exec(compile(IMPORTS + text, "random network", "exec"), namespace)
    return namespace


def run_script(text: str, device: str) -> Values:
    """Run the lines of a script, and compile and run what they ask for.

    Returns
    -------
    dict of str to array
        Everything that its groups, synapses and monitors hold, as "object.variable".
    """
    with on_device(device) as active:
        namespace = script_namespace(text)
        if active is not None:
            active.build(directory=None, with_output=False)
        return held(namespace)


def held(namespace: dict[str, Any]) -> Values:
    """Arrays of the objects among some names."""
    values = {}
    for obj in namespace.values():
        if isinstance(obj, Group) and not isinstance(obj, Subgroup):
            values |= {
                f"{obj.name}.{key}": np.array(var.get_value())
                for key, var in obj.variables.items()
                if _is_own(obj, key, var)
            }
    return values


def _is_own(obj: Any, key: str, var: Any) -> bool:
    """Whether a variable is an array of the object, and not for its own book-keeping alone."""
    kept_by_a_device = ("_spikespace", "_timebins", "_period_bins", "_lastindex", "spike_number")
    return (
        isinstance(var, ArrayVariable)
        and getattr(var.owner, "name", "") == obj.name
        and key == var.name
        and not key.endswith("space")
        and key not in kept_by_a_device
    )
