"""Whether anything but their pathways touches the traces that neurons own, in a whole script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from brian2.core.functions import Function

from brainsnn.engine.resident.generated.idle import arrays_read
from brainsnn.engine.resident.generated.owned_code import TEMPLATE, OwnedTrace, owned_trace


@dataclass(frozen=True)
class OwnedSynapses:
    """Synapses whose traces neurons can own, in C++.

    Parameters
    ----------
    name : str
    traces : list of OwnedTrace
    sources, targets, updated : str
        Arrays of the synapses: their ends, and when each was updated last.
    pathways : list of str
        Names of their pathways.
    numbers : list of int
        Of the arrays with their traces, and of `updated`, in the table of arrays.
    possible : bool
        Whether nothing else touches these within a trial.
    """

    name: str
    traces: list[OwnedTrace]
    sources: str
    targets: str
    updated: str
    pathways: list[str]
    numbers: list[int]
    possible: bool


def owned_synapses(
    device: Any, table: Sequence[Any], statements: Iterable[tuple[str, Any]]
) -> list[OwnedSynapses]:
    """All synapses of a device whose traces neurons can own.

    Parameters
    ----------
    device : GeneratingDevice
    table : sequence of Array
        All arrays, in their order.
    statements : iterable of (str, args)
        What the script says from the begin of a trial on.
    """
    numbers, statements = {array.name: k for k, array in enumerate(table)}, list(statements)
    found = []
    for synapses in sorted(device.synapses, key=lambda synapses: str(synapses.name)):
        traces = device.traces.get(synapses.name)
        if not traces:
            continue

        def array(name: str, synapses: Any = synapses) -> str:
            return str(device.get_array_name(synapses.variables[name], access_data=False))

        own = [array(name) for name in (*(trace.name for trace in traces), "lastupdate")]
        found.append(
            OwnedSynapses(
                f"owned_{synapses.name}",
                [owned_trace(synapses, trace, device.get_array_name) for trace in traces],
                array("_synaptic_pre"),
                array("_synaptic_post"),
                own[-1],
                [pathway.name for pathway in synapses._pathways],
                [numbers[name] for name in own],
                _untouched(device, synapses, [t.name for t in traces], statements),
            )
        )
    return found


def _untouched(
    device: Any, synapses: Any, traces: list[str], statements: list[tuple[str, Any]]
) -> bool:
    """Whether within a trial only the pathways of some synapses read or write their traces."""
    own = {synapses.variables[name] for name in (*traces, "lastupdate")}
    fixed = own | {synapses.variables[name] for name in ("_synaptic_pre", "_synaptic_post")}
    said = [args[0] for kind, args in statements if kind == "run_code_object"]
    running = [*(device.code_objects[name] for name in device.steps), *said]
    mine = [c for c in running if c.template_name == TEMPLATE and c.owner.name == synapses.name]
    others = [c for c in running if c not in mine]
    shared = {v for c in mine for v in arrays_read(c) if v.scalar and v.constant}
    assigned = {args[0] for kind, args in statements if kind.startswith(("set_", "resize_"))}
    names = {device.get_array_name(var, access_data=False) for var in fixed | shared}
    recorded = {(state.group, state.variable) for state in device.states}
    return (
        names.isdisjoint(assigned)
        and not any(
            own & arrays_read(c) or (fixed | shared) & device.writes[c.name] for c in others
        )
        and not any(_is_stateful(var) for c in mine for var in c.variables.values())
        and not any((synapses.name, name) in recorded for name in (*traces, "lastupdate"))
    )


def _is_stateful(var: Any) -> bool:
    return isinstance(var, Function) and not var.stateless
