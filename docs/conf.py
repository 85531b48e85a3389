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
    "sphinx_external_toc",
    "sphinx_gallery.gen_gallery",
    "sphinxcontrib.mermaid",
]
external_toc_path = "_toc.yml"
exclude_patterns = ["_build", "gallery"]
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
}

_ROOT = Path(__file__).parents[1]
_WRAPPED = {"RESULTS.md": "results-summary.md", "CHANGELOG.md": "changes.md"}


def _links_within(app: Sphinx, page: str, source: list[str]) -> None:
    """Lead links that leave the folder of pages to what stands in the site instead."""
    text = source[0]
    up = "../" if page.startswith("results/") else ""
    for name, there in _WRAPPED.items():
        text = re.sub(rf"\]\((?:\.\./)+{re.escape(name)}", f"]({up}{there}", text)
    text = re.sub(r"\]\((?:\.\./)+README\.md", f"]({up}index.md", text)
    text = text.replace("](docs/", "](").replace("](results/)", "](results-summary.md)")
    source[0] = text


def _wrap(app: Sphinx) -> None:
    """Pages of the repository's root, as pages of the site."""
    for name, there in _WRAPPED.items():
        text = (_ROOT / name).read_text(encoding="utf-8")
        path = Path(app.srcdir) / there
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect what is said above."""
    app.connect("builder-inited", _wrap)
    app.connect("source-read", _links_within)
