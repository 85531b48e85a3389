"""Whether a neuron or a synapse is a known one, however it is written.

Comments and blanks, the order of equations, names and values of parameters do not matter, nor
whether a parameter is written as the number it stands for; everything else does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brainsnn.network.neurons import Neuron
from brainsnn.network.neurons.base import same

#: A word or number, or one other character.
_TOKEN = re.compile(r"\d+\.?\d*(?:[eE][-+]?\d+)?|\w+|[^\w\s]")


@dataclass
class Likeness:
    """What a neuron has in common with a known one.

    Parameters
    ----------
    differences : list of str
        In what they differ; empty if it is the known one.
    values : mapping of str to value
        Of the known neuron's parameters, in the neuron.
    """

    differences: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


def likeness(neuron: Neuron, known: Neuron) -> Likeness:
    """Compare a neuron with a known one."""
    found = Likeness()
    ours, theirs = _equations(neuron), _equations(known)
    for line in theirs:
        twin = next((k for k in ours if _takes(k, line, neuron, known, found.values)), None)
        if twin is None:
            found.differences.append(f"it lacks {line!r}")
        else:
            ours.remove(twin)
    found.differences += [f"it has {line!r}" for line in ours]
    for what in ("threshold", "reset", "refractory", "potential"):
        given, wanted = getattr(neuron, what), getattr(known, what)
        pairs = statements(given), statements(wanted)
        if len(pairs[0]) != len(pairs[1]) or not all(
            _takes(a, b, neuron, known, found.values) for a, b in zip(*pairs, strict=True)
        ):
            found.differences.append(f"its {what} is {written(given)}, not {written(wanted)}")
    if known.method is not None and neuron.method != known.method:
        found.differences.append(f"its method is {neuron.method}, not {known.method}")
    begun = _begun(neuron), _begun(known)
    if not same(*begun):
        found.differences.append(f"it begins with {begun[0]}, not {begun[1]}")
    return found


def statements(text: object) -> list[str]:
    """Lines and statements of Brian2 text, without comments and blanks."""
    parts = re.split(r"[\n;]", re.sub(r"#.*", "", str(text)))
    return [line for line in (" ".join(_TOKEN.findall(part)) for part in parts) if line]


def written(text: object) -> str:
    """Text as messages show it."""
    return repr(" ".join(str(text).split()))


def _equations(neuron: Neuron) -> list[str]:
    """Equations other than those that declare parameters."""
    lines = (line for line in statements(neuron.equations))
    return [line for line in lines if "=" in line or line.split()[0] not in neuron.parameters]


def _takes(
    line: str, known_line: str, neuron: Neuron, known: Neuron, values: dict[str, Any]
) -> bool:
    """Whether a line is the known one; adds to `values` what stands for its parameters."""
    given, wanted = line.split(" "), known_line.split(" ")
    if len(given) != len(wanted):
        return False
    found = dict(values)
    for one, other in zip(given, wanted, strict=True):
        if other not in known.parameters:
            if one != other:
                return False
            continue
        value = _value(one, neuron.parameters)
        if value is None or (other in found and not same(found[other], value)):
            return False
        found[other] = value
    values |= found
    return True


def _value(token: str, parameters: Mapping[str, Any]) -> Any:
    """Value of a parameter's name or of a number; None for anything else."""
    if token in parameters:
        return parameters[token]
    return float(token) if token[0].isdecimal() else None


def _begun(neuron: Neuron) -> dict[str, Any]:
    """Initial values other than 0."""
    return {k: v for k, v in neuron.initial.items() if isinstance(v, str) or np.any(np.asarray(v))}
