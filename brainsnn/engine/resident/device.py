"""The Brian2 device that writes a network as one resident library.

`ResidentDevice` is Brian2's C++ standalone device with its ``main`` replaced: Brian2 still decides
what the code says, the templates beside this file decide what surrounds it. A template of
Brian2's is replaced only where a measurement asked for it (`_template`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brian2.codegen.generators.cpp_generator import CPPCodeGenerator, c_data_type
from brian2.core.functions import Function
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.devices.device import all_devices
from brian2.groups.neurongroup import Thresholder
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.synapses.synapses import SynapticPathway

from brainsnn.engine.resident import quiet
from brainsnn.errors import EngineError

DEVICE_NAME = "brainsnn_resident"


@dataclass(frozen=True)
class Recorded:
    """A population whose spikes the trial loop records, and its potential if it has one."""

    name: str
    potential: str | None


@dataclass(frozen=True)
class Dense:
    """What the templates need to know of an all-to-all pathway."""

    ring: str
    n_target: int
    source_start: int
    source_stop: int
    delay_steps: int
    target_lookup: str
    target_column: str
    source_lookup: str
    source_row: str
    changes: list[str]


class ResidentGenerator(CPPCodeGenerator):
    """Brian2's C++ generator, but for conditions on booleans.

    Brian2 writes ``a and b``, with b a boolean variable, as ``if(b) ... else ...``, which saves a
    comparison and costs the vector loop: thresholds then take twice as long.
    """

    def translate_statement(self, statement: Any) -> str:
        """Translate one statement, booleans left in their expression."""
        statement.used_boolean_variables = None
        return str(super().translate_statement(statement))


class ResidentCodeObject(CPPStandaloneCodeObject):
    """Code object whose templates are looked up beside this file first, then in Brian2."""

    templater = CPPStandaloneCodeObject.templater.derive("brainsnn.engine.resident")
    generator_class = ResidentGenerator


class ResidentDevice(CPPStandaloneDevice):
    """Brian2 device that generates the source of a resident library (see `generate`)."""

    def __init__(self) -> None:
        super().__init__()
        self._dense_delays: dict[str, int] = {}
        self._recorded: tuple[Recorded, ...] = ()
        self._kept: frozenset[tuple[str, str]] = frozenset()
        self._steps: list[tuple[Any, str]] = []
        self._flagged: set[str] = set()
        self.stochastic = False

    def code_object_class(self, codeobj_class: Any = None, **_: Any) -> Any:
        """Return `ResidentCodeObject` where Brian2 would use its own C++ class."""
        return ResidentCodeObject if codeobj_class is None else codeobj_class

    def describe_trial(
        self,
        recorded: tuple[Recorded, ...],
        dense: dict[str, int],
        kept: frozenset[tuple[str, str]],
    ) -> None:
        """Say what the trial loop has to know beyond the network itself.

        Parameters
        ----------
        recorded : tuple of Recorded
            The populations to record, in the order of their codes.
        dense : dict of str to int
            Names of the synapses that are all-to-all with one delay, and that delay in steps.
        kept : set of (owner, variable)
            State that a reset leaves alone: weights.
        """
        self._recorded, self._dense_delays, self._kept = recorded, dense, kept

    def code_object(
        self,
        owner: Any,
        name: str,
        abstract_code: Any,
        variables: Mapping[str, Any],
        template_name: str,
        variable_indices: Any,
        codeobj_class: Any = None,
        template_kwds: Mapping[str, Any] | None = None,
        **kwds: Any,
    ) -> Any:
        """Generate a code object, from a template of ours where one applies."""
        stateful = _draws(variables)
        extra = dict(template_kwds or {})
        pathway = extra.get("pathway", owner)
        if self._is_dense(pathway) and template_name in ("synapses", "synapses_push_spikes"):
            template_name += "_dense"
            extra["dense"] = self._dense(pathway, quiet.groups_changed(variables.values()))
            self._flagged.update(extra["dense"].changes)
        elif template_name == "threshold" and not stateful:
            template_name = "threshold_blocks"
            self._flagged.add(owner.name)
        elif isinstance(owner, SpikeGeneratorGroup) and template_name == "spikegenerator":
            template_name = "spikegenerator_events"
        return super().code_object(
            owner,
            self._stable_name(name),
            abstract_code,
            variables,
            template_name,
            variable_indices,
            codeobj_class=codeobj_class,
            template_kwds=extra,
            **kwds,
        )

    def _stable_name(self, name: str) -> str:
        """Name that depends on this network only, not on what else lives in the process.

        Brian2 numbers names marked with a star by the objects alive; the sources of the same
        network would then differ from build to build, and the cache would never hit.
        """
        stem = name.removesuffix("*")
        taken = [k for k in self.code_objects if k == stem or k.startswith(f"{stem}_again")]
        return f"{stem}_again{len(taken)}" if taken else stem

    def _is_dense(self, owner: Any) -> bool:
        return isinstance(owner, SynapticPathway) and owner.synapses.name in self._dense_delays

    def _dense(self, pathway: SynapticPathway, changes: list[str]) -> Dense:
        synapses = pathway.synapses
        post = self.get_array_name(synapses.variables["_synaptic_post"])
        pre = self.get_array_name(synapses.variables["_synaptic_pre"])
        start = int(synapses.source.start)
        return Dense(
            ring=f"{pathway.name}_ring",
            n_target=len(synapses.target),
            source_start=start,
            source_stop=int(synapses.source.stop),
            delay_steps=self._dense_delays[synapses.name],
            target_lookup=f"_ptr{post}[_idx]",
            target_column=f"(int32_t)(_column + {int(synapses.target.start)})",
            source_lookup=f"_ptr{pre}[_idx]",
            source_row=f"(int32_t)(_spike + {start})",
            changes=changes,
        )

    def network_run(self, net: Any, duration: Any, *args: Any, **kwds: Any) -> None:
        """Note the code objects of a step instead of running them."""
        if self._steps:
            raise EngineError("The resident engine takes a network with a single run statement.")
        kwds["level"] = kwds.get("level", 0) + 1
        super().network_run(net, duration, *args, **kwds)
        self.main_queue[:] = [entry for entry in self.main_queue if entry[0] != "run_network"]
        self._steps = [
            (obj, codeobj.name)
            for obj in net.sorted_objects
            if obj.active
            for codeobj in obj._code_objects
        ]
        self.stochastic = any(_draws(self.code_objects[name].variables) for _, name in self._steps)

    def generate_main_source(self, writer: Any) -> None:
        """Write the trial loop and the C interface in place of Brian2's ``main``."""
        templates = self.code_object_class().templater
        templates.env.globals.update(self._main_context())
        super().generate_main_source(writer)
        header = templates.env.loader.get_source(templates.env, "resident.h")[0]
        writer.write("resident.h", header)

    def _main_context(self) -> dict[str, Any]:
        records = [k for k, (obj, _) in enumerate(self._steps) if _is_threshold(obj)]
        split = max(records) + 1 if records else len(self._steps)
        calls = [f"_run_{name}" for _, name in self._steps]
        pathways = [p for s in self.synapses for p in s._pathways]
        running = [self.code_objects[name] for _, name in self._steps]
        quiet_groups = quiet.quiet_groups(running)
        return {
            "flags": {name: name in quiet_groups for name in sorted(self._flagged)},
            "rests": quiet.rests(running, quiet_groups) and len(self.clocks) == 1,
            "units": self._units(),
            "inputs": self._inputs(),
            "rings": sorted(f"{p.name}_ring" for p in pathways if self._is_dense(p)),
            "queues": sorted(p.name for p in pathways if not self._is_dense(p)),
            "arrays": self._arrays(),
            "restored": [a for a in self._arrays() if a["restored"]],
            "eventspaces": [a for a in self._arrays() if a["variable"] == "_spikespace"],
            "populations": [self._population(r) for r in self._recorded],
            "before_record": calls[:split],
            "after_record": calls[split:],
            "clocks": [self._clock(clock) for clock in sorted(self.clocks, key=lambda c: c.name)],
        }

    def _units(self) -> list[dict[str, str]]:
        units = []
        for name in sorted(self.code_objects):
            blocks = [*self.code_objects[name].before_after_blocks, ""]
            for block in blocks:
                file = f"{block}_{name}" if block else name
                function = f"_{file}" if block else f"_run_{name}"
                units.append({"file": file, "function": function, "namespace": f"unit_{file}"})
        return units

    def _inputs(self) -> list[SpikeGeneratorGroup]:
        groups = {id(obj): obj for obj, _ in self._steps if isinstance(obj, SpikeGeneratorGroup)}
        return list(groups.values())

    def _clock(self, clock: Any) -> dict[str, str]:
        names = {v: self.get_array_name(clock.variables[v]) for v in ("timestep", "dt", "t")}
        return {"name": clock.name, **names}

    def _population(self, recorded: Recorded) -> dict[str, Any]:
        spaces = [a for a in self._arrays() if a["label"] == f"{recorded.name}._spikespace"]
        potential = next(
            (
                a["name"]
                for a in self._arrays()
                if a["label"] == f"{recorded.name}.{recorded.potential}"
            ),
            None,
        )
        return {
            "eventspace": spaces[0]["name"],
            "size": spaces[0]["size"] - 1,
            "potential": potential,
        }

    def _arrays(self) -> list[dict[str, Any]]:
        arrays = [self._array(var) for var in self.arrays if _plain(var)]
        return sorted(arrays, key=lambda a: a["label"])

    def _array(self, var: ArrayVariable) -> dict[str, Any]:
        dynamic = isinstance(var, DynamicArrayVariable)
        owner = var.owner.name
        neuron_state = owner in {r.name for r in self._recorded} and not dynamic
        synapse_state = dynamic and not var.read_only and owner in {s.name for s in self.synapses}
        return {
            "label": f"{owner}.{var.name}",
            "variable": var.name,
            "name": self.get_array_name(var, access_data=False),
            "dtype": c_data_type(var.dtype),
            "size": var.size,
            "dynamic": dynamic,
            "restored": (neuron_state or synapse_state)
            and not var.constant
            and var.name != "_spikespace"
            and (owner, var.name) not in self._kept,
        }


def _draws(variables: Mapping[str, Any]) -> bool:
    """Whether code that uses these draws random numbers, or is otherwise not repeatable."""
    return any(isinstance(v, Function) and not v.stateless for v in variables.values())


def _plain(var: ArrayVariable) -> bool:
    return getattr(var, "ndim", 1) == 1


def _is_threshold(obj: Any) -> bool:
    return isinstance(obj, Thresholder | SpikeGeneratorGroup)


def resident_device() -> ResidentDevice:
    """Return the registered device."""
    return all_devices[DEVICE_NAME]


all_devices[DEVICE_NAME] = ResidentDevice()
