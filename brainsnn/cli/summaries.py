"""What the installed protocols do, read from their files: importing all of them takes seconds."""

from __future__ import annotations

import ast
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

from brainsnn.registry import PROTOCOLS, installed


def summaries() -> dict[str, str]:
    """One sentence a protocol, by name.

    Raises
    ------
    ConfigError
        If one has to be imported, and cannot be.
    """
    return {name: _summary(name, entry) for name, entry in installed(PROTOCOLS).items()}


def _summary(name: str, entry: EntryPoint) -> str:
    """The sentence as it is written in the file; that of the imported protocol where it is not."""
    try:
        place = find_spec(entry.module)
        text = Path(str(place and place.origin)).read_text(encoding="utf-8")
        found = _written(ast.parse(text), entry.attr or "PROTOCOL")
    except (ImportError, OSError, SyntaxError, ValueError):
        found = None
    if found is not None:
        return found
    from brainsnn.experiment.installed import load_protocol

    return load_protocol(name).summary


def _written(module: ast.Module, attribute: str) -> str | None:
    """The text called ``summary`` in the class of which a module's protocol is made."""
    made = {
        ast.unparse(line.targets[0]): ast.unparse(line.value).partition("(")[0]
        for line in module.body
        if isinstance(line, ast.Assign)
    }
    for line in module.body:
        if not isinstance(line, ast.ClassDef) or line.name != made.get(attribute):
            continue
        for inner in line.body:
            if isinstance(inner, ast.Assign) and ast.unparse(inner.targets[0]) == "summary":
                return str(ast.literal_eval(inner.value))
    return None
