"""Events of a sensor: a camera whose pixels tell when they become brighter or darker, or an ear."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from brainsnn.datasets.formats.event_addresses import CHANNELS
from brainsnn.errors import ConfigError, DataError, DataWarning
from brainsnn.indices import indices, whole_numbers
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.columns import check_offsets
from brainsnn.spikes.trials import LabelledTrials

BLOCK = 1000
"""Recordings encoded at once; bounds memory."""

MANY = 10
"""Events from which it says something that all are alike."""


@dataclass(frozen=True, eq=False)
class EventSet:
    """Recordings of one sensor, each with a label.

    Parameters
    ----------
    name : str
        What the set is, for messages (``"nmnist train"``).
    height, width : int
        Field of the camera in pixels; 1 and the number of units where there is no picture.
    offsets : array of int64, shape (n + 1,)
        Recording ``k`` owns the events ``offsets[k]:offsets[k + 1]``.
    address : array of int32, shape (n_events,)
        Where: ``(y * width + x) * channels + polarity``; see `addresses`.
    time : array of int32, shape (n_events,)
        When, in microseconds from the beginning of its recording; rising within it.
    labels : array of int64, shape (n,)
        Position of each recording's class in `classes`.
    classes : tuple of str
        Names of the classes.
    channels : int, default 2
        Kinds of events of a pixel: darker and brighter, or 1 where events have no polarity.

    Raises
    ------
    DataError
        If there is not one label a recording, a label is not in ``0..len(classes) - 1``, an
        address is outside the field, or a time is negative or before the one ahead of it.

    Warns
    -----
    DataWarning
        If there are two channels and all addresses are odd, as of polarities -1 and 1.
    """

    name: str
    height: int
    width: int
    offsets: NDArray[np.int64]
    address: NDArray[np.int32]
    time: NDArray[np.int32]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    channels: int = CHANNELS

    def __post_init__(self) -> None:
        set_column = partial(object.__setattr__, self)
        set_column("labels", whole_numbers(f"{self.name}: labels", self.labels))
        set_column("offsets", whole_numbers(f"{self.name}: offsets", self.offsets))
        place = f"(y * {self.width} + x) * {self.channels} + polarity"
        what = f"{self.name}: address ({place}, polarity 0..{self.channels - 1})"
        set_column("address", indices(what, self.address, self.n_inputs, np.int32))
        what = f"{self.name}: time (microseconds from the beginning of the recording)"
        set_column("time", indices(what, self.time, 2**31 - 1, np.int32))
        if self.time.size != self.address.size:
            raise DataError(
                f"{self.name}: {self.address.size} addresses for {self.time.size} times."
            )
        check_offsets(self.name, self.offsets, self.time.size)
        self._check_labels()
        self._check_order()
        odd = self.channels == CHANNELS and (self.address % CHANNELS == 1).all()
        if odd and self.address.size >= MANY:
            warnings.warn(
                f"{self.name}: all {self.address.size} addresses are odd, so every event is one of "
                "brightening; are polarities -1 and 1? They must be 0 and 1: use `addresses`.",
                DataWarning,
                stacklevel=3,
            )

    def _check_order(self) -> None:
        back = np.diff(self.time) < 0
        inner = self.offsets[(self.offsets > 0) & (self.offsets < self.time.size)]
        back[inner - 1] = False
        if back.any():
            k = int(back.argmax())
            raise DataError(
                f"{self.name}: events are out of order: event {k + 1} is at {self.time[k + 1]} us, "
                f"the one before it at {self.time[k]} us."
            )

    def _check_labels(self) -> None:
        if self.labels.size != self.offsets.size - 1:
            raise DataError(
                f"{self.name}: {self.labels.size} labels for {self.offsets.size - 1} recordings."
            )
        if self.labels.size and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise DataError(
                f"{self.name}: labels must be in 0..{len(self.classes) - 1}, "
                f"got {self.labels.min()}..{self.labels.max()}."
            )

    def __len__(self) -> int:
        return self.labels.size

    @property
    def n_inputs(self) -> int:
        """Neurons that stand for the field: one a pixel and channel."""
        return self.channels * self.height * self.width

    def take(self, indices: NDArray[np.integer] | slice) -> EventSet:
        """The given recordings, in the given order.

        Raises
        ------
        DataError
            If an index is not in ``0..n - 1``.
        """
        if isinstance(indices, slice):
            indices = np.arange(len(self))[indices]
        indices = np.asarray(indices, np.int64)
        if indices.size and not 0 <= indices.min() <= indices.max() < len(self):
            raise DataError(
                f"{self.name}: indices must be in 0..{len(self) - 1}, "
                f"got {indices.min()}..{indices.max()}."
            )
        counts = np.diff(self.offsets)[indices]
        offsets = np.concatenate(([0], np.cumsum(counts)))
        kept = np.arange(offsets[-1]) + np.repeat(self.offsets[indices] - offsets[:-1], counts)
        return replace(
            self,
            offsets=offsets,
            address=self.address[kept],
            time=self.time[kept],
            labels=self.labels[indices],
        )

    def trials(self, n_steps: int, length: float = 0.3) -> LabelledTrials:
        """Encode each recording as a trial of spikes.

        Neuron ``(y * width + x) * channels + polarity`` spikes in every step in which its pixel
        sent one event or more; events after `length` are left out, but no recording loses all it
        has.

        Parameters
        ----------
        n_steps : int
            Length of a trial in steps.
        length : float, default 0.3
            The same in seconds.

        Raises
        ------
        ConfigError
            If either is not positive.
        DataError
            If all events of a recording are after `length`, or all of all recordings in its first
            thousandth: then times are not microseconds from the beginning of a recording.
        """
        if n_steps < 1 or not 0 < length < np.inf:
            raise ConfigError(
                f"{self.name}: n_steps must be 1 or more and the length positive, got {n_steps} "
                f"and {length}."
            )
        self._check_span(length)
        begins = range(0, len(self), BLOCK)
        blocks = (self._spikes(slice(k, k + BLOCK), n_steps, length) for k in begins)
        return LabelledTrials(SpikeTrains.concatenate(blocks), self.labels)

    def _check_span(self, length: float) -> None:
        """Refuse times that are not microseconds since their recording began."""
        some = np.flatnonzero(np.diff(self.offsets))
        first = self.time[self.offsets[some]]
        late = np.flatnonzero(first >= 1e6 * length)
        if late.size:
            k = late[0]
            raise DataError(
                f"{self.name}: {late.size} of {len(self)} recordings have no event within "
                f"{length:g} s; recording {some[k]} begins at {first[k] / 1e6:g} s. Times count "
                "from the beginning of a recording: subtract that of its first event, or take a "
                "longer trial."
            )
        if self.time.size >= MANY and self.time.max() < 1e3 * length:
            raise DataError(
                f"{self.name}: all {self.time.size} events are within {self.time.max()} us of the "
                f"beginning, in trials of {length:g} s. Times are microseconds; do they look like "
                "milliseconds?"
            )

    def _spikes(self, which: slice, n_steps: int, length: float) -> SpikeTrains:
        """Spikes of some recordings."""
        bounds = self.offsets[which.start : which.stop + 1]
        events = slice(bounds[0], bounds[-1])
        # In whole microseconds, so that no rounding decides which step an event falls in.
        step = self.time[events].astype(np.int64) * n_steps // round(1e6 * length)
        trial = np.repeat(np.arange(bounds.size - 1), np.diff(bounds))
        inside = step < n_steps
        key = (trial[inside] * n_steps + step[inside]) * self.n_inputs
        at, neuron = np.divmod(np.unique(key + self.address[events][inside]), self.n_inputs)
        offsets = np.searchsorted(at, np.arange(bounds.size) * n_steps)
        return SpikeTrains(self.n_inputs, n_steps, offsets, neuron, at % n_steps)


def join_recordings(
    name: str,
    parts: Sequence[tuple[NDArray[np.int32], NDArray[np.int32]]],
    labels: NDArray[np.int64],
    field: tuple[int, int],
    classes: tuple[str, ...],
    channels: int = CHANNELS,
) -> EventSet:
    """Recordings, each an address and a time an event, as one set.

    Parameters
    ----------
    name : str
    parts : sequence of (array of int32, array of int32)
        Address and time of the events of each recording.
    labels : array of int64
        One a recording.
    field : (int, int)
        Height and width.
    classes : tuple of str
    channels : int, default 2
        See `EventSet`.

    Raises
    ------
    DataError
        As `EventSet`.
    """
    offsets = np.concatenate(([0], np.cumsum([time.size for _, time in parts]))).astype(np.int64)
    none = np.empty(0, np.int32)
    address = np.concatenate([none, *(address for address, _ in parts)])
    time = np.concatenate([none, *(time for _, time in parts)])
    return EventSet(name, *field, offsets, address, time, labels, classes, channels)
