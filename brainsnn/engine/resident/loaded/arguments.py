"""Values that Brian2's ``run_args`` give to a compiled script just before its first run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from brian2.core.variables import VariableView
from brian2.input.timedarray import TimedArray
from numpy.typing import NDArray

from brainsnn.engine.resident.generated.layout import arrays
from brainsnn.engine.resident.loaded.library import Library
from brainsnn.engine.resident.loaded.quantities import as_type
from brainsnn.errors import EngineError


def applied(device: Any, library: Library, run_args: Any) -> Callable[[], None] | None:
    """Prepare the function that a library calls to have the values of `run_args` set.

    Parameters
    ----------
    device : ResidentDevice
    library : Library
    run_args : mapping, list of str or None
        Values of VariableViews and TimedArrays, or strings ``"<object>.<variable>=<value>"`` in
        which the value is a number or the path of a file of raw values.

    Raises
    ------
    TypeError
        If a key is of another type or a value of the wrong size.
    EngineError
        If a string names no variable, or one that Brian2 keeps itself.
    """
    if not run_args:
        return None
    if isinstance(run_args, Mapping):
        values = [_of_key(device, key, value) for key, value in run_args.items()]
    else:
        values = [_of_string(device, library, text) for text in run_args]

    kept = {device.get_array_name(v, access_data=False) for v in device.arrays if _is_kept(v)}
    for name, _ in values:
        if name in kept:
            raise EngineError(f"run_args: {name} is Brian2's own; nobody else can write to it.")

    def apply() -> None:
        for name, value in values:
            library.view(name)[...] = value

    return apply


def _is_kept(var: Any) -> bool:
    """Whether a variable says where things are: Brian2 writes to it, nobody else."""
    return bool(var.read_only) or var.name.startswith("_")


def _of_key(device: Any, key: Any, value: Any) -> tuple[str, NDArray[Any]]:
    if isinstance(key, VariableView):
        *_, array = device._prepare_variableview_run_arg(key, value)
        return device.get_array_name(key.variable, access_data=False), array
    if isinstance(key, TimedArray):
        *_, array = device._prepare_timed_array_run_arg(key, value)
        return f"{key.name}_values", np.ravel(array)
    raise TypeError(
        "The keys for 'run_args' need to be 'VariableView' objects, i.e. attributes of groups "
        f"such as 'neurongroup.v', or a 'TimedArray'. Key has type '{type(key)}' instead."
    )


def _of_string(device: Any, library: Library, text: str) -> tuple[str, NDArray[Any]]:
    label, _, value = text.partition("=")
    names = {array.label: array.name for array in arrays(device)}
    name = names.get(label, label.replace(".", "_"))
    if name not in library.arrays:
        known = ", ".join(sorted(n for n in names if n))
        raise EngineError(f"run_args: no variable {label!r} in the network; it has {known}.")
    dtype = library.view(name).dtype
    if value[:1] == "-" or value[:1].isdigit() or value in ("True", "False", "true", "false"):
        number = {"true": 1.0, "false": 0.0}.get(value.lower())
        given = np.array([float(value) if number is None else number])
        return name, as_type(given, dtype, f"run_args: {label}")
    return name, _of_file(Path(value), library.view(name), label)


def _of_file(path: Path, present: NDArray[Any], label: str) -> NDArray[Any]:
    """Values of a variable from a file of raw values, as many as it has."""
    try:
        values = np.fromfile(path, present.dtype)
    except OSError as error:
        raise EngineError(f"run_args: {label}: {path} cannot be read: {error}.") from error
    if values.size != present.size:
        raise EngineError(
            f"run_args: {label}: {path} holds {values.size} values of {present.dtype}; "
            f"{present.size} are needed."
        )
    return values
