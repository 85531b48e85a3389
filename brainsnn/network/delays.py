"""Delays of single synapses: given one by one, or drawn once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.indices import seal, sealed, size, whole_numbers
from brainsnn.streams import Streams, seed_of

Steps = NDArray[np.int32]

#: Steps that a delay may have: what is under way is kept for each of them.
MOST = 1_000_000


@dataclass(frozen=True, eq=False)
class GivenDelays:
    """A delay for each synapse.

    Parameters
    ----------
    steps : array of int
        In the order of the synapses: by source, then by target. Steps beyond the one that every
        spike takes.

    Raises
    ------
    ModelError
        If they are not whole numbers in 0..1,000,000.
    """

    steps: Steps

    def __post_init__(self) -> None:
        column = whole_numbers("Delays", np.ravel(self.steps), np.int32, ModelError)
        if column.size and not 0 <= column.min() <= column.max() <= MOST:
            raise ModelError(f"Delays are steps in 0..{MOST}, got {column.min()}..{column.max()}.")
        object.__setattr__(self, "steps", sealed(column, self.steps))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GivenDelays) and np.array_equal(self.steps, other.steps)

    def __hash__(self) -> int:
        return hash(self.steps.tobytes())

    def __str__(self) -> str:
        return f"{self.steps.min()} to {self.steps.max()} steps, given for each synapse"

    def seeded(self, owner: str) -> GivenDelays:  # noqa: ARG002 - nothing is drawn
        """Return it as it is."""
        return self

    def of(self, n: int) -> Steps:
        """Delays of n synapses, in steps.

        Raises
        ------
        ModelError
            If there are more or fewer.
        """
        if self.steps.size != n:
            raise ModelError(f"{n} synapses need as many delays, got {self.steps.size}.")
        return self.steps


@dataclass(frozen=True)
class UniformDelays:
    """A delay for each synapse, drawn evenly from whole numbers of steps.

    Parameters
    ----------
    low, high : int
        Least and greatest, both included. Steps beyond the one that every spike takes.
    seed : int, optional
        What is drawn follows from it; by default, from the name of the connection.

    Raises
    ------
    ModelError
        If they are not whole numbers with 0 <= low <= high <= 1,000,000, or the seed is negative.
    """

    low: int
    high: int
    seed: int | None = None

    def __post_init__(self) -> None:
        for name in ("low", "high", "seed"):
            value = getattr(self, name)
            if value is not None:
                size(f"UniformDelays: {name}", value, 0, ModelError)
        if not self.low <= self.high <= MOST:
            raise ModelError(
                f"UniformDelays: low <= high <= {MOST} is needed, got {self.low} and {self.high}."
            )

    def __str__(self) -> str:
        return f"{self.low} to {self.high} steps, drawn for each synapse"

    def seeded(self, owner: str) -> UniformDelays:
        """Return it with the seed that the connection's name stands for, if it has none."""
        return self if self.seed is not None else replace(self, seed=seed_of(owner))

    def of(self, n: int) -> Steps:
        """Delays of n synapses, in steps."""
        rng = Streams(self.seed or 0).fresh("delays")
        steps = rng.integers(self.low, self.high, n, np.int32, endpoint=True)
        seal(steps)
        return steps


Delays = GivenDelays | UniformDelays
