"""Things that a configuration can name by string."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from brainsnn.errors import ConfigError

T = TypeVar("T")

PROTOCOLS = "brainsnn.protocols"
"""Group of entry points that are experiments."""


def installed(group: str) -> dict[str, EntryPoint]:
    """Entry points of a group, by name; nothing is imported."""
    return {entry.name: entry for entry in sorted(entry_points(group=group))}


def suggest(name: str, known: Iterable[str]) -> str:
    """Sentence that lists the known names and, where one is close, offers it.

    Parameters
    ----------
    name : str
        The name that was not found.
    known : iterable of str
        The names that exist.

    Returns
    -------
    str
        For example ``"Did you mean 'latency'? Known: count, latency."``.
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    return f"{hint}Known: {', '.join(names) if names else 'none'}."


class Registry(Mapping[str, T], Generic[T]):
    """A table from names to objects of one kind.

    Parameters
    ----------
    kind : str
        What the entries are, for error messages (``"neuron"``).

    Examples
    --------
    >>> shapes = Registry[int]("shape")
    >>> _ = shapes.add("triangle", 3)
    >>> shapes["triangle"]
    3
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def add(self, name: str, entry: T) -> T:
        """Register `entry` under `name` and return it.

        Raises
        ------
        ConfigError
            If the name is taken.
        """
        if name in self._entries:
            raise ConfigError(f"A {self.kind} named {name!r} is already registered.")
        self._entries[name] = entry
        return entry

    def register(self, name: str) -> Callable[[T], T]:
        """Decorator form of `add`."""
        return lambda entry: self.add(name, entry)

    def __getitem__(self, name: str) -> T:
        if not isinstance(name, str):
            raise ConfigError(
                f"The name of a {self.kind} is text, not {name!r:.100}. "
                f"Known: {', '.join(sorted(self._entries))}."
            )
        try:
            return self._entries[name]
        except KeyError:
            raise ConfigError(
                f"Unknown {self.kind} {name!r}. {suggest(name, self._entries)}"
            ) from None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
