"""One defect tried: a copy of the project with it planted, its tests, and whether one failed."""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mutation.areas import tests_of
from mutation.reach import Reach, Recorder, is_compiled
from mutation.sites import Site

#: What tests import from elsewhere, loaded once so that each trial begins with it.
HEAVY = ("matplotlib.pyplot", "numba", "pandas", "pyarrow", "scipy.stats", "sympy", "brian2")

#: Tests with a defect may take so many times as long as without, and so many seconds to begin.
SLOWER, SPARE = 5.0, 60.0


def load_heavy(folder: Path) -> None:
    """Import what is `HEAVY`; without a log file of Brian2's, which does not outlive a fork."""
    (folder / "brian_preferences").write_text("logging.file_log = False\n", encoding="utf-8")
    with contextlib.chdir(folder):
        for name in HEAVY:
            importlib.import_module(name)


@dataclass
class Copy:
    """A copy of the project to plant defects in, with compiled kernels of its own.

    Numba keeps a kernel while its own file is unchanged, also when one that it calls has changed.
    A trial whose defect is in what kernels may hold therefore takes kept ones only from files that
    do not import the changed one.
    """

    root: Path
    imports: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in sorted(self.root.glob("*/**/*.py")):
            module = str(path.relative_to(self.root))
            if module.split("/")[0] in ("brainsnn", "analysis", "protocols"):
                self.imports[module] = _imported(path)

    @property
    def kernels(self) -> Path:
        """Folder of the kernels that the tests compile without a defect."""
        return self.root / ".kernels"

    @property
    def said(self) -> Path:
        """What the last tests printed."""
        return self.root / ".said"

    def dependents(self, module: str) -> set[str]:
        """The file, and all that import it, directly or not."""
        found, before = {module}, 0
        while len(found) > before:
            before = len(found)
            names = {_module_name(f) for f in found}
            found |= {f for f, imported in self.imports.items() if imported & names}
        return found

    @contextlib.contextmanager
    def planted(self, site: Site) -> Iterator[None]:
        """Have the defect in the copy for as long as the context lasts."""
        path, spare = self.root / site.module, self.root / ".spare"
        shutil.copy2(path, spare)
        source = path.read_text(encoding="utf-8")
        path.write_text(site.planted(source), encoding="utf-8")
        try:
            yield
        finally:
            shutil.move(spare, path)

    def usable_kernels(self, site: Site, folder: Path) -> None:
        """Link kernels that do not depend on what a defect is in into a folder."""
        source = (self.root / site.module).read_text(encoding="utf-8")
        files = self.dependents(site.module) if is_compiled(source, site.line) else {site.module}
        stale = {(Path(f).parent.name, Path(f).stem) for f in files}
        for kept in self.kernels.rglob("*.nb?"):
            home = kept.parent.name.rsplit("_", 1)[0]
            if (home, kept.name.split(".")[0]) not in stale:
                target = folder / kept.relative_to(self.kernels)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(kept, target)


def _module_name(file: str) -> str:
    """By which name a file is imported: all are installed within the package."""
    name = file[:-3].replace("/", ".").removesuffix(".__init__")
    return name if name.split(".")[0] == "brainsnn" else f"brainsnn.{name}"


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def run_tests(
    copy: Copy, tests: list[str], kernels: Path, limit: float, record: Path | None = None
) -> str:
    """Run tests in a fork until one fails, and note for `Reach.read` what they run if asked to.

    Returns
    -------
    str
        ``"passed"``, ``"failed"``, or ``"too long"``.
    """
    child = os.fork()
    if child == 0:
        os.setsid()
        os.chdir(copy.root)
        os.environ["NUMBA_CACHE_DIR"] = str(kernels)
        said = os.open(copy.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.path[:0] = [
            str(copy.root),
            str(copy.root / "tests"),
            str(copy.root / "tests/gradients"),
        ]
        os._exit(_pytest(copy, tests, record))
    return _wait(child, time.monotonic() + limit)


def _pytest(copy: Copy, tests: list[str], record: Path | None) -> int:
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    if record is None:
        return int(pytest.main(options))
    with Recorder(copy.root, record) as recorder:
        return int(pytest.main(options, plugins=[recorder]))


def _wait(child: int, end: float) -> str:
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "passed" if os.waitstatus_to_exitcode(status) == 0 else "failed"
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "too long"


def survives(copy: Copy, site: Site, reach: Reach) -> bool:
    """Whether all tests of its area that come by the defect pass with it planted."""
    folder = copy.root / ".kernels-with-defect"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copy.usable_kernels(site, folder)
    near = reach.tests(copy.root / site.module, site.line)
    tests = [name for name in tests_of(copy.root, site.module) if name in near]
    tests.sort(key=lambda name: name not in reach.readers)  # They take no time.
    limit = SPARE + SLOWER * sum(reach.seconds[name] for name in tests)
    with copy.planted(site):
        return run_tests(copy, tests, folder, limit) == "passed"
