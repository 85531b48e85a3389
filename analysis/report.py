"""A run as one self-contained web page: claims, configuration, figures, tables, how to repeat it.

The page needs no other file and no network: styles and figures are inside it. It follows the
reader's light or dark setting and prints on white.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from brainsnn.analysis.claims import Claim
from brainsnn.analysis.embed import inline_svg
from brainsnn.analysis.files import replace_file
from brainsnn.analysis.formatting import flatten, format_cell, slug

__all__ = ["Claim", "Picture", "Report", "Section", "Table"]


@dataclass(frozen=True)
class Picture:
    """A figure with its caption.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What is shown.
    caption : str
        What it shows and how to read it.
    alt : str
        The same for a reader who cannot see it: what the curves do.
    """

    figure: Figure
    caption: str
    alt: str

    kind = "picture"


@dataclass(frozen=True)
class Table:
    """A pandas table with its caption.

    Parameters
    ----------
    frame : pandas.DataFrame
        What is shown, without its index.
    caption : str
        What it shows.
    headers : mapping of str to str
        Heading of a column; by default its name with spaces, capitalised.
    digits : mapping of str to int
        Digits after the point of a column of floats; 1 by default.
    percent : tuple of str
        Columns of fractions that are shown in per cent.
    """

    frame: pd.DataFrame
    caption: str
    headers: Mapping[str, str] = field(default_factory=dict)
    digits: Mapping[str, int] = field(default_factory=dict)
    percent: tuple[str, ...] = ()

    kind = "table"

    @property
    def head(self) -> list[tuple[str, bool]]:
        """Heading of each column, and whether it holds numbers."""
        numeric = [pd.api.types.is_numeric_dtype(kind) for kind in self.frame.dtypes]
        names = [self._heading(str(name)) for name in self.frame.columns]
        return list(zip(names, numeric, strict=True))

    @property
    def body(self) -> list[list[str]]:
        """Text of every cell, row by row."""
        names = [str(name) for name in self.frame.columns]
        rows = self.frame.itertuples(index=False, name=None)
        return [[self._cell(n, v) for n, v in zip(names, row, strict=True)] for row in rows]

    def _heading(self, name: str) -> str:
        text = self.headers.get(name, name[:1].upper() + name[1:].replace("_", " "))
        return f"{text} (%)" if name in self.percent and "%" not in text else text

    def _cell(self, name: str, value: object) -> str:
        scaled = 100 * value if name in self.percent and isinstance(value, int | float) else value
        return format_cell(scaled, self.digits.get(name, 1))


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Parameters
    ----------
    title : str
        Heading.
    text : str
        A paragraph or several, parted by empty lines; plain text.
    items : tuple of Picture or Table
        What follows the text.
    """

    title: str
    text: str = ""
    items: tuple[Picture | Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """Everything on the page.

    Parameters
    ----------
    title : str
        Title of the page.
    abstract : str
        One paragraph: what was run, on what, with what result.
    claims : tuple of Claim
        The paper's numbers beside ours.
    sections : tuple of Section
        Figures and tables.
    configuration, provenance : mapping
        Shown as tables; nested mappings are written ``outer.inner``.
    command : str
        The command that repeats the run.
    source : str
        The work that the claims are from, as one cites it.
    """

    title: str
    abstract: str
    claims: tuple[Claim, ...]
    sections: tuple[Section, ...]
    configuration: Mapping[str, object]
    provenance: Mapping[str, object]
    command: str
    source: str = ""

    def html(self) -> str:
        """The page as text."""
        page = _environment().get_template("report.html.j2")
        return page.render(
            report=self,
            headlines=[claim for claim in self.claims if claim.headline],
            configuration=flatten(self.configuration),
            provenance=flatten(self.provenance),
        )

    def write(self, path: Path | str) -> Path:
        """Write the page, whole or not at all.

        Parameters
        ----------
        path : path
            File to write; its folder is made if it is not there.

        Returns
        -------
        pathlib.Path
            The file.
        """
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, self.html())
        return target


def _environment() -> Environment:
    """Templates of this package, everything escaped unless it is markup of ours."""
    environment = Environment(
        loader=PackageLoader("brainsnn.analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["slug"] = slug
    environment.filters["paragraphs"] = _paragraphs
    environment.globals["embed"] = _embed
    return environment


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, which empty lines part."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _embed(picture: Picture, name: str) -> Markup:
    """The figure as markup; `inline_svg` escapes the description."""
    return Markup(inline_svg(picture.figure, name, picture.alt))  # noqa: S704
