"""Settings, networks and rules as plain values that JSON holds, and back, without pickle.

An object becomes its class and the arguments that make it again, so loading runs the checks of its
constructor. Only classes of brainsnn itself are made from a file.
"""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from brian2.units.fundamentalunits import Quantity, get_or_create_dimension

from brainsnn.config import Config
from brainsnn.errors import DataError

Arrays = dict[str, np.ndarray[Any, Any]]


def describe(value: Any, arrays: Arrays) -> Any:
    """`value` as something that JSON can hold; numeric arrays go to `arrays`.

    Raises
    ------
    DataError
        If it is, or holds, an object of a class that is not brainsnn's.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic) and not isinstance(value, np.void):
        return describe(value.item(), arrays)
    if isinstance(value, list):
        return [describe(item, arrays) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [describe(item, arrays) for item in value]}
    if isinstance(value, Quantity):
        exponents = [float(k) for k in value.dim._dims]
        return {"quantity": describe(np.asarray(value), arrays), "dimension": exponents}
    if isinstance(value, np.ndarray):
        return _described_array(value, arrays)
    if isinstance(value, pd.DataFrame):
        return {"frame": {str(k): describe(value[k].tolist(), arrays) for k in value.columns}}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {"mapping": {key: describe(item, arrays) for key, item in value.items()}}
    return _described_object(value, arrays)


def _described_array(value: np.ndarray[Any, Any], arrays: Arrays) -> dict[str, Any]:
    if value.dtype.kind == "O":
        return {"objects": [describe(item, arrays) for item in value.tolist()]}
    name = f"array{len(arrays)}"
    arrays[name] = value
    return {"array": name}


def _described_object(value: Any, arrays: Arrays) -> dict[str, Any]:
    kind = type(value)
    names = _arguments(kind) if kind.__module__.split(".")[0] == "brainsnn" else None
    if names is None:
        raise DataError(
            f"{value!r:.100} cannot be kept in a file: {kind.__module__}.{kind.__qualname__} is no "
            "class of brainsnn that is made from its settings."
        )
    given = {name: describe(getattr(value, name), arrays) for name in names}
    return {"object": f"{kind.__module__}:{kind.__qualname__}", "arguments": given}


def _arguments(kind: type) -> list[str] | None:
    """Names of the arguments that make an object of a class again; None if it is no such class."""
    if issubclass(kind, Config):
        return list(kind.model_fields)
    return [f.name for f in fields(kind) if f.init] if is_dataclass(kind) else None


def restore(plain: Any, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Any:
    """What `describe` described.

    Raises
    ------
    DataError
        If it names a class that is not brainsnn's, or is no description.
    BrainsnnError
        If a constructor refuses what it is given.
    """
    if isinstance(plain, list):
        return [restore(item, arrays) for item in plain]
    if not isinstance(plain, dict):
        return plain
    kind, content = next(iter(plain.items()), ("nothing", None))
    try:
        return _restored(kind, content, plain, arrays)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise DataError(f"the description of {kind} {content!r:.80} is damaged: {error}") from error


def _restored(
    kind: str, content: Any, plain: Mapping[str, Any], arrays: Mapping[str, np.ndarray[Any, Any]]
) -> Any:
    if kind == "object":
        made = _class(content)
        return made(**{k: restore(item, arrays) for k, item in plain["arguments"].items()})
    if kind == "tuple":
        return tuple(restore(item, arrays) for item in content)
    if kind == "mapping":
        return {key: restore(item, arrays) for key, item in content.items()}
    if kind == "frame":
        return pd.DataFrame({key: restore(item, arrays) for key, item in content.items()})
    if kind == "array":
        return arrays[content]
    if kind == "objects":
        objects = np.empty(len(content), object)
        objects[:] = [restore(item, arrays) for item in content]
        return objects
    if kind == "quantity":
        dimension = get_or_create_dimension([float(k) for k in plain["dimension"]])
        return Quantity.with_dimensions(restore(content, arrays), dimension)
    raise KeyError(f"there is no kind {kind!r}")


def _class(path: str) -> type:
    """A class of brainsnn that is made from its arguments."""
    module, _, name = path.partition(":")
    if module.split(".")[0] != "brainsnn":
        raise DataError(f"{path} is no class of brainsnn; nothing else is made from a file.")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise DataError(f"there is no class {path} in this version of brainsnn.") from error
    if not isinstance(found, type) or _arguments(found) is None:
        raise DataError(f"{path} is not made from its arguments.")
    return found
