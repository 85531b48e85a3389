"""The look that all figures share, and how they are written.

Colours are those of Okabe and Ito, told apart with every kind of colour vision. Text, axes and
ticks are drawn in one ink, `INK`, so that a page may replace it by its own in the dark.

References
----------
M. Okabe and K. Ito, Color universal design (2008).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from brainsnn.analysis.files import replace_file

BLUE, VERMILION, GREEN, ORANGE, SKY, PURPLE, YELLOW = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#e69f00",
    "#56b4e9",
    "#cc79a7",
    "#f0e442",
)
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, SKY, PURPLE, YELLOW)
"""Colours of series, in the order in which to use them."""

INK = "#24292f"
"""Colour of text, axes and ticks."""

GREY = "#8c959f"
"""Colour of what stands back: references, grids, what is not of interest."""

WIDTH = 7.2
"""Width in inches of a figure as wide as the page."""

STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.titlepad": 7.0,
    "axes.labelsize": 8.5,
    "axes.labelpad": 5.0,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.prop_cycle": cycler(color=COLOURS),
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "grid.color": GREY,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "lines.linewidth": 1.5,
    "patch.linewidth": 0.0,
    "text.color": INK,
    "text.parse_math": False,  # A name is text, whatever dollars it holds.
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "analysis",
}
"""Settings of matplotlib in force while a figure is drawn and written."""

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run a function under `STYLE`, leaving matplotlib's settings as they were."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return wrapper


def new_figure(width: float, height: float) -> Figure:
    """A figure of the given size in inches, with its own canvas and no tie to pyplot."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def series_colours(names: Sequence[str]) -> dict[str, str]:
    """A colour for each name, in order; the colours recur after the seventh."""
    return {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(names)}


def logarithmic_x(axes: Axes) -> None:
    """Make the x axis logarithmic, with plain numbers at 1, 2 and 5 of every decade."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))
    axes.xaxis.set_minor_locator(NullLocator())


def decades(axis: Axis) -> None:
    """Write plain numbers at the decades of a logarithmic axis, and none between."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))
    axis.set_minor_formatter(NullFormatter())


def named(name: object) -> str:
    """A name as a label: a thin space before an underscore, which matplotlib leaves out else."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(name))
    return f"\N{THIN SPACE}{text}" if text.startswith("_") else text


def grid(axes: Axes, axis: Literal["both", "x", "y"] = "y") -> None:
    """Faint grid lines behind the data."""
    axes.grid(visible=True, axis=axis)
    axes.set_axisbelow(True)


def headroom(axes: Axes, part: float = 0.12) -> None:
    """Raise the upper limit of the y axis by a part of its range, for labels on top of bars."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + part * (high - low))


def settle(figure: Figure) -> None:
    """Lay a figure out once and for all, so that it looks the same wherever it is written."""
    if isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


@styled
def save(figure: Figure, folder: Path | str, name: str, dpi: int = 200) -> tuple[Path, Path]:
    """Write a figure as PNG (on white) and SVG (transparent, text as text).

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to write.
    folder : path
        Where; made if it is not there.
    name : str
        File name without suffix.
    dpi : int, default 200
        Resolution of the PNG and of images within the SVG.

    Returns
    -------
    png, svg : pathlib.Path
        The files written, each whole or not at all. The same figure gives the same bytes.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    settle(figure)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    kinds: dict[Path, dict[str, Any]] = {
        png: {"facecolor": "white", "metadata": {"Software": None}},
        svg: {"metadata": {"Date": None, "Creator": None}},
    }
    for path, options in kinds.items():
        drawn = io.BytesIO()
        figure.savefig(drawn, format=path.suffix[1:], dpi=dpi, **options)
        replace_file(path, drawn.getvalue())
    return png, svg
