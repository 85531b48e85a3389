"""Which tests run which lines: a test that never comes by a defect cannot notice it."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import coverage
import pytest

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Recorder:
    """Plugin of pytest that notes which lines and how many seconds each test file takes."""

    def __init__(self, root: Path, target: Path) -> None:
        self.root, self.target = root, target
        self.seconds: dict[str, float] = {}
        self.coverage = coverage.Coverage(
            data_file=target.with_suffix(".lines"),
            config_file=False,
            include=[f"{root}/{name}/*" for name in ("analysis", "brainsnn", "protocols")],
        )

    def __enter__(self) -> Recorder:
        self.coverage.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.coverage.stop()
        self.coverage.save()
        self.target.write_text(json.dumps(self.seconds), encoding="utf-8")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Have what runs now belong to the item's file."""
        name = str(item.path.relative_to(self.root))
        self.coverage.switch_context(name)
        begin = time.monotonic()
        try:
            return (yield)
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begin
            self.coverage.switch_context("")


def is_compiled(source: str, line: int) -> bool:
    """Whether a line is of a function or class with kernels in it, or of none."""
    for node in ast.parse(source).body:
        kinds = (*FUNCTIONS, ast.ClassDef)
        if isinstance(node, kinds) and _begin(node) <= line <= (node.end_lineno or 0):
            return "njit" in ast.unparse(node)
    return True


@dataclass
class Reach:
    """What a `Recorder` has noted.

    Parameters
    ----------
    seconds : dict
        That each test file took.
    lines : coverage.CoverageData
    """

    seconds: dict[str, float]
    lines: Any

    @classmethod
    def read(cls, target: Path) -> Reach:
        """Read what was noted at a path."""
        lines = coverage.CoverageData(str(target.with_suffix(".lines")))
        lines.read()
        return cls(json.loads(target.read_text(encoding="utf-8")), lines)

    @cached_property
    def readers(self) -> set[str]:
        """Test files that run no line: they read the sources instead."""
        return set(self.seconds) - self.lines.measured_contexts()

    def tests(self, path: Path, line: int) -> set[str]:
        """Test files that run a line, or read the sources.

        All of them, where that is not known: of what runs at import, and of compiled kernels, whose
        lines count for the test that compiles them.
        """
        source = path.read_text(encoding="utf-8")
        if is_compiled(source, line):
            return set(self.seconds)
        contexts = self.lines.contexts_by_lineno(str(path))
        found: set[str] = set()
        for k in _lines_with(ast.parse(source), line):
            found |= set(contexts.get(k, ()))
        return (found - {""} | self.readers) if found - {""} else set(self.seconds)


def _lines_with(tree: ast.AST, line: int) -> range:
    """Lines that run where one runs: its statement's; of a function's first lines, its body's."""
    inner, function = tree, None
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and _begin(node) <= line <= (node.end_lineno or 0):
            inner = node  # Walks from outside to inside.
            function = node if isinstance(node, FUNCTIONS) else function
    if function is None or not isinstance(inner, ast.stmt):
        return range(0)
    body = getattr(inner, "body", None)
    if inner is function:
        return range(body[0].lineno, (function.end_lineno or 0) + 1)
    return range(inner.lineno, body[0].lineno if body else (inner.end_lineno or 0) + 1)


def _begin(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)])
