"""Which files defects are planted in, and which tests have to notice them."""

from __future__ import annotations

import ast
from pathlib import Path

_DEFAULTS = "tests/learning/test_learning_defaults.py"

#: Beginning of a file's path, and the tests of what lies there; the longest beginning counts.
TESTS: dict[str, tuple[str, ...]] = {
    "brainsnn/codes": ("tests/codes",),
    "brainsnn/datasets": ("tests/datasets",),
    "brainsnn/training/evaluation.py": ("tests/training/test_training_evaluation.py",),
    "brainsnn/learning": ("tests/learning", "tests/gradients", "tests/oracles"),
    "brainsnn/learning/antlr": (
        "tests/learning/antlr",
        _DEFAULTS,
        "tests/gradients/test_gradient_antlr.py",
        "tests/oracles/test_oracle_antlr.py",
    ),
    "brainsnn/learning/count": (
        "tests/learning/count",
        _DEFAULTS,
        "tests/gradients/test_gradient_count.py",
        "tests/learning/count/test_count_constraints.py",
        "tests/learning/count/test_count_network.py",
    ),
    "brainsnn/learning/equations": ("tests/learning/equations", "tests/oracles"),
    "brainsnn/learning/glm": (
        "tests/learning/glm",
        _DEFAULTS,
        "tests/gradients/test_gradient_glm.py",
        "tests/learning/glm/test_glm_network.py",
    ),
    "brainsnn/learning/optimisers": ("tests/learning/optimisers", "tests/training", _DEFAULTS),
    "brainsnn/training": ("tests/training", "tests/learning/optimisers"),
    "brainsnn/training/callbacks": ("tests/training/callbacks",),
    "analysis": ("tests/analysis",),
    "protocols": (
        "tests/protocols/test_protocols_defaults.py",
        "tests/protocols/test_protocols_settings.py",
        "tests/protocols/test_protocols_glm.py",
        "tests/protocols/test_protocols_glm_choices.py",
        "tests/protocols/test_protocols_test_split.py",
    ),
}


#: The protocols' files in which defects are planted: what gives the splits.
SPLITS = ("protocols/common/mnist.py", "protocols/glm/base.py", "protocols/glm/selection.py")


def modules(root: Path) -> list[str]:
    """Files in which defects are planted, from the root of the project."""
    found = set()
    for start in {*TESTS, *SPLITS} - {"protocols"}:
        path = root / start
        files = [path] if path.is_file() else path.rglob("*.py")
        found |= {str(p.relative_to(root)) for p in files if p.name != "__init__.py"}
    return sorted(found)


def area_of(module: str) -> str:
    """Area that a file lies in, a key of `TESTS`."""
    return max((start for start in TESTS if module.startswith(start)), key=len)


def tests_of(root: Path, module: str) -> list[str]:
    """Tests that have to notice a defect in a file, those that name most of its contents first."""
    files: list[Path] = []
    for name in TESTS[area_of(module)]:
        path = root / name
        files += [path] if path.is_file() else sorted(path.rglob("test_*.py"))
    tree = ast.parse((root / module).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    defined = {node.name for node in tree.body if isinstance(node, kinds)} | {Path(module).stem}

    def named(path: Path) -> int:
        text = f"{path.stem} {path.read_text(encoding='utf-8')}"
        return sum(name in text for name in defined)

    return [str(p.relative_to(root)) for p in sorted(files, key=named, reverse=True)]
