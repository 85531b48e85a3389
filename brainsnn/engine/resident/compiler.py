"""Compile a generated project to a shared library, once for the same sources and compiler."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brian2
import platformdirs

from brainsnn.errors import EngineError

CACHE_VARIABLE = "BRAINSNN_CACHE"


@dataclass(frozen=True)
class Flags:
    """How a project is compiled and linked.

    Parameters
    ----------
    compile, link : tuple of str
        Flags of the two steps.
    sources : tuple of str
        Source files of the user's own, to be compiled beside the project's.
    """

    compile: tuple[str, ...]
    link: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @staticmethod
    def of_brian2(compiler_flags: str, linker_flags: str, sources: Sequence[str]) -> Flags:
        """Flags that Brian2's preferences ask for, in the language that the library needs."""
        flags = (*shlex.split(compiler_flags), "-std=c++17")
        return Flags(flags, tuple(shlex.split(linker_flags)), tuple(sources))


#: Strict floating point: the same sums in the same order on every engine, so the same spikes.
STRICT = Flags(("-std=c++17", "-O3", "-march=native", "-ffp-contract=off", "-w"))


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


def compile_library(project: Path, flags: Flags = STRICT) -> Path:
    """Compile ``main.cpp`` of a project, or find the result of an earlier time.

    The library is written under a temporary name and renamed, so a reader never sees half of it
    and two processes may build the same one at once.

    Parameters
    ----------
    project : Path
        Folder of generated sources.
    flags : Flags, default STRICT

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
    name = f"{_digest(project, compiler, flags)}.so"
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
        _compile(compiler, project, scratch, flags)
        Path(scratch).replace(target)
    finally:
        Path(scratch).unlink(missing_ok=True)
    return target


def _compile(compiler: str, project: Path, output: str, flags: Flags) -> None:
    # In two steps: start-up code that -ffast-math would link in changes the floating-point mode
    # of the whole Python process.
    objects = [f"main-{number}.o" for number in range(1 + len(flags.sources))]
    for source, result in zip(["main.cpp", *flags.sources], objects, strict=True):
        _call(project, [compiler, *flags.compile, "-fPIC", "-I.", "-c", source, "-o", result])
    _call(project, [compiler, "-shared", *objects, *flags.link, "-o", output])


def _call(project: Path, command: list[str]) -> None:
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if result.returncode:
        raise EngineError(
            f"The compiler refused the generated code ({' '.join(command)}):\n"
            f"{result.stderr[-4000:]}"
        )


def _digest(project: Path, compiler: str, flags: Flags) -> str:
    digest = hashlib.sha256()
    parts = [compiler, compiler_version(compiler), brian2.__version__, _processor()]
    digest.update("\n".join([*parts, *flags.compile, "", *flags.link]).encode())
    files = [p for p in project.rglob("*") if p.suffix in (".cpp", ".h")]
    for path in sorted([*files, *(project / source for source in flags.sources)]):
        digest.update(os.path.relpath(path, project).encode())
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
