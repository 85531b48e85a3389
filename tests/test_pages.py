"""The Python of the README and of the documentation's pages runs, links lead somewhere."""

import ast
import re
import shutil
from pathlib import Path

import brian2
import pytest
from registries import REGISTRIES

import brainsnn
from brainsnn.engine import ENGINES
from brainsnn.errors import DataError
from brainsnn.experiment.installed import protocols

ROOT = Path(__file__).parents[1]
PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md")), *(ROOT / "docs").glob("*.md")]
PAGES.sort()

_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


def blocks(page):
    """Each Python block, behind as many empty lines as stand before it in the page."""
    text = page.read_text(encoding="utf-8")
    return [text[: m.start(1)].count("\n") * "\n" + m[1] for m in _BLOCK.finditer(text)]


@pytest.fixture
def untouched(tmp_path, monkeypatch):
    """Files go to a folder of the test; what a page registers or prefers ends with it."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(ROOT)
    for registry in REGISTRIES:
        monkeypatch.setattr(registry, "_entries", dict(registry._entries))
    target = brian2.prefs.codegen.target
    yield
    brian2.prefs.codegen.target = target
    brian2.get_device().reinit()
    brian2.set_device("runtime")


#: `test_adding` runs the examples of that page, and more.
RUN_HERE = [page for page in PAGES if blocks(page) and page.name != "adding.md"]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("page", RUN_HERE, ids=lambda p: p.name)
def test_python_runs(page):
    if "resident" in page.read_text(encoding="utf-8") and shutil.which("g++") is None:
        pytest.skip("the page needs a C++ compiler")
    names = {}
    for block in blocks(page):
        try:
            exec(compile(block, str(page), "exec"), names)
        except DataError as error:
            if "No data set folder" not in str(error):
                raise
            pytest.skip(f"the page needs a data set that is not here: {error}")


def anchors(page):
    """What a link can name in a page: its headings, as Markdown viewers spell them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        path = page.parent / target if target else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), f"{target}#{anchor}"


def test_the_site_leads_to_every_page():
    contents = ast.parse((ROOT / "docs" / "conf.py").read_text(encoding="utf-8"))
    told = next(
        ast.literal_eval(line.value)
        for line in contents.body
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "CONTENTS"
    )
    named = {page for pages in told.values() for page in pages if "/" not in page}
    assert named == {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"}


def test_the_reference_has_the_whole_vocabulary():
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^   (\w+)$", text, re.MULTILINE))
    assert set(brainsnn.__all__) - named == {"__version__", "datasets", "errors"}


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda r: r.kind)
def test_the_readme_names_everything_registered(registry):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in registry if f"`{name}`" not in text]
    assert not missing, f"add to the table 'What works' of README.md: {missing}"


def test_the_readme_names_every_protocol_and_no_other_engine():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [name for name in protocols() if f"`{name}`" not in text]
    known = {"runtime", "resident", "standalone", "genn"}
    assert set(ENGINES) == known, "say in the README what works now"


def test_every_page_is_in_the_index():
    text = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    pages = {p.name for p in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert not [name for name in sorted(pages) if f"({name})" not in text]
