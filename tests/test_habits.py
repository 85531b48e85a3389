"""Habits of the source: what it says, how long its files are, that public things are documented."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("brainsnn", "protocols", "analysis")
LONGEST, MEDIAN = 400, 160

#: Words that speak of where or how the source was written, in pieces so that this file passes.
FOREIGN = re.compile(
    "|".join(
        [
            "/wo" + "rk/",
            "/tm" + "p/w",
            r"sha" + r"red/lim",
            r"(?<!scope=\")\bsess" + r"ion\b",
            "iss" + "ue #",
            "/opt/" + "pypi",
            r"/\.pye" + "nv/",
            r"pypi\." + "org",
            "pythonhosted" + r"\.org",
            "sub" + "agent",
            "clau" + "de",
        ]
    ),
    re.IGNORECASE,
)


def tracked() -> list[Path]:
    """Files of the project; those under version control where it is known which."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a clone: which files are the project's is not known")
    return [ROOT / name for name in listing.stdout.split("\0") if name]


#: Folders that brainsnn holds as well: links in a clone, copies in a source package.
AGAIN = (ROOT / "brainsnn" / "analysis", ROOT / "brainsnn" / "protocols")


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if not any(path.is_relative_to(folder) for folder in AGAIN)]


def test_the_project_speaks_of_itself_alone() -> None:
    found = []
    for path in tracked():
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" in content[:8000]:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), start=1):
            found += [f"{path}:{number}: {m[0]}" for m in FOREIGN.finditer(line)]
    assert not found, "\n".join(found)


def test_files_are_short() -> None:
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for path in sources(*PACKAGES, "tests", "benchmarks")
    }
    assert not {str(path): n for path, n in lengths.items() if n > LONGEST}
    assert statistics.median(lengths[path] for path in sources(*PACKAGES)) < MEDIAN


def undocumented(path: Path) -> list[str]:
    """Public classes, functions and methods of a file that lack a docstring."""
    missing = []

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.ClassDef | ast.FunctionDef) or child.name[0] == "_":
                continue
            if not ast.get_docstring(child) and not _overloads(child):
                missing.append(f"{path}:{child.lineno}: {prefix}{child.name}")
            if isinstance(child, ast.ClassDef):
                visit(child, f"{prefix}{child.name}.")

    visit(ast.parse(path.read_text(encoding="utf-8")), "")
    return missing


def _overloads(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in decorators)


def test_everything_public_is_documented() -> None:
    missing = [item for path in sources(*PACKAGES) for item in undocumented(path)]
    assert not missing, "\n".join(missing)


def test_every_module_says_what_it_is() -> None:
    for path in sources(*PACKAGES, "benchmarks"):
        text = path.read_text(encoding="utf-8")
        assert not text.strip() or ast.get_docstring(ast.parse(text)), path


FORBIDDEN = {
    "analysis": ("brainsnn", "brian2"),
    "brainsnn": ("brainsnn.protocols", "brainsnn.analysis"),
    "brainsnn/learning": ("brian2", "brainsnn.engine"),
    "brainsnn/codes": ("brian2", "brainsnn.engine"),
    "brainsnn/records": ("brian2", "brainsnn.engine"),
}


#: The one place that reads Brian2's equations.
READS_EQUATIONS = ROOT / "brainsnn" / "learning" / "equations"


def imports(path: Path) -> set[str]:
    """Modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_point_down(folder: str) -> None:
    for path in sources(folder):
        for module in imports(path):
            if folder == "analysis" and module.startswith(("brainsnn.analysis", "brainsnn.jit")):
                continue
            forbidden = set(FORBIDDEN[folder])
            if path.is_relative_to(READS_EQUATIONS):
                forbidden -= {"brian2"}
            wrong = [f for f in forbidden if module == f or module.startswith(f + ".")]
            assert not wrong, f"{path} imports {module}"


def test_compiled_functions_are_kept_on_disk_in_one_way() -> None:
    found = [
        path
        for path in sources(*PACKAGES)
        if path.name != "jit.py" and re.search(r"\bcache=True\b", path.read_text(encoding="utf-8"))
    ]
    assert not found, "use brainsnn.jit, which works where nothing can be written"
