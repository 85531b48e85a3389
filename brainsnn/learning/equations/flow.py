r"""How large the error is in each population, step by step, on its way back through time.

The size of the error of a population at step t is the root mean square, over trials and neurons, of

.. math:: \sqrt{\sum_x (\sigma_x \, \partial L / \partial x_t)^2}

over its states x, each measured by how much it varies, :math:`\sigma_x`, so that potentials in
volts and currents in amperes count alike. Its *factor* is what the size is multiplied by in a step
back, on average, from where it is read first to the beginning of the trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.errors import LearningError
from brainsnn.learning.equations.backward import Backward
from brainsnn.learning.equations.parts import Array, Key, Trace

if TYPE_CHECKING:
    from brainsnn.learning.equations.network import DerivedNetwork

VANISHED = 1e-6
"""Share of its largest size below which an error has vanished."""

EXPLODED = 1e3
"""Multiple of its size where it is read first from which an error has exploded."""


@dataclass(frozen=True)
class GradientFlow:
    """Sizes of the error (module docstring).

    Parameters
    ----------
    sizes : mapping of str to array of float64, shape (n_steps,)
        By population.
    begins : int, default 0
        First step at which an input spikes: what comes before it teaches nothing.

    Raises
    ------
    LearningError
        If the sizes differ in length, or `begins` is no step of them.
    """

    sizes: Mapping[str, NDArray[np.float64]]
    begins: int = 0

    def __post_init__(self) -> None:
        lengths = {len(size) for size in self.sizes.values()}
        if len(lengths) != 1 or not 0 <= self.begins < max(lengths):
            raise LearningError(
                f"A gradient's flow has one size for each step and population; got lengths "
                f"{sorted(lengths)} and the first step {self.begins}."
            )

    def last(self, population: str) -> int | None:
        """Last step that has an error, where the way back begins; None if none has."""
        (found,) = np.nonzero(self.sizes[population])
        return int(found[-1]) if found.size else None

    @property
    def factors(self) -> dict[str, float]:
        """Factor of each population; nan where the error has no way to go, 0 where none arrives."""
        return {name: self._factor(name) for name in self.sizes}

    def _factor(self, name: str) -> float:
        size, last = self.sizes[name], self.last(name)
        if last is None or last <= self.begins:
            return float("nan")
        ratio = size[self.begins] / size[last]
        return float(ratio ** (1 / (last - self.begins)))

    def vanished(self, population: str) -> int | None:
        """Step from which on, back, the error is too small to teach; None if it reaches them all.

        A population without any error has none that could vanish.
        """
        size = self.sizes[population][self.begins :]
        (small,) = np.nonzero(size < VANISHED * size.max(initial=0.0))
        if not small.size or small[0] != 0:
            return None
        lost = np.flatnonzero(size >= VANISHED * size.max())[0] - 1
        return self.begins + int(lost)

    def exploded(self, population: str) -> int | None:
        """Step at which the error is largest, if it grew too much on its way there; else None."""
        size, last = self.sizes[population], self.last(population)
        if last is None or size.max() <= EXPLODED * size[last]:
            return None
        return int(np.argmax(size))

    @property
    def advice(self) -> list[str]:
        """What to change, a line for each population whose error vanishes or explodes."""
        found = []
        for name, factor in self.factors.items():
            lost, grown = self.vanished(name), self.exploded(name)
            if lost is not None:
                found.append(
                    f"The error in {name!r} has vanished by step {lost} on its way back (a factor "
                    f"of {factor:.3g} a step): what happens before teaches nothing. Widen the "
                    "pseudo-derivative (scale), lengthen time constants, or shorten the trial."
                )
            if grown is not None:
                times = self.sizes[name].max() / self.sizes[name][self.last(name)]
                found.append(
                    f"The error in {name!r} explodes: at step {grown} it is {times:.0e} times that "
                    "of the end. Narrow the pseudo-derivative (scale), lower recurrent weights, "
                    "or clip gradients."
                )
        return found

    def table(self) -> pd.DataFrame:
        """Columns ``population``, ``step``, ``size``."""
        parts = [
            pd.DataFrame({"population": name, "step": np.arange(len(size)), "size": size})
            for name, size in self.sizes.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def __str__(self) -> str:
        return "\n".join(
            f"  error in {name}: a factor of {factor:.3g} a step back, largest at step "
            f"{np.argmax(self.sizes[name])}"
            for name, factor in self.factors.items()
            if np.isfinite(factor)
        )


def flow_of(
    network: DerivedNetwork,
    trace: Trace,
    by_spike: Mapping[str, Array],
    by_state: Mapping[Key, Array],
) -> GradientFlow:
    """Flow of a loss's gradient through trials that were run.

    Parameters
    ----------
    network, trace, by_spike, by_state
        See `DerivedNetwork.gradient`.
    """
    backward, n_steps = Backward(network, trace, by_spike, by_state), len(trace.begin)
    spread = {
        (k, n): float(np.std([x[k][n] for x in trace.begin]))
        for k, p in network.neurons.items()
        for n in p.derived.states
    }
    sizes = {k: np.zeros(n_steps) for k in network.neurons}
    for t in range(n_steps - 1, -1, -1):
        backward.step(t)
        for k, size in sizes.items():
            bars = [spread[k, n] * bar for n, bar in backward.x[k].items()]
            size[t] = np.sqrt(sum(float(np.mean(bar**2)) for bar in bars))
    given = [s.any(axis=(1, 2)) for k, s in trace.spikes.items() if k not in network.neurons]
    begins = int(np.argmax(np.any(given, axis=0))) if given else 0
    return GradientFlow(sizes, begins)
