"""A Brian2 script on Brian2's own runtime and on the resident device: the same records?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import brian2
import numpy as np
import pytest
from numpy.typing import NDArray

from brainsnn.engine.resident import CompiledNetwork, compile_network
from brainsnn.engine.resident.device import active_device
from brainsnn.engine.runtime import runtime_device

Script = Callable[[], Any]
"""Makes a network, runs it, and returns it; what its monitors hold is compared."""
Records = dict[str, dict[str, NDArray[Any]]]


@pytest.fixture
def quick() -> Iterator[None]:
    """Compile without optimisation: for networks of a few neurons that is several times faster."""
    flags = brian2.prefs["codegen.cpp.extra_compile_args_gcc"]
    brian2.prefs["codegen.cpp.extra_compile_args_gcc"] = ["-w", "-O0"]
    yield
    brian2.prefs["codegen.cpp.extra_compile_args_gcc"] = flags


def by_brian2(script: Script) -> Records:
    """What the monitors of a script hold after Brian2's runtime has run it."""
    with fresh_clock(), runtime_device("numpy"):
        network = script()
        return {obj.name: _held(obj) for obj in network.objects if _monitor(obj)}


@contextmanager
def compiled(script: Script) -> Iterator[CompiledNetwork]:
    """The trials of a script, which the resident device compiles."""
    with fresh_clock(), active_device(build_on_run=False):
        script()
        yield compile_network()


@contextmanager
def fresh_clock() -> Iterator[None]:
    """Brian2's default clock has its usual step, and has it again at the end."""
    brian2.defaultclock.dt = 0.1 * brian2.ms
    yield
    brian2.defaultclock.dt = 0.1 * brian2.ms


def assert_trials_are(trials: CompiledNetwork, expected: Records, n: int = 2) -> None:
    """Every trial of a block has the records of Brian2's run, to the last few bits."""
    records = trials.run(n)
    assert expected
    for name, columns in expected.items():
        for k in range(n):
            got = records[name].trial(k)
            for column, values in columns.items():
                assert got[column].shape == values.shape, (name, k, column, got[column], values)
                assert np.allclose(got[column], values, rtol=1e-12, atol=1e-12), (name, k, column)


def _monitor(obj: Any) -> bool:
    return isinstance(obj, brian2.SpikeMonitor | brian2.StateMonitor)


def _held(monitor: Any) -> dict[str, NDArray[Any]]:
    names = [*monitor.record_variables, "t"]
    if isinstance(monitor, brian2.SpikeMonitor):
        names += ["i"]
    values = {k: np.asarray(monitor.variables[k].get_value()) for k in names}
    assert any(v.size for v in values.values()), f"{monitor.name} recorded nothing"
    return values
