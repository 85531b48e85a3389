"""Defaults that docstrings state, and those that hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: A parameter's line in a docstring.
STATED = re.compile(r"^(?P<names>\w[\w, ]*) : .*?,? default (?P<value>[^;]+?)\.?$")


def differing(folder: str) -> list[str]:
    """Defaults of a folder's functions and classes that are not what the docstring states."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                stated, where = _stated(node), f"{path.relative_to(ROOT)}: {node.name}"
                found += [
                    f"{where}: {name} is {value!r}, stated {stated[name]!r}"
                    for name, value in _given(node)
                    if name in stated and stated[name] != value
                ]
    return found


def idle_switches(folder: str) -> list[str]:
    """Switches of a folder's dataclasses that say what holds without them.

    A class that is not frozen, or compares arrays with ``==``, is one by mistake.
    """
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "dataclass":
                found += [
                    f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(switch)}"
                    for switch in node.keywords
                    if ast.literal_eval(switch.value) == (switch.arg in ("eq", "init", "repr"))
                ]
    return found


def _stated(node: ast.FunctionDef | ast.ClassDef) -> dict[str, object]:
    found: dict[str, object] = {}
    for line in (ast.get_docstring(node) or "").splitlines():
        if match := STATED.match(line):
            names = [name.strip() for name in match["names"].split(",")]
            values = [match["value"]]
            if len(names) > 1 and len(parts := re.split(", | and ", values[0])) == len(names):
                values = parts
            values = values * len(names) if len(values) == 1 else values
            found |= dict(zip(names, map(_value, values), strict=True))
    return found


def _value(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text  # A word, or what a name stands for.


def _given(node: ast.FunctionDef | ast.ClassDef) -> Iterator[tuple[str, object]]:
    pairs: list[tuple[str, ast.expr | None]]
    if isinstance(node, ast.FunctionDef):
        given, positional = node.args, [*node.args.posonlyargs, *node.args.args]
        late = positional[len(positional) - len(given.defaults) :]
        pairs = [(a.arg, v) for a, v in zip(late, given.defaults, strict=True)]
        pairs += [(a.arg, v) for a, v in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    else:
        pairs = [
            (part.target.id, _of_field(part.value))
            for part in node.body
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
        ]
    for name, value in pairs:
        try:
            yield name, ast.literal_eval(value)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            continue


def _of_field(value: ast.expr | None) -> ast.expr | None:
    """Default in a call of ``Field``."""
    if isinstance(value, ast.Call):
        return next((k.value for k in value.keywords if k.arg == "default"), None)
    return value
