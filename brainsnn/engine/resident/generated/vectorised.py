"""What a spike does, for several targets at once: the statements that one vector register can do.

The spikes of a step are taken together where what they do to a target is arithmetic on floating
point numbers: the variables of a block of targets stay in registers while the rows of all spikes
are added in their order. Each target sees the same operations in the same order as before, so the
results are the same to the last bit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TARGET = "_postsynaptic_idx"
_INDEX = re.compile(rf"const int32_t {_TARGET} = .*;\Z")
_LOAD = re.compile(r"(?:const )?double (\w+) = (_ptr\w+)\[(\w+)\];\Z")
_STORE = re.compile(r"(_ptr\w+)\[(\w+)\] = (\w+);\Z")
_STATEMENT = re.compile(r"(\w+) [-+*/]?= ([^=<>!?&|%,\[\]]+);\Z")
_NAME = re.compile(r"[A-Za-z_]\w*")
#: Whole numbers, which a register of floating point numbers does not take.
_WHOLE = re.compile(r"(?<![\w.])\d+(?![\w.])")


@dataclass(frozen=True)
class Variable:
    """A variable of the statements, and the array that holds it."""

    name: str
    array: str


@dataclass(frozen=True)
class Lanes:
    """Statements on a block of targets.

    Parameters
    ----------
    held : list of Variable
        Variables of the targets.
    rows : list of Variable
        Variables of the synapses, which are only read.
    body : list of str
        The statements themselves.
    """

    held: list[Variable]
    rows: list[Variable]
    body: list[str]


def lanes(code: Sequence[str], rows: str | None = None) -> Lanes | None:
    """Take the statements of one synapse apart.

    Parameters
    ----------
    code : sequence of str
        C++ as Brian2 writes it, a statement each.
    rows : str, optional
        What holds the variables of the synapses, if not their own arrays.

    Returns
    -------
    Lanes or None
        None where it is more than arithmetic on variables of targets and synapses, or changes
        those of synapses.
    """
    found, stored = Lanes([], [], []), set()
    for line in filter(None, map(str.strip, code)):
        if _INDEX.match(line):
            continue
        load, store, statement = (p.match(line) for p in (_LOAD, _STORE, _STATEMENT))
        if load and load[3] in (_TARGET, "_idx"):
            if load[3] == _TARGET:
                found.held.append(Variable(load[1], load[2]))
            else:
                found.rows.append(Variable(load[1], rows or load[2]))
        elif store and store[2] == _TARGET:
            stored.add(Variable(store[3], store[1]))
        elif statement and not _WHOLE.search(statement[2]):
            found.body.append(line)
        else:
            return None
    known = {variable.name for variable in (*found.held, *found.rows)}
    used = {name for line in found.body for name in _NAME.findall(line)}
    return found if stored and stored <= set(found.held) and used <= known else None
