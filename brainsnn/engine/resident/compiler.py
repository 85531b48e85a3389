"""Compile a generated project to a shared library, once for the same sources and compiler."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import brian2
import platformdirs

from brainsnn.errors import EngineError

#: Strict floating point: the same sums in the same order on every engine, so the same spikes.
FLAGS = ["-std=c++17", "-O3", "-march=native", "-ffp-contract=off", "-fPIC", "-shared", "-w"]

CACHE_VARIABLE = "BRAINSNN_CACHE"


def find_compiler() -> str:
    """Path of the C++ compiler: ``$CXX``, else ``g++``, else ``clang++``.

    Raises
    ------
    EngineError
        If there is none; the message says what to install.
    """
    wanted = [os.environ["CXX"]] if os.environ.get("CXX") else ["g++", "clang++"]
    for name in wanted:
        path = shutil.which(name)
        if path:
            return path
    raise EngineError(
        f"No C++ compiler found (looked for {', '.join(wanted)}). Install one, on Debian and "
        "Ubuntu with 'apt-get install g++', or use the engine 'runtime', which needs none."
    )


@cache
def compiler_version(compiler: str) -> str:
    """First line of what the compiler says of itself."""
    result = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False)
    return result.stdout.partition("\n")[0]


def cache_directory() -> Path:
    """Folder of compiled libraries: ``$BRAINSNN_CACHE``, else the user's cache."""
    root = os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("brainsnn")
    return Path(root) / "resident"


def compile_library(project: Path) -> Path:
    """Compile ``main.cpp`` of a project, or find the result of an earlier time.

    The library is written under a temporary name and renamed, so a reader never sees half of it
    and two processes may build the same one at once.

    Parameters
    ----------
    project : Path
        Folder of generated sources.

    Returns
    -------
    Path
        The shared library; in the cache, or beside the sources where the cache cannot be written.

    Raises
    ------
    EngineError
        If there is no compiler or it refuses the sources.
    """
    compiler = find_compiler()
    name = f"{_digest(project, compiler)}.so"
    target = cache_directory() / name
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(prefix=".building-", suffix=".so", dir=target.parent)
        os.close(handle)
    except OSError:
        target, scratch = project / name, str(project / f"building-{name}")
    try:
        _compile(compiler, project, scratch)
        Path(scratch).replace(target)
    finally:
        Path(scratch).unlink(missing_ok=True)
    return target


def _compile(compiler: str, project: Path, output: str) -> None:
    command = [compiler, *FLAGS, "-I.", "main.cpp", "-o", output]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if result.returncode:
        raise EngineError(
            f"The compiler refused the generated code ({' '.join(command)}):\n"
            f"{result.stderr[-4000:]}"
        )


def _digest(project: Path, compiler: str) -> str:
    digest = hashlib.sha256()
    parts = [compiler, compiler_version(compiler), *FLAGS, brian2.__version__, _processor()]
    digest.update("\n".join(parts).encode())
    for path in sorted(p for p in project.rglob("*") if p.suffix in (".cpp", ".h")):
        digest.update(str(path.relative_to(project)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


@cache
def _processor() -> str:
    """What ``-march=native`` depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return "".join(sorted({x for x in lines if x.startswith(("flags", "model name", "Features"))}))
