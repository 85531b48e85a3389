"""Draw the README's figure: an example of the gallery, as it stands there."""

from __future__ import annotations

import runpy
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt

HERE = Path(__file__).parent


def main() -> None:
    """Run the example, and keep its figure beside the pages."""
    mpl.use("agg")
    runpy.run_path(str(HERE / "gallery" / "plot_any_neuron_learns.py"))
    plt.gcf().savefig(HERE / "_static" / "any-neuron-learns.png", dpi=160)


if __name__ == "__main__":
    main()
