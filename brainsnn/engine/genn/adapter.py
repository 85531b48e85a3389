"""Brian2GeNN beside a current Brian2: found, imported, and switched on only while it is needed.

Brian2GeNN 1.7.0 was written for Brian2 2.5, and its requirements say so: a resolver cannot install
it beside us, ``pip install --no-deps`` can. It is used here for what it does best, the translation
of Brian2's statements into GeNN's snippets (`brainsnn.engine.genn.translator`).
"""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import brian2
from packaging.version import parse

from brainsnn.engine import brian2_device
from brainsnn.errors import EngineError

PACKAGE, VERSION = "brian2genn", "1.7.0"
HOW_TO_INSTALL = f"pip install --no-deps {PACKAGE}=={VERSION}"

#: What GeNN's snippets need: they have no scalar code that could be taken out of a loop.
PREFERENCES = {
    "codegen.generators.cpp.restrict_keyword": "__restrict",
    "codegen.loop_invariant_optimisations": False,
}


def installed_version() -> str | None:
    """Version of Brian2GeNN that is installed, or None."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return None


def import_brian2genn(module: str) -> Any:
    """Import a module of Brian2GeNN.

    Raises
    ------
    EngineError
        If it is not installed; the message says how to install it.
    """
    if installed_version() is None:
        raise EngineError(
            f"The engine 'genn' needs Brian2GeNN, which is not installed: '{HOW_TO_INSTALL}' "
            "(without dependencies: it asks for an older Brian2 than it works with here)."
        )
    with _pkg_resources(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(f"{PACKAGE}.{module}")


@contextmanager
def _pkg_resources() -> Iterator[None]:
    """Stand in for the module that setuptools 82 dropped; one function of it is imported."""
    name = "pkg_resources"
    stand_in = types.ModuleType(name)
    vars(stand_in)["parse_version"] = parse
    before = sys.modules.get(name)
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before


@contextmanager
def active(device: Any) -> Iterator[None]:
    """Make `device` Brian2's device, with the preferences it needs, and undo both at the end."""
    with brian2_device.active(device, build_on_run=False):
        preferences = {name: brian2.prefs[name] for name in PREFERENCES}
        try:
            for name, value in PREFERENCES.items():
                brian2.prefs[name] = value
            yield
        finally:
            for name, value in preferences.items():
                brian2.prefs[name] = value
