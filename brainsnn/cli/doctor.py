"""What this machine has and lacks for running brainsnn."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from brainsnn.cli.show import place
from brainsnn.datasets import DATASETS
from brainsnn.engine.genn import adapter, installation
from brainsnn.engine.resident import cache, compiler
from brainsnn.errors import BrainsnnError, EngineError
from brainsnn.experiment.installed import protocols

PACKAGES = ("brainsnn", "brian2", "numpy", "numba", "scipy", "pandas", "pyarrow", "matplotlib")


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Parameters
    ----------
    name : str
        What was looked at.
    good : bool or None
        Whether it is as it should be; None where it is optional and absent.
    detail : str
        What was found, and what to do where it is not good.
    """

    name: str
    good: bool | None
    detail: str


def examine() -> list[Finding]:
    """Look at everything that brainsnn needs or can use."""
    return [
        Finding("python", True, f"{platform.python_version()} on {platform.platform()}"),
        *(_package(name) for name in PACKAGES),
        _attempt("compiler", _compiler),
        _make(),
        _attempt("cache", _cache),
        _protocols(),
        *(_dataset(name) for name in DATASETS),
        _brian2genn(),
        _genn(),
        _cuda(),
    ]


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, f"not installed; 'pip install {name}'")


def _attempt(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except BrainsnnError as error:
        return Finding(name, False, str(error))
    except OSError as error:
        return Finding(name, False, f"{error.filename}: {error.strerror}; set BRAINSNN_CACHE.")


def _compiler() -> str:
    path = compiler.find_compiler()
    return f"{path}: {compiler.compiler_version(path)}"


def _make() -> Finding:
    path = shutil.which("make")
    lacking = "not here; the engine 'standalone' and exported projects need it (optional)"
    return Finding("make", True if path else None, path or lacking)


def _cache() -> str:
    folder = compiler.cache_directory()
    if not cache.make_private(folder):
        raise EngineError(
            f"{folder}: others could have written here, so nothing is kept there or run from there."
            " Make it yours alone (chmod 700), or set BRAINSNN_CACHE."
        )
    with tempfile.TemporaryFile(dir=folder):
        size = sum(p.stat().st_size for p in folder.iterdir() if p.is_file())
    return f"{folder}: {size / 1e6:.1f} MB of compiled networks"


def _protocols() -> Finding:
    names = list(protocols())
    return Finding("protocols", bool(names), ", ".join(names) or "none; reinstall brainsnn")


def _dataset(name: str) -> Finding:
    folder = place(name)
    if folder is None:
        return Finding(f"data {name}", None, "not here; 'brainsnn data' says how to get it")
    return Finding(f"data {name}", True, folder)


def _brian2genn() -> Finding:
    found = adapter.installed_version()
    if found is None:
        return Finding("brian2genn", None, f"not installed (optional): '{adapter.HOW_TO_INSTALL}'")
    good = found == adapter.VERSION
    return Finding("brian2genn", good, found if good else f"{found}; '{adapter.HOW_TO_INSTALL}'")


def _genn() -> Finding:
    if installation.VARIABLE not in os.environ:
        return Finding("genn", None, f"{installation.VARIABLE} is not set (optional)")
    return _attempt("genn", lambda: _describe_genn(installation.find_genn()))


def _describe_genn(genn: installation.Installation) -> str:
    tested = "tested" if genn.version == installation.TESTED else f"tested: {installation.TESTED}"
    return f"{genn.version} ({tested}) in {genn.path}"


def _cuda() -> Finding:
    try:
        return Finding("cuda", True, installation.check_cuda())
    except BrainsnnError as error:
        return Finding("cuda", None, f"{error} (optional, for the engine 'genn')")
