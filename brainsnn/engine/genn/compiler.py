"""From generated sources to a library: GeNN's generator, then the compiler, once for the same."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from filelock import FileLock

from brainsnn.engine.genn.installation import Installation, cuda_path
from brainsnn.engine.genn.project import DESCRIPTION, LOOP, Project
from brainsnn.engine.resident import compiler as host
from brainsnn.errors import EngineError, RunDirectoryError
from brainsnn.records.atomic import write_whole

#: Where GeNN's generator puts its code, from the name of the model.
GENERATED = "network_CODE"

_FLAGS = [*host.STRICT.compile, "-fPIC"]

#: Names such as ``t`` mean the library's own, whatever else is loaded.
_LINK = ["-shared", "-Wl,-Bsymbolic"]


def cache_directory() -> Path:
    """Folder of compiled networks, beside the resident engine's."""
    return host.cache_directory().parent / "genn"


def library_bytes(project: Project, genn: Installation, *, use_gpu: bool) -> bytes:
    """Compile a project, or find the result of an earlier time.

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
    compiler = host.find_compiler()
    target = cache_directory() / f"{_digest(project, genn, compiler, use_gpu=use_gpu)}.so"
    with ExitStack() as locks:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # GeNN builds its own libraries at its first use, and cannot do so twice at once.
            locks.enter_context(FileLock(target.parent / ".building.lock"))
        except OSError:
            return _build(project, genn, compiler, use_gpu=use_gpu)
        if not target.exists():
            library = _build(project, genn, compiler, use_gpu=use_gpu)
            try:
                write_whole(target, lambda file: file.write(library))
            except RunDirectoryError:
                return library
        return target.read_bytes()


def _build(project: Project, genn: Installation, compiler: str, *, use_gpu: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="brainsnn-") as folder:
        path = Path(folder)
        for name, text in project.sources.items():
            (path / name).write_text(text, encoding="utf-8")
        generate = ["bash", str(genn.build_model), *([] if use_gpu else ["-c"]), DESCRIPTION]
        _call(generate, path, "GeNN's generator refused the network")
        output = "library.so"
        for command in _compilation(path, compiler, output, use_gpu=use_gpu):
            _call(command, path, "The compiler refused the code that GeNN generated")
        return (path / output).read_bytes()


def _compilation(path: Path, compiler: str, output: str, *, use_gpu: bool) -> list[list[str]]:
    """Commands that compile the loop together with GeNN's code: one library, private as a whole."""
    if not use_gpu:
        generated = sorted(str(p.relative_to(path)) for p in (path / GENERATED).glob("*.cc"))
        return [[compiler, *_FLAGS, *_LINK, "-I.", LOOP, *generated, "-o", output]]
    cuda = cuda_path()
    link = f"'{cuda}/bin/nvcc' -shared loop.o {GENERATED}/*.o -lcuda -o {output}"
    return [
        ["make", "-C", GENERATED],
        [compiler, *_FLAGS, "-I.", f"-I{cuda}/include", "-c", LOOP, "-o", "loop.o"],
        ["sh", "-c", link],
    ]


def _call(command: list[str], folder: Path, complaint: str) -> None:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        said = f"{result.stdout[-2000:]}\n{result.stderr[-4000:]}".strip()
        raise EngineError(f"{complaint} ({' '.join(command)}):\n{said}")


def _digest(project: Project, genn: Installation, compiler: str, *, use_gpu: bool) -> str:
    parts = [
        compiler,
        host.compiler_version(compiler),
        *_FLAGS,
        *_LINK,
        platform.node(),
        f"{genn.path} {genn.version} {use_gpu}",
        *(f"{name}\n{text}" for name, text in sorted(project.sources.items())),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
