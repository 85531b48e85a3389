"""How the site is built: ``make docs``."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from brainsnn import __version__

project = "brainsnn"
author = "The brainsnn developers"
release = version = __version__
copyright = "the brainsnn developers, MIT licence"  # noqa: A001 - Sphinx's name

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "sphinxcontrib.mermaid",
]
templates_path = ["_templates"]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb"}
exclude_patterns = [
    "_build",
    "gallery",
    "**/sg_execution_times.rst",
    "sg_execution_times.rst",
    *(f"auto_gallery/*.{kind}" for kind in ("py", "ipynb", "zip", "md5", "json")),
]
nb_execution_mode = "off"  # pages' code runs in the tests
myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
suppress_warnings = ["config.cache"]

autosummary_generate = True
numpydoc_show_class_members = False
autodoc_typehints = "none"

html_theme = "pydata_sphinx_theme"
html_title = "brainsnn"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": r"/plot_",
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "within_subsection_order": "FileNameSortKey",
    "copyfile_regex": r"",
    "abort_on_example_error": True,
    "write_computation_times": False,
}

#: Pages by need; the site's way through them. A page that is missing here fails the tests.
CONTENTS = {
    "Begin": [
        "classifier",
        "networks",
        "from-brian2",
        "own-neuron",
        "recurrent-memory",
        "without-labels",
        "recordings",
        "from-pytorch",
        "choosing",
        "brian2",
        "auto_gallery/index",
    ],
    "Use": [
        "models",
        "neurons",
        "codes",
        "datasets",
        "training",
        "equations",
        "engines",
        "export",
        "conversion",
        "fitting",
        "run-directory",
        "sweeps",
        "analysis",
        "spike-statistics",
    ],
    "Systems": ["s4nn", "glm", "antlr", "count", "local"],
    "Understand": [
        "explained",
        "claims",
        "architecture",
        "adding",
        "reference",
        "roadmap",
        "root/changes",
    ],
    "Results": ["root/results"],
}

_ROOT = Path(__file__).parents[1]
_WRAPPED = {"RESULTS.md": "root/results.md", "CHANGELOG.md": "root/changes.md"}


def _links_within(_: Sphinx, page: str, source: list[str]) -> None:
    """Lead links that leave the folder of pages to what stands in the site instead."""
    text = source[0]
    up = "../" * page.count("/")
    for name, there in _WRAPPED.items():
        text = re.sub(rf"\]\((?:\.\./)+{re.escape(name)}", f"]({up}{there}", text)
    text = re.sub(r"\]\((?:\.\./)+README\.md", f"]({up}index.md", text)
    text = text.replace("](docs/", f"]({up}").replace("](results/)", "](root/results.md)")
    text = text.replace("](gallery/)", "](auto_gallery/index)")
    text = re.sub(r"\]\(gallery/(\w+)\.py\)", r"](auto_gallery/\1)", text)
    text = re.sub(r"\[([\w-]+)\.md\]\((\1\.md[^)]*)\)", r"[](\2)", text)  # by its title
    if page == "index":
        text += _toctree([_section(caption) for caption in CONTENTS])
    if page == "root/results":
        text += _toctree(["../results/*"], glob=True)
    source[0] = text


def _section(caption: str) -> str:
    """The page of a section: its only one, or one that lists them."""
    entries = CONTENTS[caption]
    return entries[0] if len(entries) == 1 else f"root/{caption.lower()}"


def _toctree(entries: list[str], hidden: bool = True, glob: bool = False) -> str:
    """A table of contents; hidden, since pages stay plain Markdown for who reads them elsewhere."""
    options = [":maxdepth: 1", *([":hidden:"] * hidden), *([":glob:"] * glob)]
    return "\n".join(["", "```{toctree}", *options, "", *entries, "```", ""])


def _wrap(app: Sphinx) -> None:
    """Pages of the repository's root, and of sections, as pages of the site."""
    pages = {there: (_ROOT / name).read_text("utf-8") for name, there in _WRAPPED.items()}
    for caption, entries in CONTENTS.items():
        if len(entries) > 1:
            contents = _toctree([f"/{entry}" for entry in entries], hidden=False)
            pages[f"{_section(caption)}.md"] = f"# {caption}\n{contents}"
    for there, text in pages.items():
        path = Path(app.srcdir) / there
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect what is said above."""
    app.connect("builder-inited", _wrap)
    app.connect("source-read", _links_within)
