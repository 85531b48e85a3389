"""Input spikes of GLM networks as probabilities without their zeros, and their compiled drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import DataError
from brainsnn.indices import indices, size
from brainsnn.jit import njit
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.columns import check_offsets, column
from brainsnn.spikes.targets import Targets, as_targets
from brainsnn.spikes.trials import Labelled, LabelledTrials
from brainsnn.streams import Streams

FloatArray = NDArray[np.float64]

#: A spike is drawn with this many random bits, of which 64 give so many draws.
BITS, DRAWS = 21, 3
RESOLUTION = 1 << BITS


@dataclass(frozen=True, eq=False)
class SparseProbabilities:
    """Spike probabilities of the input neurons of many trials, zeros left out.

    Parameters
    ----------
    n_inputs : int
    offsets : array of int64, shape (n_trials + 1,)
        Trial ``k`` owns the entries ``offsets[k]:offsets[k + 1]``.
    neuron : array of int32
    probability : array of float64
        Probability of a spike in each sample.

    Raises
    ------
    DataError
        If the columns disagree in length, a neuron is not there or comes twice in a trial, neurons
        do not rise within a trial, or a probability is not in 0..1.
    """

    n_inputs: int
    offsets: NDArray[np.int64]
    neuron: NDArray[np.int32]
    probability: FloatArray

    def __post_init__(self) -> None:
        n_inputs = size("Spike probabilities: n_inputs", self.n_inputs)
        for name, dtype in (("offsets", np.int64), ("neuron", np.int32)):
            values = column(f"Spike probabilities: {name}", getattr(self, name), dtype)
            object.__setattr__(self, name, values)
        object.__setattr__(self, "probability", np.ascontiguousarray(self.probability, np.float64))
        check_offsets("Spike probabilities", self.offsets, self.neuron.size)
        indices("Spike probabilities: neurons", self.neuron, n_inputs, np.int32)
        if self.probability.shape != self.neuron.shape:
            raise DataError(
                f"{self.neuron.size} input neurons need as many probabilities, got shape "
                f"{self.probability.shape}."
            )
        if not ((self.probability >= 0) & (self.probability <= 1)).all():
            raise DataError("Spike probabilities must be in 0..1.")
        trial = np.repeat(np.arange(self.n_trials), np.diff(self.offsets))
        if not ((np.diff(self.neuron) > 0) | (np.diff(trial) > 0)).all():
            raise DataError("Spike probabilities: neurons must rise within a trial, none twice.")

    @classmethod
    def of(cls, probabilities: FloatArray) -> SparseProbabilities:
        """From a table of shape (n_trials, n_inputs).

        Raises
        ------
        DataError
            If it is no table of probabilities.
        """
        if probabilities.ndim != 2 or not ((probabilities >= 0) & (probabilities <= 1)).all():
            raise DataError("Spike probabilities must be in 0..1, of shape (n_trials, n_inputs).")
        rows, columns = np.nonzero(probabilities)
        counts = np.bincount(rows, minlength=len(probabilities))
        offsets = np.concatenate(([0], np.cumsum(counts)))
        values = np.ascontiguousarray(probabilities[rows, columns], np.float64)
        return cls(probabilities.shape[1], offsets, columns.astype(np.int32), values)

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return self.offsets.size - 1


@njit()
def _next(state):  # type: ignore[no-untyped-def]
    """Next 64 random bits of xoshiro256++ (Blackman and Vigna 2019); `state` is 4 of uint64."""
    total = state[0] + state[3]
    result = ((total << np.uint64(23)) | (total >> np.uint64(41))) + state[0]
    shifted = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = (state[3] << np.uint64(45)) | (state[3] >> np.uint64(19))
    return result


@njit()
def _draw(neuron, threshold, state, spikes, counts):  # type: ignore[no-untyped-def]
    """Draw which neurons spike in each sample but the last, which no potential hears.

    Fills `spikes` (n_steps, n + 1) up to `counts`. `threshold` is the probability in units of
    1 / `RESOLUTION`.
    """
    counts[:] = 0
    for m in range(neuron.size):
        bits = np.uint64(0)
        for s in range(counts.size - 1):
            bits = _next(state) if s % DRAWS == 0 else bits >> np.uint64(BITS)
            spikes[s, counts[s]] = neuron[m]
            counts[s] += np.int64(bits & np.uint64(RESOLUTION - 1)) < threshold[m]


@njit()
def _present(  # type: ignore[no-untyped-def]
    given, order, n_inputs, n_steps, state, offsets, neuron, step
):
    """Draw the trials in the given order; fill in who spiked, each trial in its own place.

    `offsets` has room for all spikes that are possible; it is left with those that came.
    """
    spikes, counts = np.empty((n_steps, n_inputs + 1), np.int32), np.zeros(n_steps, np.int64)
    found = np.zeros(order.size, np.int64)
    places, sources, thresholds = given
    for k in order:
        mine = slice(places[k], places[k + 1])
        _draw(sources[mine], thresholds[mine], state, spikes, counts)
        at = offsets[k]
        for s in range(n_steps):
            for m in range(counts[s]):
                neuron[at], step[at] = spikes[s, m], s
                at += 1
        found[k] = at - offsets[k]
    end = 0
    for k in range(found.size):
        begin = offsets[k]
        for m in range(found[k]):
            neuron[end + m], step[end + m] = neuron[begin + m], step[begin + m]
        offsets[k] = end
        end += found[k]
    offsets[found.size] = end


def presented(
    trials: SparseProbabilities,
    n_steps: int,
    order: NDArray[np.integer],
    rng: np.random.Generator,
) -> SpikeTrains:
    """Draw the input spikes of every trial, one trial after the other in the given order.

    Parameters
    ----------
    trials : SparseProbabilities
    n_steps : int
        Length of a trial; nothing is drawn for the last step, which no potential hears.
    order : array of int, shape (n_trials,)
        Each trial once.
    rng : numpy.random.Generator
        Seeds the draws.

    Returns
    -------
    SpikeTrains
        Trials in their own order.

    Raises
    ------
    DataError
        If `order` is no order of the trials.
    """
    n = trials.n_trials
    wanted = indices("Trials to present", order, n)
    if not np.array_equal(np.bincount(wanted, minlength=n), np.ones(n)):
        raise DataError(f"An order has each of the {n} trials once.")
    threshold = np.rint(trials.probability * RESOLUTION).astype(np.int64)
    offsets = trials.offsets * (size("Spike probabilities: n_steps", n_steps) - 1)
    neuron, step = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.int32)
    state = rng.integers(2**64, size=4, dtype=np.uint64)
    given = trials.offsets, trials.neuron, threshold
    _present(given, wanted, trials.n_inputs, n_steps, state, offsets, neuron, step)
    end = offsets[-1]
    return SpikeTrains(trials.n_inputs, n_steps, offsets, neuron[:end].copy(), step[:end].copy())


@dataclass(frozen=True, init=False)
class PresentedTrials(Labelled):
    """Training trials whose input spikes are drawn anew in each epoch, in the order presented.

    Parameters
    ----------
    probabilities : SparseProbabilities
        Of a spike in each step.
    n_steps : int
    targets : Targets, or array of int64, shape (n_trials,)
        As for `LabelledTrials`.
    streams : Streams
        ``order`` and ``encoding``, each from its beginning in each epoch.

    Raises
    ------
    DataError
        If there is not one target for each trial.
    """

    probabilities: SparseProbabilities
    n_steps: int
    targets: Targets
    streams: Streams

    def __init__(
        self,
        probabilities: SparseProbabilities,
        n_steps: int,
        targets: Targets | ArrayLike,
        streams: Streams,
    ) -> None:
        found = as_targets(targets)
        if len(found) != probabilities.n_trials:
            raise DataError(f"{probabilities.n_trials} trials need as many labels: {len(found)}.")
        given = {"probabilities": probabilities, "n_steps": n_steps, "streams": streams}
        for name, value in {**given, "targets": found}.items():
            object.__setattr__(self, name, value)

    def order(
        self,
        number: int,
        rng: np.random.Generator | None = None,  # noqa: ARG002
    ) -> NDArray[np.int64]:
        """Order in which an epoch (from 0) presents the trials, from streams of its own."""
        return self.streams.fresh("order", number).permutation(len(self))

    def epoch(self, number: int) -> LabelledTrials:
        """Draw the trials of an epoch."""
        rng = self.streams.fresh("encoding", number)
        order = self.order(number)
        drawn = presented(self.probabilities, self.n_steps, order, rng)
        return LabelledTrials(drawn, self.targets)

    def plain(self) -> LabelledTrials:
        """Return the trials of the first epoch."""
        return self.epoch(0)
