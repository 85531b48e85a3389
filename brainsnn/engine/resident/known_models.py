"""Models that were compiled before, found again by their description: no code is generated.

The key holds everything that decides the sources: the model; what its equations name beyond it
(functions, units, constants, integration methods); Brian2's preferences; the files of Brian2 and of
this package; compiler, flags and processor. Whatever cannot be told in text, such as a function of
the user's own with values of its own, gives no key, and the code is then generated.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import platform
import re
import stat
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import brian2
import numpy as np
from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, Function
from brian2.core.namespace import DEFAULT_UNITS
from brian2.stateupdaters.base import StateUpdateMethod
from brian2.units.fundamentalunits import get_dimensions
from numpy.typing import NDArray

from brainsnn.engine.resident import cache
from brainsnn.engine.resident.compiler import STRICT, compiler_version, find_compiler, processor
from brainsnn.errors import RunDirectoryError
from brainsnn.network.model import Model
from brainsnn.records import read_arrays, write_arrays

_SUFFIX = ".model"
_LIBRARY = re.compile(r"[0-9a-f]{32}-[0-9a-f]{16}\.so")
_IDENTIFIER = re.compile(r"\b[A-Za-z_]\w*")
#: What generates code besides Brian2 itself, and these files and folders of this package.
_PACKAGES = ("brian2", "sympy", "jinja2", "numpy", "pyparsing")
_SOURCES = ("_version.py", "network", "engine")


class _UntoldError(Exception):
    """Something that text does not identify."""


@dataclasses.dataclass(frozen=True)
class Compiled:
    """A model's library and what goes with it.

    Parameters
    ----------
    library : Path
        The compiled library.
    static_arrays : mapping of str to array
        Arrays that the network's initial statements read.
    stochastic : bool
        Whether a step draws random numbers.
    """

    library: Path
    static_arrays: Mapping[str, NDArray[Any]]
    stochastic: bool


def model_key(model: Model) -> str | None:
    """Hash of everything that decides the library of a model.

    Returns
    -------
    str or None
        32 hexadecimal digits; None if something about it cannot be told.

    Raises
    ------
    EngineError
        If there is no compiler.
    """
    compiler = find_compiler()
    try:
        description = "\n".join(_tell(model))
        parts = [
            description,
            *_surroundings(set(_IDENTIFIER.findall(description))),
            *_tell(sorted(brian2.prefs.prefs.items(), key=lambda item: str(item[0]))),
        ]
    except _UntoldError:
        return None
    flags = STRICT.with_the_users()
    parts += [compiler, compiler_version(compiler), *flags.compile, *flags.link, processor()]
    return hashlib.sha256("\n".join([*parts, _installation()]).encode()).hexdigest()[:32]


def find_model(key: str) -> Compiled | None:
    """Library that was kept under a key, if it is still there and whole."""
    folder = cache.cache_directory()
    path = folder / f"{key}{_SUFFIX}"
    if not (cache.is_private(folder) and cache.is_private(path)):
        return None
    try:
        arrays, meta = read_arrays(path)
    except RunDirectoryError:
        return None
    name, stochastic = meta.get("library"), meta.get("stochastic")
    if not (isinstance(name, str) and _LIBRARY.fullmatch(name) and isinstance(stochastic, bool)):
        return None
    library = folder / name
    return Compiled(library, arrays, stochastic) if cache.is_whole(library) else None


def keep_model(key: str, compiled: Compiled) -> None:
    """Keep, under a key, which library of the cache a model has.

    Nothing is kept if the library is not in the cache or the cache cannot be written.
    """
    folder = cache.cache_directory()
    if compiled.library.parent != folder:
        return
    meta = {"library": compiled.library.name, "stochastic": compiled.stochastic}
    path = folder / f"{key}{_SUFFIX}"
    try:
        write_arrays(path, compiled.static_arrays, meta)
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    except (RunDirectoryError, OSError):
        return


def _tell(value: Any) -> Iterator[str]:
    """Say in text what a value is, so that other values give other text."""
    if value is None or isinstance(value, str | bool | int | float):
        yield repr(value)
    elif isinstance(value, type):
        yield f"{value.__module__}.{value.__qualname__}"
    elif dataclasses.is_dataclass(value):
        yield from _tell(type(value))
        for field in dataclasses.fields(value):
            yield field.name
            yield from _tell(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield f"mapping of {len(value)}"
        yield from _tell([item for pair in value.items() for item in pair])
    elif isinstance(value, tuple | list):
        yield f"{type(value).__name__} of {len(value)}"
        for item in value:
            yield from _tell(item)
    elif isinstance(value, np.ndarray | np.generic) and np.asarray(value).dtype.kind in "biuf":
        plain = np.asarray(value)
        yield f"{plain.dtype.str} {plain.shape} {get_dimensions(value)!r}"
        yield hashlib.sha256(np.ascontiguousarray(plain).tobytes()).hexdigest()
    else:
        raise _UntoldError


def _surroundings(names: set[str]) -> Iterator[str]:
    """What the names in equations stand for, if Brian2 knows them, and its integration methods."""
    for name in sorted(names):
        if name in DEFAULT_UNITS:
            unit = DEFAULT_UNITS[name]
            yield f"unit {name} {float(unit)!r} {get_dimensions(unit)!r}"
        if name in DEFAULT_CONSTANTS:
            yield f"constant {name} {DEFAULT_CONSTANTS[name].value!r}"
        if name in DEFAULT_FUNCTIONS:
            yield f"function {name} {DEFAULT_FUNCTIONS[name].stateless}"
            yield from _tell_function(DEFAULT_FUNCTIONS[name])
    for name, method in sorted(StateUpdateMethod.stateupdaters.items()):
        yield f"method {name} {getattr(method, '_description', None)}"
        yield from _tell_code(type(method))
        yield from _tell_code(getattr(method, "custom_check", None))


def _tell_function(function: Function) -> Iterator[str]:
    """The implementations of a function in C++."""
    for kind, implementation in function.implementations._implementations.items():
        label = kind if isinstance(kind, str) else kind.__name__
        if label.startswith(("Numpy", "Cython")):
            continue
        yield f"{label} {implementation.name}"
        yield from _tell_code(implementation._code)
        yield from _tell_code(implementation._namespace)
        yield from _tell(implementation.compiler_kwds)
        for name, needed in (implementation.dependencies or {}).items():
            yield f"needs {name}"
            yield from _tell_function(needed)


def _tell_code(code: Any) -> Iterator[str]:
    """Text is told as it is; a class or function only if it is Brian2's, whose files we know."""
    if code is None or isinstance(code, str | Mapping):
        yield from _tell(code)
    elif str(getattr(code, "__module__", "")).startswith("brian2."):
        yield f"{code.__module__}.{code.__qualname__}"
    else:
        raise _UntoldError


@functools.cache
def _installation() -> str:
    """Versions of what generates code, the files of Brian2 by size and date, and our own."""
    lines = [f"{name} {version(name)}" for name in _PACKAGES]
    lines += [platform.python_version(), platform.platform()]
    root = Path(brian2.__file__).parent
    for path in sorted(p for s in ("py", "cpp", "h") for p in root.rglob(f"*.{s}")):
        status = path.stat()
        lines.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    here = Path(__file__).parents[2]
    for source in _SOURCES:
        found = (
            sorted((here / source).rglob("*.*")) if (here / source).is_dir() else [here / source]
        )
        for path in (p for p in found if p.suffix in (".py", ".cpp", ".h")):
            lines.append(f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return "\n".join(lines)
