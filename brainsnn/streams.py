"""Named random streams of one seed."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError


def seed_of(name: str) -> int:
    """Return the seed that a name stands for: what is drawn once, and is a part of a network."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little") >> 1


class Streams:
    """Independent random generators, one for each name, all derived from one seed.

    The generator of a name depends on the seed and the name only, so a new draw in one place moves
    nothing elsewhere. Usual names: ``weights``, ``order``, ``split``, ``encoding``, ``dynamics``.

    Parameters
    ----------
    seed : int
        Not negative.

    Raises
    ------
    ConfigError
        If the seed is no whole number, or negative.

    Examples
    --------
    >>> a, b = Streams(1), Streams(1)
    >>> _ = b["weights"].random(5)
    >>> bool(a["order"].random() == b["order"].random())
    True
    """

    def __init__(self, seed: int) -> None:
        try:
            number = operator.index(seed)
        except TypeError:
            number = -1
        if number < 0:
            raise ConfigError(f"A seed is a whole number and must not be negative, got {seed!r}.")
        self.seed = number
        self._generators: dict[str, np.random.Generator] = {}

    def __getitem__(self, name: str) -> np.random.Generator:
        found = self._generators.get(name)
        # Of two threads that ask first, both get the one that is kept.
        return self._generators.setdefault(name, self.fresh(name)) if found is None else found

    def fresh(self, name: str, *index: int) -> np.random.Generator:
        """Generator at the beginning of its stream, one for each `index` (an epoch, a trial).

        It has no state to keep: the same name and index give the same draws at any time.
        """
        key = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], dtype=np.uint32)
        sequence = np.random.SeedSequence(self.seed, spawn_key=(*(int(k) for k in key), *index))
        return np.random.Generator(np.random.PCG64(sequence))

    def trial_seeds(self, n: int) -> NDArray[np.uint32]:
        """Seeds of `n` trials that draw inside the network, from the stream ``dynamics``."""
        return self["dynamics"].integers(2**32, size=n, dtype=np.uint32)

    def initial_seed(self) -> int:
        """Seed of what a network's initial values draw, from the stream ``initial``."""
        return int(self.fresh("initial").integers(2**32))

    def state(self) -> dict[str, Any]:
        """Seed and position of every stream used so far, ready for JSON."""
        states = {name: g.bit_generator.state for name, g in self._generators.items()}
        return {"seed": self.seed, "streams": states}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Put every stream back to where `state` (from `state`) left it.

        Raises
        ------
        ConfigError
            If the state belongs to another seed.
        """
        if state["seed"] != self.seed:
            raise ConfigError(f"Streams of seed {state['seed']} cannot restore seed {self.seed}.")
        self._generators.clear()
        for name, position in state["streams"].items():
            self[name].bit_generator.state = position
