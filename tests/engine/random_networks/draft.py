"""A Brian2 script in pieces, drawn one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

Option = TypeVar("Option")


@dataclass(frozen=True)
class Piece:
    """Some lines of a script.

    Parameters
    ----------
    code : str
    name : str
        The name that the lines define; empty for statements.
    needs : tuple of str
        Names of other pieces that the lines use.
    part : bool
        Whether what is named belongs into the network.
    """

    code: str
    name: str = ""
    needs: tuple[str, ...] = ()
    part: bool = False


@dataclass(frozen=True)
class Script:
    """A network and what is done with it.

    Parameters
    ----------
    prefix : str
        Every name of the script starts with it.
    pieces : tuple of Piece
    random : bool
        Whether it draws random numbers while it runs.
    """

    prefix: str
    pieces: tuple[Piece, ...]
    random: bool

    @property
    def text(self) -> str:
        """The lines of the script, but for its imports."""
        parts = [piece.name for piece in self.pieces if piece.part]
        network = f"{self.prefix}network"
        lines = []
        for piece in self.pieces:
            code = piece.code
            if piece.name == network:
                code = f"{network} = Network({', '.join(parts)}, name={network!r})"
            lines.append(code)
        return "\n".join([*lines, ""])

    @property
    def refused(self) -> bool:
        """Whether it holds what no compiled device of Brian2's can do: store and restore."""
        return ".store()" in self.text

    def without(self, place: int) -> Script:
        """The script without a piece, and without all that needs it."""
        gone, kept = {self.pieces[place].name} - {""}, []
        for k, piece in enumerate(self.pieces):
            if k == place or not gone.isdisjoint(piece.needs):
                gone |= {piece.name} - {""}
            else:
                kept.append(piece)
        return Script(self.prefix, tuple(kept), self.random)


@dataclass
class Group:
    """What other pieces have to know of a group.

    Parameters
    ----------
    name : str
    n : int
    unit : str
        Of its potential, "1" or "volt"; empty where it has none.
    floats : list of str
        Variables that statements may write, in this unit.
    events : tuple of str
        What its neurons do.
    integers : list of str
    shared : list of str
        Dimensionless shared variables.
    clock : str
        Its time step if it is not the usual one.
    summable : list of str
        Variables that no summed variable writes yet.
    divisible : bool
        Whether Brian2 can make subgroups of it.
    """

    name: str
    n: int
    unit: str = ""
    floats: list[str] = field(default_factory=list)
    events: tuple[str, ...] = ("spike",)
    integers: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    clock: str = ""
    summable: list[str] = field(default_factory=list)
    divisible: bool = True

    @property
    def one(self) -> str:
        """One, in the unit of the potential."""
        return "mV" if self.unit == "volt" else "1"


class Draft:
    """Pieces so far, and the generator that they are drawn from.

    Parameters
    ----------
    seed : int
    prefix : str
        Every name starts with it.
    random : bool
        Whether pieces may draw random numbers while they run.
    """

    def __init__(self, seed: int, prefix: str, random: bool) -> None:
        self.rng = np.random.default_rng(seed)
        self.prefix, self.random = prefix, random
        self.pieces: list[Piece] = []
        self.groups: list[Group] = []
        self.sources: list[Group] = []
        self.synapses: list[str] = []
        self.monitors: list[str] = []
        self.weights: list[tuple[str, str]] = []
        self.traces: list[tuple[str, list[str]]] = []
        self.generators: list[Group] = []
        self.known_sizes: dict[str, int] = {}
        self.tick = ""

    def pick(self, options: Sequence[Option]) -> Option:
        """One of several, all alike."""
        return options[int(self.rng.integers(len(options)))]

    def chance(self, p: float) -> bool:
        """True with probability `p`."""
        return bool(self.rng.random() < p)

    def integer(self, low: int, high: int) -> int:
        """From `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def number(self, low: float, high: float) -> str:
        """A number of many digits, so that sums of several are rarely equal."""
        return f"{self.rng.uniform(low, high):.7f}"

    def numbers(self, n: int, low: float, high: float) -> str:
        """A list of `n` such numbers."""
        return f"[{', '.join(self.number(low, high) for _ in range(n))}]"

    def name(self, kind: str) -> str:
        """A name that is not taken."""
        taken = [piece.name for piece in self.pieces]
        stem = f"{self.prefix}{kind}"
        return next(name for k in range(99) if (name := f"{stem}{k}") not in taken)

    def clock(self, group: Group) -> str:
        """What tells an object that it runs with a group, behind other arguments; often nothing."""
        if group.clock:
            return f", dt={group.clock}"
        return f", clock={self.tick}" if self.tick else ""

    def add(self, code: str, name: str = "", needs: Iterable[str] = (), part: bool = False) -> str:
        """Append a piece; returns its name."""
        self.pieces.append(Piece(code, name, tuple(sorted({*needs} - {""})), part))
        return name
