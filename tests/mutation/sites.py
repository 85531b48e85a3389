"""Where a defect can be planted in a source file, and the source with it planted.

Defects are those of cosmic-ray's operators that change what is computed: comparisons, arithmetic,
logic, numbers, conditions. Left alone is what computes nothing: annotations, docstrings, imports,
the words of errors and warnings, the star of a signature; and what only asserts: ``assert``, and
``strict=True`` where sequences are of one length anyway.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from cosmic_ray.ast import Visitor, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

#: Where numbers are distances and colours, which are looked at instead.
DRAWN, NUMBER = "analysis/figures/", "NumberReplacer"

#: Bits are only set by arithmetic in annotations (``int | None``) and in a few kernels.
OPERATORS = (
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Div_Mul",
    "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_Mod_Mul",
    "ReplaceBinaryOperator_Mul_Div",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBreakWithContinue",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
)


@dataclass(frozen=True)
class Site:
    """One defect.

    Parameters
    ----------
    module : str
        The file, from the root of the project.
    operator : str
        What is done; see `OPERATORS`.
    occurrence : int
        To which of the places in the file that it fits.
    line : int
        Where that is.
    """

    module: str
    operator: str
    occurrence: int
    line: int

    def planted(self, source: str) -> str:
        """Source of the file with the defect."""
        changed: str | None = mutate_code(source, _operator(self.operator), self.occurrence)
        assert changed is not None
        return changed

    def describe(self, root: Path) -> str:
        """Say where it is, and the line before and after."""
        source = (root / self.module).read_text(encoding="utf-8")
        before, after = source.splitlines(), self.planted(source).splitlines()
        pairs = [(a, b) for a, b in zip(before, after, strict=False) if a != b]
        old, new = pairs[0] if pairs else ("", "")
        return f"{self.module}:{self.line}: {old.strip()}  ->  {new.strip()}"


@cache
def _operator(name: str) -> Any:
    return get_operator(f"core/{name}")()


class _Places(Visitor):  # type: ignore[misc]
    """Lines of the places that an operator fits, in the order in which they are numbered."""

    def __init__(self, operator: Any) -> None:
        self.operator, self.lines = operator, []

    def visit(self, node: Any) -> Any:
        places = self.operator.mutation_positions(node)
        self.lines += [None if _is_silent(node) else start[0] for start, _ in places]
        return node


def _is_silent(node: Any) -> bool:
    """Whether a node is the star of a signature, or says that sequences are of one length."""
    kind = getattr(node.parent, "type", "")
    if kind == "argument" and getattr(node, "value", "") == "True":
        return bool(node.parent.children[0].value == "strict")
    return kind in ("param", "parameters")


def sites(root: Path, module: str) -> list[Site]:
    """Every defect that can be planted in a file."""
    source = (root / module).read_text(encoding="utf-8")
    tree, silent = get_ast(source), _silent_lines(source)
    found = []
    for name in OPERATORS:
        if name == NUMBER and module.startswith(DRAWN):
            continue
        places = _Places(_operator(name))
        places.walk(tree)
        found += [
            Site(module, name, k, line)
            for k, line in enumerate(places.lines)
            if line is not None and line not in silent
        ]
    return found


def draw(found: list[Site], n: int, rng: np.random.Generator) -> list[Site]:
    """Draw n of the defects, or all there are, without repetition, in the order drawn."""
    return [found[k] for k in rng.permutation(len(found))[:n]]


def _silent_lines(source: str) -> set[int]:
    """Lines that import, assert, or say what is wrong; no test is asked to notice these."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        for part in _silent_parts(node):
            lines |= set(range(part.lineno, (part.end_lineno or part.lineno) + 1))
    return lines


def _silent_parts(node: ast.AST) -> Iterator[Any]:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert):
        yield node
    elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        yield from node.exc.args
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "warnings.warn":
        yield from node.args
        yield from (k.value for k in node.keywords if k.arg == "stacklevel")
    elif isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
        yield node
