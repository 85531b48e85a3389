"""A matplotlib figure as SVG to stand inside a web page."""

from __future__ import annotations

import io
import re
from html import escape

from matplotlib.figure import Figure

from brainsnn.analysis.figures.style import BLUE, INK, settle, styled

_DPI = 160
"""Resolution of the images inside the SVG."""

_SCALE = 1.6
"""CSS pixels for a point of the figure, at most; narrower pages shrink it."""

_VARIABLES = {INK: "--ink", BLUE: "--blue"}
"""Colours that the page sets, since they are too dark for a dark page."""


@styled
def inline_svg(figure: Figure, name: str, alt: str) -> str:
    """SVG element without outside references, in the page's ink and font.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to draw.
    name : str
        Prefix of all identifiers, different for each figure of a page.
    alt : str
        Description for readers who cannot see it.

    Returns
    -------
    str
        An ``<svg>`` element; text, axes and blue are ``var(--ink)`` and ``var(--blue)``.
    """
    settle(figure)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", dpi=_DPI, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text)
    text = _prefix_ids(text, name)
    for colour, variable in _VARIABLES.items():
        text = re.sub(re.escape(colour), f"var({variable})", text, flags=re.IGNORECASE)
    return _open(text, alt)


def _prefix_ids(text: str, name: str) -> str:
    """Make the identifiers of one figure its own."""
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', text)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text)


def _open(text: str, alt: str) -> str:
    """Replace the opening tag: no fixed size, a role and a description."""
    match = re.match(r'<svg\b[^>]*viewBox="([^"]+)"[^>]*>', text)
    if match is None:
        raise ValueError("The figure was not written as an SVG with a view box.")
    box = match[1]
    width = _SCALE * float(box.split()[2])
    label = escape(alt, quote=True)
    tag = f'<svg viewBox="{box}" role="img" aria-label="{label}" style="max-width: {width:.0f}px">'
    return tag + text[match.end() :]
