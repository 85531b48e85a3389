"""What a machine can hold, asked before it is tried."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping
from math import prod
from pathlib import Path

from brainsnn.errors import ModelError

MOST_STEPS = 100_000_000
"""Steps that a trial may have: at 10 ns a step, a second a trial, and room in every count."""

_CGROUP = Path("/sys/fs/cgroup/memory.max")


def usable() -> int:
    """Bytes that this process could ever have: of the machine, and by its limits."""
    most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        most = min(most, soft)
    try:
        allowed = _CGROUP.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return most
    return min(most, int(allowed)) if allowed.isdigit() else most


def check_size(name: str, shapes: Mapping[str, tuple[int, ...]], n_steps: int = 1) -> None:
    """Refuse a network that cannot be held, or trials that could not end.

    Parameters
    ----------
    name : str
        Of the network, for the message.
    shapes : mapping of str to tuple of int
        Of everything that it learns.
    n_steps : int
        Length of a trial.

    Raises
    ------
    ModelError
        If the values that are learned alone need more memory than there is, or a trial has more
        than 10^8 steps.
    """
    needed = {part: 8 * prod(shape) for part, shape in shapes.items()}
    if sum(needed.values()) > usable():
        largest = max(needed, key=lambda part: needed[part])
        shape = " x ".join(map(str, shapes[largest]))
        raise ModelError(
            f"{name}: {largest!r} has {shape} values; the network needs more than "
            f"{sum(needed.values()) / 1e9:,.1f} GB of memory, and there are {usable() / 1e9:,.1f}."
        )
    if n_steps > MOST_STEPS:
        raise ModelError(f"{name}: a trial has {n_steps:,} steps; at most {MOST_STEPS:,} can be.")
