"""One Brian2 script on a compiled device: shortened, seeded, without plots; its arrays to a file.

Run as ``python tests/brian2_script.py SCRIPT DEVICE OUT``, in a process of its own.
"""

from __future__ import annotations

import json
import runpy
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SEED = 3
LONGEST = 0.1  # seconds of each run of a script


@dataclass(frozen=True)
class Outcome:
    """What a script left on a device.

    Parameters
    ----------
    error, message : str
        What ended it early, if something did.
    refused : bool
        Whether the device declined it, by an error of its own.
    arrays : dict of str to array
        Everything that the device holds after the run; empty if nothing was run.
    """

    error: str = ""
    message: str = ""
    refused: bool = False
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def write_outcome(outcome: Outcome, path: Path) -> None:
    """Write to a file."""
    about = {"error": outcome.error, "message": outcome.message, "refused": outcome.refused}
    np.savez(path, **{"about": np.array(json.dumps(about)), **outcome.arrays})


def read_outcome(path: Path) -> Outcome:
    """Read back what `write_outcome` wrote."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files if name != "about"}
        return Outcome(**json.loads(str(file["about"])), arrays=arrays)


def prepare(name: str) -> Any:
    """Make a compiled device the only one that the script can get; returns it."""
    import brian2

    import brainsnn.engine  # noqa: F401  makes the device known

    brian2.prefs["codegen.cpp.extra_compile_args_gcc"] = ["-w", "-O0"]
    brian2.prefs["codegen.target"] = "numpy"  # for what the script computes outside the device
    brian2.prefs["devices.cpp_standalone.extra_make_args_unix"] = ["-j1"]
    brian2.set_device(name, build_on_run=False)
    device = brian2.get_device()
    _seed(brian2)
    _shorten(device)
    activate, build = device.activate, device.build
    device.activate = lambda *_, **__: (activate(build_on_run=False), _seed(brian2))
    device.build = lambda **options: build(**{**options, "directory": None, "with_output": False})
    brian2.set_device = lambda *_, **__: None
    return device


def _seed(brian2: Any) -> None:
    brian2.seed(SEED)
    np.random.seed(SEED)  # noqa: NPY002  what scripts draw from


def _shorten(device: Any) -> None:
    import brian2

    run = device.network_run

    def shortened(net: Any, duration: Any, *args: Any, **options: Any) -> Any:
        options["level"] = options.get("level", 0) + 1
        return run(net, min(duration, LONGEST * brian2.second), *args, **options)

    device.network_run = shortened


def held(device: Any) -> dict[str, np.ndarray]:
    """Everything that a device holds, by the name in the generated code."""
    # Brian2 would give back from there what it does not see change: the work arrays of a cable.
    device.array_cache = dict.fromkeys(device.array_cache)
    every = {**device.arrays, **device.dynamic_arrays, **device.dynamic_arrays_2d}
    return {
        device.get_array_name(var, access_data=False): np.array(device.get_value(var))
        for var in every
    }


def run(script: Path, name: str) -> Outcome:
    """Run a script to its end, or as far as it goes, then what it has asked for."""
    from brainsnn.errors import EngineError

    device, error = prepare(name), None
    sys.argv = [str(script)]
    sys.path.insert(0, str(script.parent))
    try:
        runpy.run_path(str(script), run_name="__main__")
    except (Exception, SystemExit) as caught:  # Whatever a script does is told, not raised.
        error = caught
    asked = any(kind == "run_network" for kind, _ in device.main_queue)
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, EngineError):
        cause = cause.__cause__
    if cause is None and asked and not device.has_been_run:
        try:
            device.build()
        except EngineError as refusal:
            error = cause = refusal
        except Exception as failure:  # e.g. the compiler, or the program it made
            error = failure
    kind, message = (type(error).__name__, str(error)) if error else ("", "")
    if not device.has_been_run:
        return Outcome(kind or "Nothing", message or "no run in this process", cause is not None)
    return Outcome(kind, message, cause is not None, held(device))


if __name__ == "__main__":
    result = Path(sys.argv[3])
    write_outcome(run(Path(sys.argv[1]), sys.argv[2]), result)
