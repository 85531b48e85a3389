"""What encoders and decoders have in common."""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from brainsnn.codes.decisions import Decisions
from brainsnn.spikes import Recording, SpikeTrains


class Encoder(Protocol):
    """Values to input spikes."""

    citation: ClassVar[str]

    @property
    def n_steps(self) -> int:
        """Length of a trial in steps."""

    def neurons(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Axes of the input neurons for images of `shape`, (height, width) for example."""

    def encode(self, images: NDArray[np.integer]) -> SpikeTrains:
        """Input spikes of a trial an image.

        Parameters
        ----------
        images : array of int, shape (n_trials, ...)
            The axes after the first give those of the input neurons (`neurons`), in C order.

        Raises
        ------
        DataError
            If a value is not one that the code can express.
        """


class NeuronAValue:
    """Base of encoders that have an input neuron for each value."""

    def neurons(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Axes of the input neurons for images of `shape`: that shape."""
        return shape


class Decoder(Protocol):
    """Output spikes to classes."""

    citation: ClassVar[str]

    def decode(self, recording: Recording, population: str = "output") -> Decisions:
        """Class and decision step of every trial.

        Parameters
        ----------
        recording : Recording
            What an engine recorded.
        population : str
            The output population, with one neuron a class.

        Raises
        ------
        DataError
            If the recording lacks the population, or what the decision is made on.
        """
