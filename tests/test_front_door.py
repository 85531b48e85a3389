"""What ``import brainsnn`` gives, and that it leaves the process as it was."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import brainsnn as bs

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "brainsnn"

#: What a library could change for the program that imports it.
STATE = """
import sys, warnings, logging, threading
def state():
    return (sys.excepthook, threading.excepthook, list(warnings.filters), warnings.showwarning,
            logging.getLoggerClass(), logging.root.level, list(logging.root.handlers))
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout + done.stderr


def test_importing_loads_no_simulator_and_changes_nothing() -> None:
    said = run(
        STATE + "before = state()\nimport brainsnn as bs\nassert before == state()\n"
        "print(sorted({'brian2', 'pandas', 'numba', 'numpy', 'sklearn'} & set(sys.modules)))"
    )
    assert said.strip() == "[]"


@pytest.mark.parametrize("first", ["import brainsnn.engine", "import brainsnn.network.parameters"])
def test_importing_the_simulator_leaves_reports_alone(first: str) -> None:
    said = run(
        "import logging, pandas, sympy, scipy.stats\n"  # Which have habits of their own.
        + STATE
        + f"before = state()\n{first}\nassert 'brian2' in sys.modules\n"
        "for a, b in zip(before, state()): assert a == b, (a, b)\n"
        "def mine(): raise KeyError('of the user')\nmine()"
    )
    assert said.strip().endswith("KeyError: 'of the user'")
    assert "Brian" not in said


def test_a_program_that_imported_brian2_keeps_what_that_set() -> None:
    said = run(
        "import brian2, sys\nhook = sys.excepthook\nimport brainsnn.engine\n"
        "print(sys.excepthook is hook and hook.__name__ == 'brian_excepthook')"
    )
    assert said.strip() == "True"


def test_brian2_is_imported_in_one_place_first() -> None:
    """Every module that imports Brian2, or a package above it, begins with `brian2_import`."""
    late = []
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path.stem != "brian2_import" and _imports(text, "brian2"):
            above = [folder / "__init__.py" for folder in path.parents if folder != PACKAGE]
            first = [path, *(p for p in above if p.is_relative_to(PACKAGE) and p.exists())]
            if not any(_begins_with_ours(p.read_text(encoding="utf-8")) for p in first):
                late.append(str(path))
    assert not late, late


def _modules(text: str) -> list[str]:
    """Modules that a file imports as it is loaded, in order."""
    found = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            found.append(node.module or "")
    return found


def _imports(text: str, package: str) -> bool:
    return any(name.split(".")[0] == package for name in _modules(text))


def _begins_with_ours(text: str) -> bool:
    return _modules(text)[:1] == ["brainsnn.network.brian2_import"]


@pytest.mark.parametrize("name", bs.__all__)
def test_every_word_is_there(name: str) -> None:
    assert name in dir(bs)
    assert getattr(bs, name) is getattr(bs, name)


def test_type_checkers_see_the_same_words() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    block = next(n for n in tree.body if isinstance(n, ast.If))
    seen = {a.asname for n in block.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert seen | {"__version__"} == set(bs.__all__)


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        bs.Nothing  # noqa: B018
