"""Synapses between pairs of neurons that are given, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from brainsnn.errors import ModelError
from brainsnn.indices import sealed, whole_numbers
from brainsnn.network.connectivity.base import Index, ListedConnectivity


@dataclass(frozen=True, eq=False)
class GivenPairs(ListedConnectivity):
    """Synapses between the given pairs of neurons.

    Parameters
    ----------
    source, target : array of int
        Neurons that each synapse leads from and to; in order of source, then target, which is
        also the order of its weights and delays. No pair twice.

    Raises
    ------
    ModelError
        If they are not whole numbers of 0 or more, differ in length, or are not in that order.

    Examples
    --------
    >>> GivenPairs([0, 0, 2], [1, 3, 0]).n_synapses(3, 4)
    3
    """

    name: ClassVar[str] = "given_pairs"

    source: Index
    target: Index

    def __post_init__(self) -> None:
        for end in ("source", "target"):
            given = getattr(self, end)
            column = whole_numbers(f"GivenPairs: {end}", given, np.int32, ModelError)
            object.__setattr__(self, end, sealed(column, given))
        if self.source.shape != self.target.shape or self.source.size == 0:
            raise ModelError(
                "GivenPairs: a synapse has a source and a target; got "
                f"{self.source.size} and {self.target.size} of them."
            )
        if min(self.source.min(), self.target.min()) < 0:
            raise ModelError("GivenPairs: neurons are numbered from 0.")
        onward, same = np.diff(self.source), np.diff(self.target) > 0
        if not ((onward > 0) | ((onward == 0) & same)).all():
            raise ModelError(
                "GivenPairs: pairs must be in order of source, then target, each once; sort them "
                "(and their weights and delays) by numpy.lexsort((target, source))."
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GivenPairs):
            return NotImplemented
        mine, others = (self.source, self.target), (other.source, other.target)
        return all(np.array_equal(a, b) for a, b in zip(mine, others, strict=True))

    def __hash__(self) -> int:
        return hash((self.source.tobytes(), self.target.tobytes()))

    def check(self, n_source: int, n_target: int) -> None:
        """Check that the neurons are there."""
        for what, end, n in (
            ("source", self.source, n_source),
            ("target", self.target, n_target),
        ):
            if end.max() >= n:
                raise ModelError(
                    f"GivenPairs: the {what} has {n} neurons, so they are 0..{n - 1}; got "
                    f"{end.max()}."
                )

    def pairs(self, n_source: int, n_target: int) -> tuple[Index, Index]:  # noqa: ARG002
        """Sources and targets of all synapses, as given."""
        return self.source, self.target

    def summary(self, n_source: int, n_target: int) -> str:
        """Describe it in words and sizes."""
        return f"given pairs, {self.n_synapses(n_source, n_target):,} synapses"
