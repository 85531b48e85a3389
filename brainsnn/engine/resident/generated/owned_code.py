"""What a spike does where neurons own the traces of its synapses: the code for the template.

Beside the code of a pathway as Brian2 has it, for runs in which it must stay so, the template gets

- ``owned``: the user's statements alone, for a loop over the synapses of a neuron. The traces are
  not those of the synapses: the neuron's own is one number, read before the loop; of the other end
  it is one of an array by neuron, times the factor by which all have fallen.
- ``owner``: the statements that write to the neuron's own traces, done once.
- ``decay``: the factors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.variables import AuxiliaryVariable

from brainsnn.engine.resident.generated.owned import SINCE, Trace, writings

TEMPLATE = "synapses_owned"

_LOAD = re.compile(r"((?:const )?double \w+ = )(_ptr\w+)\[_idx\];\Z")
_STORE = re.compile(r"(_ptr\w+)\[_idx\] = (\w+);\Z")


@dataclass(frozen=True)
class OwnedTrace:
    """A trace in C++: itself, and the array with one value a synapse.

    Parameters
    ----------
    name : str
        Of its object in C++.
    side : str
        Whose it is: "pre" or "post".
    decay : str
        Name of the factor by which it falls.
    array, pointer : str
        The array of the synapses, and how the code of a pathway names it.
    """

    name: str
    side: str
    decay: str
    array: str
    pointer: str


@dataclass(frozen=True)
class OwnedPathway:
    """What the template has to know of a pathway.

    Parameters
    ----------
    synapses : str
    side : str
        Whose spikes: "pre" or "post".
    traces : list of OwnedTrace
        All of these synapses.
    spiking, other : str
        Arrays in C++: of each synapse, the neuron that spikes, and the one at the other end.
    spiking_lookup, other_lookup : str
        How the code of a pathway finds these two.
    """

    synapses: str
    side: str
    traces: list[OwnedTrace]
    spiking: str
    other: str
    spiking_lookup: str
    other_lookup: str

    @property
    def own(self) -> list[OwnedTrace]:
        """Traces of the neuron that spikes."""
        return [trace for trace in self.traces if trace.side == self.side]

    @property
    def others(self) -> list[OwnedTrace]:
        """Traces of the neurons at the other end."""
        return [trace for trace in self.traces if trace.side != self.side]

    @staticmethod
    def of(pathway: Any, traces: Iterable[Trace], array_name: Callable[..., str]) -> OwnedPathway:
        """Read it off a pathway of Brian2's, whose synapses have these traces."""
        synapses = pathway.synapses
        ends = [synapses.variables[name] for name in ("_synaptic_pre", "_synaptic_post")]
        spiking, other = ends if pathway.prepost == "pre" else reversed(ends)
        return OwnedPathway(
            synapses.name,
            pathway.prepost,
            [owned_trace(synapses, trace, array_name) for trace in traces],
            array_name(spiking, access_data=False),
            array_name(other, access_data=False),
            f"_ptr{array_name(spiking)}[_idx]",
            f"_ptr{array_name(other)}[_idx]",
        )


def owned_trace(synapses: Any, trace: Trace, array_name: Callable[..., str]) -> OwnedTrace:
    """A trace in C++."""
    array = synapses.variables[trace.name]
    return OwnedTrace(
        f"trace_{synapses.name}_{trace.name}",
        trace.side,
        f"_decay_{trace.name}",
        array_name(array, access_data=False),
        f"_ptr{array_name(array)}",
    )


def owned_blocks(
    pathway: Any, traces: Sequence[Trace], abstract_code: dict[str | None, str], variables: Any
) -> dict[str, str]:
    """The blocks of code, see above; Brian2's own is ``plain``.

    Parameters
    ----------
    pathway : SynapticPathway
    traces : sequence of Trace
    abstract_code : dict of str to str
        As Brian2 has it.
    variables : dict
        Variables of the code, to which the time since is added.
    """
    variables[SINCE] = AuxiliaryVariable(SINCE, dtype=np.float64, scalar=True)
    own = {trace.name for trace in traces if trace.side == pathway.prepost}
    return {
        "plain": "\n".join(abstract_code.values()),
        "owned": pathway.code,
        "owner": "\n".join(w.line for w in writings(pathway.code) if w.target in own),
        "decay": "\n".join(f"_decay_{trace.name} = {trace.decay}" for trace in traces),
    }


def used_traces(code: Iterable[str], traces: Iterable[OwnedTrace]) -> list[OwnedTrace]:
    """Those of some traces that occur in C++ code."""
    text = "\n".join(code)
    return [trace for trace in traces if f"{trace.pointer}[" in text]


def with_traces(
    code: Iterable[str], pathway: OwnedPathway, neuron: str | None, other: str
) -> list[str]:
    """C++ of a pathway with the neurons' traces in place of those of the synapses.

    Parameters
    ----------
    code : iterable of str
        As Brian2 writes it, a statement each.
    pathway : OwnedPathway
    neuron : str or None
        What the neuron that spikes is found by; None where its traces are to be stored.
    other : str
        What the neuron at the other end is found by.
    """
    traces, lines = {trace.pointer: trace for trace in pathway.traces}, []
    for line in map(str.strip, code):
        load, store = _LOAD.match(line), _STORE.match(line)
        if load and (trace := traces.get(load[2])):
            lines.append(f"{load[1]}{_value(trace, pathway.side, other)};")
        elif store and (trace := traces.get(store[1])):
            if neuron is None:
                lines.append(f"_place_{trace.name} = {store[2]} / _factor_{trace.name};")
        else:
            found = line.replace(pathway.spiking_lookup, neuron or "_neuron")
            lines.append(found.replace(pathway.other_lookup, other))
    return lines


def _value(trace: OwnedTrace, side: str, other: str) -> str:
    if trace.side == side:
        return f"_value_{trace.name}"
    return f"_scaled_{trace.name}[{other}] * _factor_{trace.name}"
