"""A compiled engine's trials, for callers that are compiled themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

RUN = types.void(*[types.int64] * 9)
"""Addresses of offsets, neurons, steps and trials; counts of trials and steps; addresses of the
seeds (0 for none), of the offsets of what is recorded, (n_trials + 1,), and of the final
potentials, a block (n_trials, size) for each population that has one."""

SPIKES = types.void(*[types.int64] * 4)
"""Addresses that receive what was recorded: the columns population, neuron and step (int32) and
potential (float64)."""


@dataclass(frozen=True)
class CompiledTrials:
    """Where compiled trials begin.

    Parameters
    ----------
    run : int
        Address of a C function that runs trials; signature `RUN`.
    spikes : int
        Address of one that copies what the last call of `run` recorded; signature `SPIKES`.
    seeds : callable
        ``seeds(n)`` gives one seed a trial, or None if the model draws no random numbers.
    final : mapping of str to int
        Populations whose final potential is recorded, and their sizes, in order.
    owner : object
        What keeps the code loaded.
    lock : context manager
        Held while the functions are called: they work on one network.
    """

    run: int
    spikes: int
    seeds: Callable[[int], NDArray[np.uint32] | None]
    final: Mapping[str, int]
    owner: object
    lock: AbstractContextManager[Any]
