"""What a classifier has learned of the samples of one input, and how they become its spikes."""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from brainsnn.classifier.inputs import Form, Samples
from brainsnn.classifier.scaling import Scaling, fit_scaling
from brainsnn.codes import BernoulliEncoder, RegularEncoder
from brainsnn.datasets.formats.stored_rows import StoredRows
from brainsnn.errors import InputError
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.unencoded import Trains, UnencodedTrains
from brainsnn.streams import Streams


def encoded(
    encoder: Any, values: NDArray[np.float64], axes: tuple[int, ...], seed: int, place: int = 0
) -> SpikeTrains:
    """Input spikes of values in 0..1, shape (n, n_features).

    Codes of whole intensities get the nearest one. What is drawn comes from the stream
    ``encoding``, at its beginning: the same samples are always the same spikes. `place` is the
    position of the input among several, each of which has a stream of its own.
    """
    samples = values.reshape(len(values), *axes)
    if isinstance(encoder, BernoulliEncoder):
        return encoder.encode(samples, Streams(seed).fresh("encoding", *([place] if place else [])))
    if isinstance(encoder, RegularEncoder):
        return encoder.encode(samples)
    return encoder.encode(np.rint(samples * encoder.intensity_max).astype(np.int64))


@dataclass(frozen=True, eq=False)
class Coder:
    """Turns samples of one form into the spikes of one input.

    Parameters
    ----------
    axes : tuple of int
        Shape of a sample.
    n_steps : int
        Length of a trial.
    encoder : Encoder, optional
        None where samples are spikes already.
    scaling : Scaling, optional
        What brings values to 0..1.
    place : int, default 0
        Position of the input among those of the network; each draws from a stream of its own.
    """

    axes: tuple[int, ...]
    n_steps: int
    encoder: Any = None
    scaling: Scaling | None = None
    place: int = 0

    @classmethod
    def learned(cls, samples: Samples, encoder: Any, scaler: Any, place: int = 0) -> Self:
        """Learn it from training samples, which are spikes or are encoded by `encoder`.

        Raises
        ------
        ConfigError
            If `scaler` is none that `fit_scaling` takes.
        InputError
            If a value is beyond a given range.
        """
        if samples.spikes:
            return cls(samples.axes, samples.content.n_steps, place=place)
        scaling = fit_scaling(scaler, samples.content, together=samples.image)
        return cls(samples.axes, encoder.n_steps, encoder, scaling, place)

    @property
    def spikes(self) -> bool:
        """Whether samples are spikes already."""
        return self.encoder is None

    @property
    def neurons(self) -> tuple[int, ...]:
        """Axes of the input neurons."""
        found: tuple[int, ...] = self.axes if self.spikes else self.encoder.neurons(self.axes)
        return found

    @property
    def n_features(self) -> int:
        """Numbers, or neurons, of a sample."""
        return math.prod(self.axes)

    def form(self, features: Sequence[str] | None) -> Form:
        """What is known of samples to come; `features` are the columns of a table."""
        return Form(features, self.n_features, self.n_steps) if self.spikes else Form(features)

    def check(self, samples: Samples) -> None:
        """Refuse samples of another form than those that were learned from.

        Raises
        ------
        InputError
        """
        if samples.spikes != self.spikes:
            kinds = ("values", "spikes")
            raise InputError(
                f"The classifier learned from {kinds[self.spikes]}, and is given "
                f"{kinds[samples.spikes]}."
            )
        if samples.image and self.axes != samples.axes and len(self.axes) > 1:
            raise InputError(f"Images of {samples.axes}; the classifier learned from {self.axes}.")
        if not samples.spikes:
            return
        trains = samples.content
        for what, given, known in (
            ("neurons", trains.n_neurons, self.n_features),
            ("steps", trains.n_steps, self.n_steps),
        ):
            if given > known or (what == "neurons" and given != known):
                raise InputError(f"Trials of {given} {what}; the classifier learned from {known}.")

    def encode(self, samples: Samples, seed: int) -> Trains:
        """Spikes of the samples; of stored ones, what makes them.

        Raises
        ------
        InputError
            If a value is beyond a range that was given.
        """
        if self.encoder is None or self.scaling is None:
            trains: SpikeTrains = samples.content
            return trains
        if samples.stored:
            return self._unencoded(samples.content, self.scaling, seed)
        values: np.ndarray[Any, Any] = self.scaling(samples.content)
        return encoded(self.encoder, values, self.axes, seed, self.place)

    def _unencoded(self, rows: StoredRows, scaling: Scaling, seed: int) -> UnencodedTrains:
        scaling.refuse_beyond(rows)
        drawn, n_neurons = _check_repeatable(self.encoder), math.prod(self.neurons)
        draws = self.n_steps * n_neurons  # One a neuron and step: each trial has its place.

        def encode(trials: NDArray[np.int64]) -> SpikeTrains:
            values = scaling(rows.take(trials))
            if not drawn:
                return encoded(self.encoder, values, self.axes, seed)
            return SpikeTrains.concatenate(
                self.encoder.encode(value.reshape(1, *self.axes), _stream_at(seed, trial * draws))
                for value, trial in zip(values, trials.tolist(), strict=True)
            )

        return UnencodedTrains(len(rows), n_neurons, self.n_steps, encode)


def _stream_at(seed: int, n_draws: int) -> np.random.Generator:
    """The stream of `encoded`, where it is after `n_draws` numbers."""
    rng = Streams(seed).fresh("encoding")
    rng.bit_generator.advance(n_draws)  # type: ignore[attr-defined]  # PCG64 can
    return rng


def _check_repeatable(encoder: Any) -> bool:
    """Whether a code draws; refuse one of which a trial's draws have no place of their own.

    Raises
    ------
    InputError
    """
    drawn = "rng" in inspect.signature(encoder.encode).parameters
    if drawn and (not isinstance(encoder, BernoulliEncoder) or encoder.sparse):
        raise InputError(
            f"{encoder!r} draws as many numbers as the samples before need, so that rows of a file "
            "cannot be encoded in another order. Codes without chance can, and BernoulliEncoder "
            "with sparse=False."
        )
    return drawn
