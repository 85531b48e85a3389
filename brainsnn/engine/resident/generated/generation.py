"""What a Brian2 script becomes on the resident device: its code objects, runs and main file.

Brian2 still decides what the code says, the templates beside this file decide what surrounds it. A
template of Brian2's is replaced only where a measurement asked for it
(`brainsnn.engine.resident.generated.templates`).
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice

from brainsnn.engine.resident.generated.codeobjects import (
    ResidentCodeObject,
    draws,
    take_includes,
    written_arrays,
)
from brainsnn.engine.resident.generated.layout import (
    Recorded,
    RecordedState,
    main_context,
    owner_name,
)
from brainsnn.engine.resident.generated.names import called, clock_name, network_name, set_apart
from brainsnn.engine.resident.generated.owned import Trace, owned_traces
from brainsnn.engine.resident.generated.regular import RegularSynapses
from brainsnn.engine.resident.generated.stages import Stage, make_stage, refuse_python
from brainsnn.engine.resident.generated.templates import choose
from brainsnn.engine.resident.loaded.inputs import RunInput, active_inputs, runs
from brainsnn.engine.resident.script import Script
from brainsnn.errors import EngineError

CLOCK = ("t", "dt")
"""Variables of clocks: the length of a step belongs to the source."""


class GeneratingDevice(CPPStandaloneDevice):
    """Brian2's C++ standalone device with its ``main`` replaced; `ResidentDevice` runs it."""

    main_queue: Script
    arrays: dict[ArrayVariable, str]
    clocks: Any
    build_on_run: bool

    def __init__(self) -> None:
        super().__init__()
        self.main_queue = Script()
        self._thread: int | None = None
        self._handed_dt = False
        self.regular: dict[str, RegularSynapses] = {}
        self.recorded: tuple[Recorded, ...] = ()
        self.learned: set[tuple[str, str]] = set()
        self.states: tuple[RecordedState, ...] = ()
        self.stages: list[Stage] = []
        self.first_entry = 0
        self.writes: dict[str, set[ArrayVariable]] = {}
        self.steps: list[str] = []
        self.objects: dict[str, Any] = {}
        self.flagged: set[str] = set()
        self.includes: set[str] = set()
        self.traces: dict[str, tuple[Trace, ...]] = {}
        self.stochastic = False

    def describe_trial(
        self,
        recorded: tuple[Recorded, ...],
        regular: dict[str, RegularSynapses],
        learned: set[tuple[str, str]],
        states: tuple[RecordedState, ...] = (),
    ) -> None:
        """Say what the trial loop has to know beyond the network itself.

        Parameters
        ----------
        recorded : tuple of Recorded
            The populations to record, in the order of their codes.
        regular : dict of str to RegularSynapses
            Synapses that need no list, by name; on this device they are made as all-to-all.
        learned : set of (str, str)
            Groups and their variables that may change between trials: the first statement of the
            script that reads one, and all after it, belong to the trial.
        states : tuple of RecordedState
            Variables to record.
        """
        self.states = states
        self.recorded, self.regular, self.learned = recorded, regular, learned

    def activate(self, *args: Any, **kwds: Any) -> None:
        """Become Brian2's device, for whichever thread makes the first object."""
        super().activate(*args, **kwds)
        self._thread = None
        self._handed_dt = self.main_queue.closed

    def add_array(self, var: ArrayVariable) -> None:
        """Add an array of a new object; one thread makes all of a script.

        Raises
        ------
        EngineError
            If objects of this script were made in another thread, or it has been compiled.
        """
        self.main_queue.check_open()
        me = threading.get_ident()
        if self._thread not in (None, me):
            raise EngineError(
                "Another thread makes objects on this device, and Brian2 has one device for all "
                "threads. Make and compile a network within "
                "'with brainsnn.engine.resident.active_device(build_on_run=False):'; there the "
                "threads wait for each other."
            )
        self._thread = me
        super().add_array(var)

    def fill_with_array(self, var: ArrayVariable, arr: Any) -> None:
        """Add an assignment to the script."""
        if self._handed_dt and var is self.defaultclock.variables["dt"]:
            # `set_device` hands the step of the device before on, to a script that has its own.
            self._handed_dt = False
            return
        self.main_queue.check_open()
        super().fill_with_array(var, arr)
        if np.size(arr) == 1 and var.dtype == np.float64 and var.name not in CLOCK:
            self._hand_over(var, np.asarray(arr, np.float64).item())

    def _hand_over(self, var: ArrayVariable, value: float) -> None:
        """Let the assignment just added read its number from what is handed to the library.

        Brian2 writes it into the source, so that each value of a parameter would be compiled.
        """
        kind, (name, *_) = self.main_queue[-1]
        if kind == "set_by_single_value":
            static = self.static_array(name, np.array([value]))
            self.main_queue[-1] = (kind, (name, 0, f"{static}[0]"))
        elif not isinstance(var, DynamicArrayVariable):
            static = self.static_array(name, np.full(var.size, value))
            self.main_queue[-1] = ("set_by_array", (name, static, False))

    def variableview_set_with_index_array(self, *args: Any, **kwds: Any) -> None:
        """Add an assignment to a part of a variable to the script."""
        self.main_queue.check_open()
        super().variableview_set_with_index_array(*args, **kwds)

    def seed(self, seed: int | None = None) -> None:
        """Seed the generator; without a number, from what the network was given to draw from."""
        if seed is None:
            self.main_queue.append(("insert_code", "resident::seed_anew();"))
        else:
            super().seed(seed)

    def code_object_class(self, codeobj_class: Any = None, **_: Any) -> Any:
        """Return `ResidentCodeObject` where Brian2 would use its own C++ class."""
        return ResidentCodeObject if codeobj_class is None else codeobj_class

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
        self.main_queue.check_open()
        extra, variables = dict(template_kwds or {}), dict(variables)
        template_name, abstract_code = choose(
            self, owner, template_name, abstract_code, variables, extra
        )
        if "inner_variable" in extra and codeobj_class in (None, ResidentCodeObject):
            extra["inner_variable"] = set_apart(extra["inner_variable"])
        codeobj = super().code_object(
            owner,
            self._stable_name(name),
            abstract_code,
            dict(variables),  # Brian2 changes what it is given
            template_name,
            copy.copy(variable_indices),
            codeobj_class=codeobj_class,
            template_kwds=extra,
            **kwds,
        )
        self.includes |= take_includes(codeobj)
        self.writes[codeobj.name] = written_arrays(codeobj, variables, abstract_code, extra)
        return codeobj

    def owned_traces(self, synapses: Any) -> tuple[Trace, ...]:
        """The traces of some synapses that neurons own."""
        if synapses.name not in self.traces:
            self.traces[synapses.name] = owned_traces(synapses)
        return self.traces[synapses.name]

    def _stable_name(self, name: str) -> str:
        """Name that depends on this network only, not on what else lives in the process.

        Brian2 numbers names marked with a star by the objects alive; the sources of the same
        network would then differ from build to build, and the cache would never hit.
        """
        stem = name.removesuffix("*")
        taken = [k for k in self.code_objects if k == stem or k.startswith(f"{stem}_again")]
        return f"{stem}_again{len(taken)}" if taken else stem

    def network_run(
        self, net: Any, duration: Any, report: Any = None, *args: Any, **kwds: Any
    ) -> None:
        """Add a run to the script; with ``build_on_run``, compile and run it at once."""
        if self.has_been_run and self.build_on_run:
            raise RuntimeError(
                "This network has been built and run. For several run statements use "
                "set_device(..., build_on_run=False) and device.build(), for many trials of the "
                "same network brainsnn.engine.resident.compile_network."
            )
        self.main_queue.check_open()
        if not self.stages:
            self.first_entry = len(self.main_queue)
        profiled = bool(kwds.pop("profile", None) or (self.build_options or {}).get("profile"))
        kwds["level"] = kwds.get("level", 0) + 1
        objects = net.sorted_objects  # Brian2's magic network forgets them after the run
        refuse_python(objects)
        inputs, start = active_inputs(objects), float(net.t)
        self._check_made_here(objects)
        self.objects.update({obj.name: obj for obj in objects})
        build_on_run, self.build_on_run = self.build_on_run, False
        try:
            super().network_run(net, duration, report, *args, profile=False, **kwds)
        finally:
            self.build_on_run = build_on_run
        own_loop = report is None and self._maximum_run_time is None
        entry = max(k for k, (name, _) in enumerate(self.main_queue) if name == "run_network")
        _, (_, lines) = self.main_queue[entry]
        stage, lines = make_stage(
            net, objects, float(duration), lines, len(self.stages), own_loop, profiled
        )
        stage.inputs = [self._run_input(name, renewed, start) for name, renewed in inputs.items()]
        self.stages.append(stage)
        self.steps += [c.name for obj in objects if obj.active for c in obj._code_objects]
        self.main_queue[entry] = ("run_network", (net, lines))
        if build_on_run:
            self.build(direct_call=False, **self.build_options)

    def _run_input(self, group: str, renewed: bool, start: float) -> RunInput:
        own, clock = self.objects[group].variables, self.objects[group].clock
        arrays = own["_timebins"], own["_lastindex"]
        names = [self.get_array_name(array, access_data=False) for array in arrays]
        first = not runs(self, group)
        dt = float(clock.dt)
        return RunInput(group, clock_name(clock.name), start, dt, first, renewed, *names)

    def generate_objects_source(
        self,
        writer: Any,
        arange_arrays: Any,
        synapses: Any,
        static_array_specs: Any,
        networks: Any,
        timed_arrays: Any,
    ) -> None:
        """Declare networks and clocks by their names in the generated code."""
        clocks: set[Any] = self.clocks
        self.clocks = called(clocks, clock_name)
        try:
            super().generate_objects_source(
                writer,
                arange_arrays,
                synapses,
                static_array_specs,
                called(networks, network_name),
                timed_arrays,
            )
        finally:
            self.clocks = clocks

    def _check_made_here(self, objects: Iterable[Any]) -> None:
        """Refuse objects that this device knows nothing of.

        Raises
        ------
        EngineError
        """
        for obj in objects:
            for var in getattr(obj, "variables", {}).values():
                if isinstance(var, ArrayVariable) and var not in self.arrays:
                    raise EngineError(
                        f"{obj.name!r} uses {owner_name(var)}.{var.name}, which was not made on "
                        "this device, or before its last device.reinit(): make all objects of a "
                        "network after set_device or device.activate."
                    )

    def generate_main_source(self, writer: Any) -> None:
        """Write the trial loop and the C interface in place of Brian2's ``main``."""
        mark = "// A trial starts here."
        queue, place = self.main_queue, self.trial_start()
        begun = [args[0] for name, args in queue[place:] if name == "run_code_object"]
        steps = [*begun, *(self.code_objects[name] for name in self.steps)]
        self.stochastic = any(draws(c.variables) for c in steps)
        self.main_queue = Script([*queue[:place], ("insert_code", mark), *queue[place:]])
        environment = self.code_object_class().templater.env
        environment.globals.update(main_context(self), mark=mark)
        super().generate_main_source(writer)
        self.main_queue = queue
        for name in ("memory.h", "resident.h", "pathways.h", "gaps.h", "traces.h"):
            writer.write(name, environment.loader.get_source(environment, name)[0])

    def trial_start(self) -> int:
        """Entry of the script at which a trial starts.

        It is the first run, or a statement before that reads what is learned; with several runs,
        what Brian2 prepares before each belongs to it.
        """
        runs = [k for k, (name, _) in enumerate(self.main_queue) if name == "run_network"]
        if len(runs) > 1:
            return self.first_entry
        learned = (k for k, entry in enumerate(self.main_queue) if self._reads_learned(*entry))
        return min([*runs, len(self.main_queue), *learned])

    def _reads_learned(self, kind: str, args: Any) -> bool:
        if kind != "run_code_object":
            return False
        read = args[0].variables.values()
        return any((owner_name(v), v.name) in self.learned for v in read if hasattr(v, "owner"))
