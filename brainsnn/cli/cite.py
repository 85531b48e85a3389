"""The command ``brainsnn cite``: what a run used, as text or BibTeX."""

from __future__ import annotations

import re
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from brainsnn.cli.reporting import reporting
from brainsnn.output import say

#: How the titles of the simulators' papers begin in ``CITATION.cff``, by package.
_PAPERS = {"brian2": "Brian 2,", "brian2genn": "Brian2GeNN:"}

_TITLES = {"brian2": "Brian2", "brian2genn": "Brian2GeNN"}


class Format(StrEnum):
    """How citations are written."""

    text = "text"
    bibtex = "bibtex"


def cite(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run directory.")],
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.text,
) -> None:
    """List the software and the papers that a run used, as they are cited."""
    with reporting():
        from brainsnn.experiment.citations import citations

        papers, software = citations(run), _software(run)
        write = _bibtex if form is Format.bibtex else _text
        say(write(software, papers))


def _software(run: Path) -> list[tuple[str, dict[str, Any]]]:
    """Name with version, and entry of ``CITATION.cff``, of what simulated a run."""
    import yaml

    from brainsnn.config import read_tree
    from brainsnn.records import RunDirectory

    cited = yaml.safe_load((files("brainsnn") / "CITATION.cff").read_text(encoding="utf-8"))
    packages = RunDirectory.read(run).provenance().get("packages", {})
    used = ["brian2"]
    if read_tree(run / "config.toml").get("engine") == "genn":
        used.append("brian2genn")
    found = [(_versioned("brainsnn", packages.get("brainsnn")), cited)]
    for package in used:
        entry = next(e for e in cited["references"] if e["title"].startswith(_PAPERS[package]))
        found.append((_versioned(_TITLES[package], packages.get(package)), entry))
    return found


def _versioned(name: str, version: str | None) -> str:
    return f"{name} {version}" if version else name


def _text(software: list[tuple[str, dict[str, Any]]], papers: dict[str, str]) -> str:
    """A paragraph each: what it is, then the citation."""
    told = [(name, _sentence(entry)) for name, entry in software]
    told += [(what, text) for text, what in papers.items()]
    return "\n".join(f"{what}\n  {text}" for what, text in told)


def _sentence(entry: dict[str, Any]) -> str:
    """An entry of ``CITATION.cff`` as a reference list has it."""
    authors = " and ".join(map(_author, entry["authors"]))
    where = [entry.get("journal"), entry.get("volume"), entry.get("start"), entry.get("year")]
    return ", ".join([authors, entry["title"], *(str(part) for part in where if part)])


def _author(author: dict[str, str]) -> str:
    given, family = author.get("given-names"), author.get("family-names")
    return f"{given} {family}" if family else author["name"]


def _bibtex(software: list[tuple[str, dict[str, Any]]], papers: dict[str, str]) -> str:
    """Entries with fields where ``CITATION.cff`` has them, else with the citation as a note."""
    entries = [_described(name, entry) for name, entry in software]
    for text, what in papers.items():
        year = year_of(text)
        dated = {"year": year} if year else {}
        entries.append(_entry("misc", what.partition(",")[0], {"note": f"{what}: {text}", **dated}))
    return "\n\n".join(entries)


def year_of(text: str) -> str | None:
    """Year of a citation: that in brackets, or the first number that is no page and no arXiv's.

    Examples
    --------
    >>> year_of("Neural Comput. 30, 1514-1541 (2018), arXiv:1705.11146"), year_of("Brette 2007")
    ('2018', '2007')
    """
    found = re.findall(r"\(((?:19|20)\d\d)\)", text)
    found += re.findall(r"(?<![:.\d-])\b((?:19|20)\d\d)\b(?![.-]?\d)", text)
    return found[0] if found else None


def _described(name: str, entry: dict[str, Any]) -> str:
    """A program, or the paper of one."""
    fields = {
        "title": f"{{{_escaped(entry['title'])}}}",
        "author": " and ".join(_surname_first(author) for author in entry["authors"]),
        "note": name,
    }
    key, _, version = name.partition(" ")
    if entry["type"] == "software":
        return _entry("software", key, {**fields, "version": version})
    where = {"journal": "journal", "volume": "volume", "pages": "start", "year": "year"}
    found = {field: str(entry[key]) for field, key in where.items() if key in entry}
    return _entry("article", key, {**fields, **found})


def _surname_first(author: dict[str, str]) -> str:
    family = author.get("family-names")
    return f"{family}, {author.get('given-names')}" if family else f"{{{author['name']}}}"


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    """An entry of BibTeX; its key has letters, digits and hyphens alone."""
    lines = [
        f"  {name} = {{{value if name in ('title', 'author') else _escaped(value)}}},"
        for name, value in fields.items()
    ]
    return "\n".join([f"@{kind}{{{re.sub(r'[^0-9A-Za-z]+', '-', key)},", *lines, "}"])


def _escaped(text: str) -> str:
    """Text whose signs mean nothing to TeX."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text)
