r"""Learning to learn: examples of a function that is another in each trial, guessed and then told.

.. math::
    y = \sigma\Big(\sum_{k=1}^{H} w_k\, \sigma(u_k \cdot x + b_k) + c\Big), \qquad
    u, b \sim U(-a_1, a_1), \quad w, c \sim U(-a_2, a_2)

with :math:`\sigma(z) = 1 / (1 + e^{-z})` and two inputs, uniform in -1..1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.drawn.base import Drawn
from brainsnn.datasets.drawn.populations import check_numbers
from brainsnn.errors import ConfigError
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import StepValues
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams

Floats = NDArray[np.float64]

TOLD = ("own", "other", "nothing")

WIDTH = 1.5
"""Deviation of a tuning curve, in distances between two preferred values."""

BLOCK = 1 << 23
"""Draws at once; bounds memory."""


@dataclass(frozen=True)
class Examples:
    """Functions at some points.

    Parameters
    ----------
    inputs : array of float64, shape (n, n_examples, 2)
        Points, from -1 to 1.
    targets : array of float64, shape (n, n_examples)
        The n functions there, from 0 to 1.
    """

    inputs: Floats
    targets: Floats


@dataclass(frozen=True)
class FunctionExamples(Drawn[LabelledTrials]):
    """A function a trial (module docstring); functions of all parts are drawn apart.

    A trial is a row of examples of `n_show` steps each. In each, three populations tell the two
    inputs and the value of the example before, by neurons that prefer values at equal distances
    and spike with a probability that falls off as a Gaussian; in the first example the third is
    silent. Wanted at every step is the value of the present example.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 1000, 200 and 200
    seed : int, default 0
        See `Drawn`.
    n_examples : int, default 30
        Of a trial.
    n_show : int, default 15
        Steps of an example.
    n_units : int, default 10
        Hidden units of a function.
    hidden_scale, output_scale : float, default 3 and 2
        Largest weights of their inputs, and of the output.
    n_each : int, default 16
        Neurons of each of the three populations, two at least.
    probability : float, default 0.3
        Of a spike in a step, at the preferred value.
    told : {"own", "other", "nothing"}, default "own"
        Whose value is told: that of the trial's function; that of the next trial's, of as many
        examples before, from which nothing can be learned; or none.

    Raises
    ------
    ConfigError
        If a number is out of range, or `told` none of these.

    References
    ----------
    G. Bellec, D. Salaj, A. Subramoney, R. Legenstein and W. Maass, Long short-term memory and
    learning-to-learn in networks of spiking neurons, NeurIPS (2018).
    """

    name: ClassVar[str] = "function-examples"
    contents: ClassVar[str] = (
        "Examples of random functions, each value told after it was asked for: 48 inputs, values "
        "at each step."
    )
    citation: ClassVar[str] = (
        "G. Bellec, D. Salaj, A. Subramoney, R. Legenstein and W. Maass, Long short-term memory "
        "and learning-to-learn in networks of spiking neurons, NeurIPS (2018)"
    )

    n_examples: int = 30
    n_show: int = 15
    n_units: int = 10
    hidden_scale: float = 3.0
    output_scale: float = 2.0
    n_each: int = 16
    probability: float = 0.3
    told: Literal["own", "other", "nothing"] = "own"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._at_least(n_examples=1, n_show=1, n_units=1, n_each=2)
        check_numbers(self.name, {"probability": self.probability}, 0, 1)
        scales = {"hidden_scale": self.hidden_scale, "output_scale": self.output_scale}
        check_numbers(self.name, scales, 0, 1e6)
        if self.told not in TOLD:
            raise ConfigError(f"{self.name}: told is one of {', '.join(TOLD)}, not {self.told!r}.")

    @property
    def n_steps(self) -> int:
        """Length of a trial."""
        return self.n_examples * self.n_show

    def examples(self, part: str, n: int, streams: Streams | None = None) -> Examples:
        """Functions of a part at the points of their trials.

        Parameters
        ----------
        part : {"train", "validation", "test"}
        n : int
            Trials of the part.
        streams : Streams, optional
            By default, those of `seed`.
        """
        rng = (streams or Streams(self.seed)).fresh(f"{self.name} {part} functions")
        units, a, b = self.n_units, self.hidden_scale, self.output_scale
        inputs = rng.uniform(-1, 1, (n, self.n_examples, 2))
        into, bias = rng.uniform(-a, a, (n, 2, units)), rng.uniform(-a, a, (n, 1, units))
        out, offset = rng.uniform(-b, b, (n, units, 1)), rng.uniform(-b, b, (n, 1, 1))
        values = _sigmoid(_sigmoid(inputs @ into + bias) @ out + offset)
        return Examples(inputs, values[..., 0])

    def part(self, part: str, n: int, streams: Streams) -> LabelledTrials:
        """See `Drawn`."""
        drawn = self.examples(part, n, streams)
        told = np.full((n, self.n_examples), np.nan)
        of = np.roll(drawn.targets, -1, axis=0) if self.told == "other" else drawn.targets
        if self.told != "nothing":
            told[:, 1:] = of[:, :-1]
        shown = np.stack([*np.moveaxis((drawn.inputs + 1) / 2, 2, 0), told], axis=2)
        rng = streams.fresh(f"{self.name} {part}")
        size = max(1, BLOCK // (self.n_steps * 3 * self.n_each))
        blocks = (self._trains(rng, shown[k : k + size]) for k in range(0, n, size))
        trains = SpikeTrains.concatenate(blocks)
        values = np.repeat(drawn.targets, self.n_show, axis=1)[..., None]
        return LabelledTrials(trains, StepValues(values))

    def _trains(self, rng: np.random.Generator, shown: Floats) -> SpikeTrains:
        """Spikes that tell values from 0 to 1, shape (n, n_examples, 3); none where one is NaN."""
        preferred = np.linspace(0, 1, self.n_each)
        apart = (shown[..., None] - preferred) / (WIDTH * preferred[1])
        probability = np.nan_to_num(self.probability * np.exp(-0.5 * apart**2))
        rates = probability.reshape(len(shown), self.n_examples, 1, -1)
        draws = rng.random((len(shown), self.n_examples, self.n_show, rates.shape[-1]))
        return SpikeTrains.from_raster((draws < rates).reshape(len(shown), self.n_steps, -1))


def _sigmoid(z: Floats) -> Floats:
    found: Floats = 0.5 * (1 + np.tanh(z / 2))
    return found
