"""Compile a generated project to a shared library, once for the same sources and compiler."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import brian2

from brainsnn.engine.resident import cache
from brainsnn.engine.resident.cache import CACHE_VARIABLE, cache_directory
from brainsnn.errors import EngineError

__all__ = ["CACHE_VARIABLE", "Flags", "cache_directory", "compile_library", "find_compiler"]

SUFFIX = ".so"

#: Flags that the user adds to all others; ``-O1`` compiles in half the time, to slower code.
FLAGS_VARIABLE = "BRAINSNN_CXXFLAGS"


@dataclass(frozen=True)
class Flags:
    """How a project is compiled and linked.

    Parameters
    ----------
    compile, link : tuple of str
        Flags of the two steps.
    sources : tuple of str
        Source files of the user's own, to be compiled beside the project's.
    headers : bool
        Whether the sources include headers of the user's own.
    """

    compile: tuple[str, ...]
    link: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    headers: bool = False

    @staticmethod
    def of_brian2(
        compiler_flags: str, linker_flags: str, sources: Sequence[str], headers: bool
    ) -> Flags:
        """Flags that Brian2's preferences ask for, in the language that the library needs."""
        flags = (*shlex.split(compiler_flags), "-std=c++17")
        return Flags(flags, tuple(shlex.split(linker_flags)), tuple(sources), headers)

    def with_the_users(self) -> Flags:
        """These, and after them what ``$BRAINSNN_CXXFLAGS`` adds.

        Raises
        ------
        EngineError
            If a quotation mark in the variable is not closed.
        """
        try:
            added = shlex.split(os.environ.get(FLAGS_VARIABLE, ""))
        except ValueError as error:
            raise EngineError(f"{FLAGS_VARIABLE} cannot be read as flags: {error}.") from error
        return replace(self, compile=(*self.compile, *added))

    def libraries(self) -> list[Path]:
        """Files that are linked, where they are in a folder that the flags name."""
        folders = [Path(flag[2:]) for flag in self.link if flag.startswith("-L")]
        names = [flag[2:] for flag in self.link if flag.startswith("-l")]
        paths = [f / f"lib{n}{end}" for f in folders for n in names for end in (".a", ".so")]
        return [path for path in paths if path.is_file()]


#: Strict floating point: the same sums in the same order on every engine, so the same spikes.
OPTIMISATION = ("-O3", "-march=native", "-ffp-contract=off")
STRICT = Flags(("-std=c++17", *OPTIMISATION, "-w"))


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


@functools.cache
def compiler_version(compiler: str) -> str:
    """First line of what the compiler says of itself."""
    result = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False)
    return result.stdout.partition("\n")[0]


def compile_library(project: Path, flags: Flags = STRICT) -> Path:
    """Compile ``main.cpp`` of a project, or find the result of an earlier time.

    Parameters
    ----------
    project : Path
        Folder of generated sources.
    flags : Flags, default STRICT
        Those of ``$BRAINSNN_CXXFLAGS`` are added.

    Returns
    -------
    Path
        The shared library; in the cache, or beside the sources where the cache cannot be written.

    Raises
    ------
    EngineError
        If there is no compiler or it refuses the sources.
    """
    compiler, flags = find_compiler(), flags.with_the_users()
    key = source_key(project, compiler, flags)
    found = cache.find(key, SUFFIX)
    if found is not None:
        return found
    built = project / f"library{SUFFIX}"
    _compile(compiler, project, built.name, flags)
    return cache.keep(built, key, SUFFIX)


def _compile(compiler: str, project: Path, output: str, flags: Flags) -> None:
    """Compile and link, in two steps.

    The start-up code that some flags (``-ffast-math``) would link in else changes the
    floating-point mode of the whole Python process.
    """
    objects = [f"main-{number}.o" for number in range(1 + len(flags.sources))]
    for source, result in zip(["main.cpp", *flags.sources], objects, strict=True):
        run_tool([compiler, *flags.compile, "-fPIC", "-I.", "-c", source, "-o", result], project)
    run_tool([compiler, "-shared", *objects, *flags.link, "-o", output], project)


def run_tool(command: Sequence[str], folder: Path, **variables: str) -> str:
    """Run a compiler, or ``make``, in a folder.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    folder : Path
        Where to run it.
    **variables : str
        Environment variables to change.

    Returns
    -------
    str
        What it printed.

    Raises
    ------
    EngineError
        If it fails; the message holds the end of what it said.
    """
    environment = {**os.environ, **variables}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    told = re.search(r'#error "brainsnn: (.*)"', result.stderr) if result.returncode else None
    if told:
        raise EngineError(f"The network cannot be compiled: {told[1]}")
    if result.returncode:
        raise EngineError(
            f"The compiler refused the generated code ({' '.join(command)}):\n"
            f"{result.stderr[-4000:]}"
        )
    return result.stdout


def source_key(
    project: Path, compiler: str, flags: Flags, files: Sequence[Path] | None = None
) -> str:
    """Hash of what decides a compiled file: sources, compiler, flags, Brian2 and the processor.

    Parameters
    ----------
    project : Path
        Folder of the sources.
    compiler : str
        Path of the compiler.
    flags : Flags
    files : sequence of Path, optional
        What is compiled; every ``.cpp`` and ``.h`` of the project by default.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    parts = [compiler, compiler_version(compiler), brian2.__version__, processor()]
    digest = hashlib.sha256("\n".join([*parts, *flags.compile, "", *flags.link]).encode())
    if files is None:
        files = [path for path in project.rglob("*") if path.suffix in (".cpp", ".h")]
    for path in sorted(files):
        digest.update(f"\n{os.path.relpath(path, project)}\n".encode())
        digest.update(path.read_bytes())
    for source in flags.sources:
        digest.update(_preprocessed(project, compiler, flags, source))
    for library in flags.libraries():
        digest.update(library.read_bytes())
    if flags.headers or _own_headers(flags):
        digest.update(_preprocessed(project, compiler, flags, "main.cpp"))
    return digest.hexdigest()[:32]


def _own_headers(flags: Flags) -> bool:
    """Whether headers may be used that are neither the project's nor of an installation."""
    usual = Path(sys.prefix) / "include"
    return any(f.startswith("-I") and Path(f[2:].strip('"')) != usual for f in flags.compile)


def _preprocessed(project: Path, compiler: str, flags: Flags, source: str) -> bytes:
    """A source of the user's own with everything that it includes."""
    return run_tool([compiler, *flags.compile, "-I.", "-E", source], project).encode()


@functools.cache
def processor() -> str:
    """What ``-march=native`` depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return "".join(sorted({x for x in lines if x.startswith(("flags", "model name", "Features"))}))
