"""What else installs the project says what pyproject.toml says; forms of the forge can be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment
from packaging.requirements import Requirement

from brainsnn import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

#: What conda has under another name, and what it needs beside: a compiler.
OTHER_NAMES = {"matplotlib": "matplotlib-base"}
BESIDE = {"gxx": "", "make": ""}


def wanted(texts: list[str]) -> dict[str, str]:
    """Range of versions by package."""
    found = {r.name: r.specifier for r in map(Requirement, texts)}
    return {OTHER_NAMES.get(n, n): ",".join(sorted(map(str, s))) for n, s in found.items()}


def named(lines: list[str]) -> dict[str, str]:
    """The same of a recipe's lines, ``name >=1,<2``."""
    parts = (line.partition(" ") for line in lines)
    return {name: ",".join(sorted(filter(None, ranges.split(",")))) for name, _, ranges in parts}


@pytest.fixture(scope="module")
def recipe():
    template = Environment().from_string((ROOT / "conda/meta.yaml").read_text(encoding="utf-8"))
    return yaml.safe_load(template.render(PYTHON="python"))


def test_the_recipe_of_conda_is_of_this_version_and_needs_what_the_project_needs(recipe):
    assert recipe["package"]["version"] == __version__
    run = recipe["requirements"]["run"]
    python = {"python": PROJECT["requires-python"]}
    assert named(run) == wanted(PROJECT["dependencies"]) | python | BESIDE
    assert named(recipe["requirements"]["run_constrained"]) == wanted(EXTRAS["search"])
    (script,) = recipe["build"]["entry_points"]
    assert script == f"brainsnn = {PROJECT['scripts']['brainsnn']}"
    assert recipe["about"]["summary"] == PROJECT["description"]
    assert recipe["about"]["license"] == PROJECT["license"]


def test_the_image_has_what_the_readme_asks_for_and_copies_what_is_there():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for needed in ("g++", "make", "BRAINSNN_DATA=/data"):
        assert needed in text
    extras = re.findall(r'"\$wheel\[(.*?)\]"', text)
    assert extras
    assert set(",".join(extras).split(",")) <= set(EXTRAS)
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert (ROOT / source).exists()


@pytest.mark.parametrize("form", ["wrong", "number", "idea"])
def test_forms_of_the_forge_ask_something(form):
    text = (ROOT / ".github/ISSUE_TEMPLATE" / f"{form}.yml").read_text(encoding="utf-8")
    read = yaml.safe_load(text)
    assert read["name"]
    assert read["description"]
    fields = [field["id"] for field in read["body"]]
    assert len(set(fields)) == len(fields) > 0
    assert all(field["attributes"]["label"] for field in read["body"])
    assert any(field.get("validations", {}).get("required") for field in read["body"])
