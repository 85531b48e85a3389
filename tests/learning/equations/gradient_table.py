"""The table of `docs/equations.md`: how far the gradients of every neuron are from differences.

``python tests/learning/equations/gradient_table.py`` prints it; ``--write`` puts it into the page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import brian2
import numpy as np
from brian2 import ms
from learning.equations.neurons_to_derive import NEURONS, events_of, steps_of

from brainsnn.learning.equations import check_gradient
from brainsnn.learning.equations.eventprop.check import check_events

PAGE = Path(__file__).parents[3] / "docs" / "equations.md"
HEAD = "| neuron | method | trained | through time | exact times |"


def rows() -> Iterator[str]:
    """Rows of the table."""
    yield HEAD
    yield "|---|---|---|---|---|"
    for name, neuron in NEURONS.items():
        brian2.defaultclock.dt = 0.1 * ms
        network, inputs, trained, steps = steps_of(name, 3)
        worst = check_gradient(network, trained, inputs, steps, neuron.scale, most=3)["error"].max()
        exact = "draws random numbers"
        if "nois" not in name:
            brian2.defaultclock.dt = 0.25 * ms
            network, spikes, trained, until = events_of(name, 3)
            exact = f"{check_events(network, trained, spikes, until)['error'].max():.0e}"
        names = ", ".join(f"`{n}`" for n in ("w", *neuron.trained))
        yield f"| {name} | {neuron.method} | {names} | {worst:.0e} | {exact} |"


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    brian2.prefs.codegen.target = "numpy"
    np.seterr(over="ignore")
    table = list(rows())
    if not given.write:
        sys.stdout.write("\n".join(table) + "\n")
        return
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(HEAD)
    rest = after.split("\n\n", 1)[1]
    PAGE.write_text(before + "\n".join(table) + "\n\n" + rest, encoding="utf-8")


if __name__ == "__main__":
    main()
