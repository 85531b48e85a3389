"""Draw the README's figures: examples of the gallery, as they stand there.

``python docs/front.py [NAME ...]`` draws all of them, or those that are named.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

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


def _keep_small(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    plt.gcf().savefig(path, dpi=160)
    with Image.open(path) as picture:
        size = WIDTH, round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
