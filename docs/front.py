"""Draw the README's figures, examples of the gallery as they stand there, and those of pages.

``python docs/front.py [NAME ...]`` draws all of them, or those that are named. What a page shows as
``_static/pages/<page>.png`` is what its own code calls ``figure``.
"""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from PIL import Image

HERE = Path(__file__).parent
FRONT = "any_neuron_learns"
WIDTH = 420
"""Pixels of a picture of the README's gallery."""


def main(names: list[str]) -> None:
    """Run the examples, and keep their figures beside the pages."""
    mpl.use("agg")
    for path in sorted((HERE / "gallery").glob("plot_*.py")):
        name = path.stem.removeprefix("plot_")
        if names and name not in names:
            continue
        runpy.run_path(str(path))
        if name == FRONT:
            plt.gcf().savefig(HERE / "_static" / "any-neuron-learns.png", dpi=160)
        _keep_small(HERE / "_static" / "gallery" / f"{name.replace('_', '-')}.png")
        plt.close("all")
    for page in sorted(HERE.glob("*.md")):
        shown = HERE / "_static" / "pages" / f"{page.stem}.png"
        text = page.read_text(encoding="utf-8")
        if f"(_static/pages/{shown.name})" in text and (not names or page.stem in names):
            _draw_page(text, shown)


def _draw_page(text: str, path: Path) -> None:
    names: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        exec(block, names)  # noqa: S102 - the page's own code
    path.parent.mkdir(exist_ok=True)
    names["figure"].savefig(path, dpi=110)
    plt.close("all")


def _keep_small(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    plt.gcf().savefig(path, dpi=160)
    with Image.open(path) as picture:
        size = WIDTH, round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
