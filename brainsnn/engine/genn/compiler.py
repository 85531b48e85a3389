"""From generated sources to a library: GeNN's generator, then the compiler, once for the same."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from brainsnn.engine.genn.installation import Installation, cuda_path
from brainsnn.engine.genn.project import DESCRIPTION, LOOP, Project
from brainsnn.engine.resident import cache
from brainsnn.engine.resident.compiler import (
    STRICT,
    compiler_version,
    find_compiler,
    processor,
    run_tool,
)

SUFFIX = ".genn.so"

#: Where GeNN's generator puts its code, from the name of the model.
GENERATED = "network_CODE"

#: The loop and all that GeNN generates in one: each begins with the same headers, which take longer
#: to read than the code.
_WHOLE = "whole.cpp"

#: Names such as ``t`` mean the library's own, whatever else is loaded.
_LINK = ["-shared", "-Wl,-Bsymbolic"]


def library_bytes(project: Project, genn: Installation, *, use_gpu: bool) -> bytes:
    """Compile a project, or take the result of an earlier time from the cache.

    Parameters
    ----------
    project : Project
        Generated sources.
    genn : Installation
        The GeNN to use.
    use_gpu : bool
        Whether to generate CUDA.

    Returns
    -------
    bytes
        The shared library.

    Raises
    ------
    EngineError
        If GeNN's generator or the compiler refuses the sources.
    """
    compiler = find_compiler()
    key = _key(project, genn, compiler, use_gpu=use_gpu)
    found = cache.find(key, SUFFIX)
    if found is not None:
        return found.read_bytes()
    with _one_at_a_time(), tempfile.TemporaryDirectory(prefix="brainsnn-") as folder:
        built = _build(project, genn, compiler, Path(folder), use_gpu=use_gpu)
        return cache.keep(built, key, SUFFIX).read_bytes()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let other builds wait: GeNN compiles its own libraries at its first use, in its folder."""
    with FileLock(Path(tempfile.gettempdir()) / "brainsnn-genn.lock"):
        yield


def _build(
    project: Project, genn: Installation, compiler: str, folder: Path, *, use_gpu: bool
) -> Path:
    for name, text in project.sources.items():
        (folder / name).write_text(text, encoding="utf-8")
    target = [] if use_gpu else ["-c"]
    run_tool(["bash", str(genn.build_model), *target, DESCRIPTION], folder)
    output = "library.so"
    for command in _compilation(folder, compiler, output, use_gpu=use_gpu):
        run_tool(command, folder)
    return folder / output


def _compilation(folder: Path, compiler: str, output: str, *, use_gpu: bool) -> list[list[str]]:
    """Commands that compile the loop together with GeNN's code: one library, private as a whole."""
    flags = _flags()
    if not use_gpu:
        generated = sorted(str(p.relative_to(folder)) for p in (folder / GENERATED).glob("*.cc"))
        text = "".join(f'#include "{name}"\n' for name in [LOOP, *generated])
        (folder / _WHOLE).write_text(text, encoding="utf-8")
        return [[compiler, *flags, *_LINK, "-I.", _WHOLE, "-o", output]]
    cuda = cuda_path()
    link = f"'{cuda}/bin/nvcc' -shared loop.o {GENERATED}/*.o -lcuda -o {output}"
    return [
        ["make", "-C", GENERATED],
        [compiler, *flags, "-I.", f"-I{cuda}/include", "-c", LOOP, "-o", "loop.o"],
        ["sh", "-c", link],
    ]


def _flags() -> list[str]:
    return [*STRICT.with_the_users().compile, "-fPIC"]


def _key(project: Project, genn: Installation, compiler: str, *, use_gpu: bool) -> str:
    parts = [
        compiler,
        compiler_version(compiler),
        processor(),
        *_flags(),
        *_LINK,
        f"{genn.path} {genn.version} {use_gpu}",
        *(f"{name}\n{text}" for name, text in sorted(project.sources.items())),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
