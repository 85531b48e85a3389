"""What the main template has to know of a network: its arrays, its runs, its monitors."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.monitors import EventMonitor, PopulationRateMonitor, StateMonitor

from brainsnn.engine.resident.generated import chances
from brainsnn.engine.resident.generated import idle as quiet
from brainsnn.engine.resident.generated.names import bare_names, clock_name, network_name
from brainsnn.engine.resident.generated.owned_arrays import owned_synapses
from brainsnn.engine.resident.generated.regular import kernels, lists_read
from brainsnn.engine.resident.generated.stages import number_profiled
from brainsnn.engine.resident.loaded.inputs import input_groups


@dataclass(frozen=True)
class Recorded:
    """A population whose spikes the trial loop records, and its potential if it has one."""

    name: str
    potential: str | None


@dataclass(frozen=True)
class RecordedState:
    """A variable of a group that the trial loop records: of which neurons, every how many steps."""

    group: str
    variable: str
    neurons: tuple[int, ...]
    every: int


@dataclass(frozen=True)
class Array:
    """A one-dimensional array: its name for users, in C++, and whether a trial may change it."""

    label: str
    name: str
    dtype: str
    size: int
    dynamic: bool
    changes: bool


@dataclass(frozen=True)
class Matrix:
    """A recorded two-dimensional array."""

    name: str
    dtype: str


@dataclass
class Monitor:
    """What a monitor records, by C++ name, and of which indices of its source."""

    name: str
    n: str
    columns: dict[str, str] = field(default_factory=dict)
    matrices: dict[str, str] = field(default_factory=dict)
    indices: str | None = None


def units(code_objects: dict[str, Any]) -> list[dict[str, str]]:
    """Generated files, each to be put in a namespace of its own."""
    found = []
    for name in sorted(code_objects):
        # A code object that several runs share names its blocks once a run.
        for block in dict.fromkeys([*code_objects[name].before_after_blocks, ""]):
            file = f"{block}_{name}" if block else name
            function = f"_{file}" if block else f"_run_{name}"
            found.append({"file": file, "function": function, "namespace": f"unit_{file}"})
    return found


def describe_clock(clock: Any, names: dict[Any, str]) -> dict[str, Any]:
    """Arrays that a clock reads and writes."""
    name = clock_name(clock.name)
    found = {k: names[clock.variables[k]] for k in ("timestep", "t")}
    if "times" in clock.variables:
        times = clock.variables["times"]
        return {"name": name, "times": names[times], "n_times": times.size, **found}
    return {"name": name, "times": None, "dt": names[clock.variables["dt"]], **found}


def owner_name(var: ArrayVariable) -> str:
    """Name of the object that an array belongs to; empty where the object is no more."""
    try:
        return str(var.owner.name)
    except (AttributeError, ReferenceError):
        return ""


def is_event_space(var: ArrayVariable) -> bool:
    """Whether an array lists the neurons that have an event in the present step.

    Names with a leading underscore are Brian2's own; a user's variable may end as these do.
    """
    return bool(var.name.startswith("_") and var.name.endswith("space"))


def describe_array(var: ArrayVariable, name: str, changes: bool) -> Array:
    """One row of the table of arrays."""
    return Array(
        label=f"{owner_name(var)}.{var.name}",
        name=name,
        dtype=c_data_type(var.dtype),
        size=var.size,
        dynamic=isinstance(var, DynamicArrayVariable),
        changes=changes,
    )


def describe_monitor(monitor: Any, names: dict[Any, str], dynamic: dict[Any, str]) -> Monitor:
    """Columns and matrices of a SpikeMonitor, StateMonitor or PopulationRateMonitor."""
    found = Monitor(monitor.name, names[monitor.variables["N"]])
    for key, var in monitor.variables.items():
        if var in dynamic and owner_name(var) == monitor.name:
            (found.matrices if var.ndim == 2 else found.columns)[key] = dynamic[var]
    if "_indices" in monitor.variables:
        found.indices = names[monitor.variables["_indices"]]
    return found


def monitors(device: Any) -> list[Monitor]:
    """Monitors of every network of a device, in the order of the C interface."""
    dynamic = {**device.dynamic_arrays, **device.dynamic_arrays_2d}
    return [
        describe_monitor(obj, device.arrays, dynamic)
        for _, obj in sorted(device.objects.items())
        if isinstance(obj, EventMonitor | StateMonitor | PopulationRateMonitor)
    ]


def delay_arrays(device: Any) -> set[str]:
    """Names in C++ of the delays of all pathways."""
    pathways = [p for synapses in device.synapses for p in synapses._pathways]
    return {device.get_array_name(p.variables["delay"], access_data=False) for p in pathways}


def trial_statements(device: Any) -> list[tuple[str, Any]]:
    """What Brian2 wrote of the script from the begin of a trial on: kinds, and what they are of."""
    return list(device.main_queue[device.trial_start() :])


def arrays(device: Any) -> list[Array]:
    """Table of arrays in the order of the C interface: those of variables, then static ones."""
    changing = _changed_by_a_trial(device)
    found = [
        describe_array(var, device.get_array_name(var, access_data=False), var in changing)
        for var in device.arrays
        if _flat(var)
    ]
    static = [
        Array("", name, c_data_type(values.dtype), values.size, False, False)
        for name, values in device.static_arrays.items()
    ]
    return [*sorted(found, key=lambda a: a.name), *sorted(static, key=lambda a: a.name)]


def _changed_by_a_trial(device: Any) -> set[ArrayVariable]:
    """Arrays to put back before every trial.

    Synapses can be many, so of theirs only those that something writes to; of everything else
    all that may vary. What is learned is changed between trials, and put back only where a trial
    changes it too. Monitors and event spaces have ways of their own.
    """
    changed = {var for name in device.steps for var in device.writes[name]}
    by_name = {device.get_array_name(var, access_data=False): var for var in device.arrays}
    for name, args in trial_statements(device):
        if name.startswith("set_") or name == "resize_array":
            changed.add(by_name[args[0]])
        elif name == "run_code_object":
            changed |= device.writes[args[0].name]
    changed |= {
        v
        for v in device.arrays
        if not (v.constant or v.read_only or _dynamic(v) or _learned(v, device))
    }
    changed |= {c.variables[k] for c in device.clocks for k in ("t", "timestep")}
    changed |= {v for v in device.arrays if v.name in ("_lastindex", "count")}
    recorded = {monitor.name for monitor in monitors(device)}
    return {
        v
        for v in changed
        if _flat(v)
        and not is_event_space(v)
        and not (owner_name(v) in recorded and v.name != "count")
    }


def _learned(var: ArrayVariable, device: Any) -> bool:
    return (owner_name(var), var.name) in device.learned


def _flat(var: ArrayVariable) -> bool:
    return getattr(var, "ndim", 1) == 1


def _dynamic(var: ArrayVariable) -> bool:
    return isinstance(var, DynamicArrayVariable)


def _population(recorded: Recorded, by_label: dict[str, Array]) -> dict[str, Any]:
    space = by_label[f"{recorded.name}._spikespace"]
    potential = by_label.get(f"{recorded.name}.{recorded.potential}")
    name = potential.name if potential else None
    return {"eventspace": space.name, "size": space.size - 1, "potential": name}


def _state(state: RecordedState, by_label: dict[str, Array]) -> dict[str, Any]:
    array = by_label[f"{state.group}.{state.variable}"]
    return {"array": array.name, "neurons": state.neurons, "every": state.every}


def _shares(device: Any, sizes: dict[str, int]) -> dict[str, int]:
    """First neuron of each input group of a model, where there are several."""
    names = [recorded.name for recorded in device.recorded if recorded.name in sizes]
    starts = itertools.accumulate((sizes[name] for name in names), initial=0)
    return dict(zip(names, starts, strict=False)) if len(names) > 1 else {}


def _event_spaces(device: Any) -> list[dict[str, Any]]:
    """The arrays that list the events of a step, and the place of their number in each."""
    found = [(name, var) for var, name in device.arrays.items() if is_event_space(var)]
    return [{"name": name, "last": var.size - 1} for name, var in sorted(found, key=lambda x: x[0])]


def user_headers(device: Any) -> list[str]:
    """Headers that a user asks for: of the device, of all code, of single functions."""
    code_objects = device.code_objects.values()
    own = [h for c in code_objects for h in c.compiler_kwds.get("headers", [])]
    return sorted({*device.headers, *prefs["codegen.cpp.headers"], *own})


def main_context(device: Any) -> dict[str, Any]:
    """Everything that the main template asks for."""
    all_synapses = sorted(device.synapses, key=lambda synapses: synapses.name)
    pathways = [p for s in all_synapses for p in s._pathways]
    dense = {p.name for p in pathways if p.synapses.name in device.regular}
    table, inputs = arrays(device), input_groups(device)
    functions, variables = bare_names(device)
    by_label = {array.label: array for array in table}
    running = [device.code_objects[name] for name in device.steps]
    quiet_groups = quiet.quiet_groups(running, device.writes)
    matrices = sorted(device.dynamic_arrays_2d.items(), key=lambda item: item[1])
    return {
        "headers": sorted(device.includes - set(user_headers(device))) + user_headers(device),
        "bare_functions": functions,
        "bare_variables": variables,
        "units": units(device.code_objects),
        "inputs": inputs,
        "shares": _shares(device, {group.name: group.size for group in inputs}),
        "lengths": {group.name: group.dts for group in inputs},
        "dense": sorted(dense),
        "rows": sorted(p.name for p in pathways if p.name not in dense),
        "listed": {
            synapses.name: lists_read(synapses, device.code_objects.values())
            for synapses in all_synapses
            if synapses.name in device.regular
        },
        "kernels": kernels(device, all_synapses),
        "owned": owned_synapses(device, table, trial_statements(device)),
        "flags": {name: name in quiet_groups for name in sorted(device.flagged)},
        "steady": chances.steady(device.code_objects.values(), running, device.writes),
        "rests": not device.states and quiet.rests(running, quiet_groups),
        "stages": device.stages,
        "profiled": number_profiled(device.stages),
        "networks": sorted(network_name(net.name) for net in device.networks),
        "clocks": [
            describe_clock(clock, device.arrays)
            for clock in sorted(device.clocks, key=lambda c: c.name)
        ],
        "arrays": table,
        "matrices": [Matrix(name, c_data_type(var.dtype)) for var, name in matrices],
        "monitors": monitors(device),
        "eventspaces": _event_spaces(device),
        "populations": [_population(r, by_label) for r in device.recorded],
        "states": [_state(s, by_label) for s in device.states],
    }
