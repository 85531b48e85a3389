"""The program of a project: compiled once by ``make``, started once a block."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from brainsnn.engine.resident import cache
from brainsnn.engine.resident.compiler import (
    OPTIMISATION,
    STRICT,
    Flags,
    find_compiler,
    run_tool,
    source_key,
)
from brainsnn.engine.standalone.project import SOURCES
from brainsnn.errors import EngineError

SUFFIX, DRIVER_SUFFIX = ".program", ".program.o"
#: Sources that are the same for every network; half of the time of compiling is theirs.
DRIVER = [f"src/{name}" for name in SOURCES if name != "description.cpp"]


def compile_program(project: Path) -> Path:
    """Compile a project with ``make``, or take the result of an earlier time from the cache.

    Returns
    -------
    Path
        The program, in the project's folder.

    Raises
    ------
    EngineError
        If there is no compiler or no ``make``, or the sources are refused.
    """
    program = project / "network"
    compiler, make = find_compiler(), _find_make()
    flags = STRICT.with_the_users()
    key = source_key(project, compiler, flags)
    if _copy_from_cache(key, SUFFIX, program):
        program.chmod(0o755)
        return program
    driver = project / "build" / "program.o"
    driver.parent.mkdir(exist_ok=True)
    driver_key = source_key(project, compiler, flags, [project / name for name in DRIVER])
    _copy_from_cache(driver_key, DRIVER_SUFFIX, driver)
    told = shlex.join(Flags(OPTIMISATION).with_the_users().compile)
    command = [make, "-j2", f"CXX={compiler}", f"CXXFLAGS={told}", program.name]
    run_tool(command, project, MAKEFLAGS="")
    cache.keep(driver, driver_key, DRIVER_SUFFIX)
    cache.keep(program, key, SUFFIX)
    return program


def _copy_from_cache(key: str, suffix: str, target: Path) -> bool:
    found = cache.find(key, suffix)
    if found is not None:
        shutil.copyfile(found, target)
    return found is not None


def run_program(program: Path, arguments: Sequence[str]) -> None:
    """Start the program and wait for it.

    Raises
    ------
    EngineError
        If it fails; the message is the program's own.
    """
    command = [str(program), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise EngineError(
            f"The program of the network ended with code {result.returncode}: "
            f"{result.stderr.strip() or 'it said nothing'}"
        )


def _find_make() -> str:
    path = shutil.which("make")
    if path is None:
        raise EngineError(
            "The engine 'standalone' needs 'make'; on Debian and Ubuntu: 'apt-get install make'."
        )
    return path
