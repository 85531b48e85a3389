"""The command ``brainsnn new``: a neuron, rule or protocol to begin with, and its test."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterable
from enum import StrEnum
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from brainsnn.cli.reporting import reporting
from brainsnn.output import say

_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*\Z")

#: What is said of the files, by kind; names are put in as in the files.
_HOW_TO = {
    "neuron": """\
Use it in Python:
  from $module import $module
  bs.Classifier(bs.Network("4-20-3", $module), rule="bptt")
Once $module is imported, its name will do: bs.Network("4-20-3", "$module").""",
    "rule": """\
Use it in Python:
  from $module import $Class
  bs.Classifier(network, rule=$Class(learning_rate=0.01))
Once $module is imported, its name will do: bs.Classifier(network, rule="$module").""",
    "protocol": """\
Carry out its demo, or with settings of your own:
  python $module.py runs/$name
  python $module.py runs/$name-long seeds=3 epochs=50
For brainsnn list, show, run and resume, install it: in the pyproject.toml of a package,
  [project.entry-points."brainsnn.protocols"]
  $name = "$module"
and pip install -e . there.""",
}


class Kind(StrEnum):
    """What can be begun."""

    neuron = "neuron"
    rule = "rule"
    protocol = "protocol"


def new(
    kind: Annotated[Kind, typer.Argument(help="neuron, rule or protocol.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in my-task or my_neuron.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Your own folder.")] = Path(),
) -> None:
    """Write a neuron, rule or protocol that runs as it is, with its test, to go on from."""
    with reporting():
        names = _names(kind, name)
        paths = write(kind, names, out)
        told = Template(_HOW_TO[kind]).substitute(names)
        say("\n".join(f"Wrote {path}" for path in paths))
        say(f"Try it:\n  python -m pytest {paths[1]}\n{told}")


def write(kind: Kind, names: dict[str, str], out: Path) -> tuple[Path, Path]:
    """Write the file and its test.

    Raises
    ------
    ConfigError
        If one is there, or the folder is that of the installation.
    """
    import brainsnn
    from brainsnn.errors import ConfigError

    if any(out.resolve().is_relative_to(Path(place).resolve()) for place in brainsnn.__path__):
        raise ConfigError(f"{out}: is brainsnn's own folder. Name one of yours (--out FOLDER).")
    paths = out / f"{names['module']}.py", out / f"test_{names['module']}.py"
    if there := [str(path) for path in paths if path.exists() or path.is_symlink()]:
        raise ConfigError(f"{', '.join(there)}: is there already, and nothing is overwritten.")
    out.mkdir(parents=True, exist_ok=True)
    for path, template in zip(paths, templates(kind), strict=True):
        with path.open("x", encoding="utf-8") as file:
            file.write(template.substitute(names))
    return paths


def templates(kind: Kind) -> tuple[Template, Template]:
    """The file and its test, with places for names."""
    folder = files("brainsnn.cli") / "templates"
    texts = [(folder / f"{part}{kind}.py.txt").read_text("utf-8") for part in ("", "test_")]
    return Template(texts[0]), Template(texts[1])


def _names(kind: Kind, name: str) -> dict[str, str]:
    """The name as it is registered, as a module's, as a class's and as a title.

    Raises
    ------
    ConfigError
        If it cannot be one of these, or is taken.
    """
    from brainsnn.errors import ConfigError

    if not _NAME.match(name):
        raise ConfigError(
            f"{name!r} is no name: it takes small letters and digits, a letter first, and pieces "
            "are joined by '_' or '-', as in my_neuron."
        )
    module, pieces = name.replace("-", "_"), re.split("[_-]", name)
    names = {
        "name": name.replace("_", "-") if kind is Kind.protocol else module,
        "module": module,
        "Class": "".join(piece.capitalize() for piece in pieces),
        "title": " ".join(pieces).capitalize(),
    }
    if keyword.iskeyword(module) or hasattr(builtins, module):
        raise ConfigError(f"{name!r} is a word of Python's own. Choose another name.")
    if names["name"] in _taken(kind):
        raise ConfigError(f"A {kind} named {names['name']!r} is there already.")
    if find_spec(module) is not None:
        raise ConfigError(f"{name!r} is a module that is installed, which the file would hide.")
    if {module, names["Class"]} & _used(kind):
        raise ConfigError(f"{name!r} is a name that the file itself uses. Choose another name.")
    return names


def _taken(kind: Kind) -> Iterable[str]:
    """Names of what there is of a kind."""
    from brainsnn.registry import PROTOCOLS, installed

    if kind is Kind.protocol:
        return installed(PROTOCOLS)
    if kind is Kind.rule:
        import brainsnn.training  # noqa: F401 - registers the rules of derived gradients
        from brainsnn.learning.rules import RULES

        return RULES
    from brainsnn.network.neurons import NEURONS
    from brainsnn.network.neurons.library import LIBRARY

    return {*NEURONS, *LIBRARY}


def _used(kind: Kind) -> set[str]:
    """Names of the files besides those that are put in."""
    neutral = dict.fromkeys(("name", "module", "Class", "title"), "_")
    found: set[str] = set()
    for template in templates(kind):
        for node in ast.walk(ast.parse(template.substitute(neutral))):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.alias):
                found |= {node.asname or node.name, node.name.partition(".")[0]}
    return found
