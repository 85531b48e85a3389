"""The Brian2 device that turns a script into one resident library.

`ResidentDevice` is Brian2's C++ standalone device with its ``main`` replaced: Brian2 still decides
what the code says, the templates beside this file decide what surrounds it. A template of
Brian2's is replaced only where a measurement asked for it (`ResidentDevice.code_object`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.network import Network
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.devices.device import all_devices, reset_device, set_device
from brian2.groups.group import Group
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.synapses.synapses import SynapticPathway
from brian2.units import second
from numpy.typing import NDArray

from brainsnn.engine.resident import quiet
from brainsnn.engine.resident.arguments import applied
from brainsnn.engine.resident.codeobjects import (
    ResidentCodeObject,
    draws,
    written_arrays,
)
from brainsnn.engine.resident.compiler import Flags, compile_library
from brainsnn.engine.resident.laid_out import LaidOut, Pathway, created
from brainsnn.engine.resident.layout import Recorded, main_context, owner_name
from brainsnn.engine.resident.library import Library
from brainsnn.engine.resident.printing import printing
from brainsnn.engine.resident.stages import Stage, make_stage, refuse_python
from brainsnn.errors import EngineError

DEVICE_NAME = "brainsnn_resident"


class ResidentDevice(CPPStandaloneDevice):
    """Brian2 device that runs a network in this process, as compiled code.

    Choose it with ``set_device("brainsnn_resident")``; a script needs no other change. See
    `brainsnn.engine.resident.compile_network` for many trials of one network.
    """

    main_queue: list[tuple[str, Any]]
    static_arrays: dict[str, NDArray[Any]]
    array_cache: dict[Any, Any]
    build_on_run: bool

    def __init__(self) -> None:
        super().__init__()
        self.laid_out: dict[str, LaidOut] = {}
        self.recorded: tuple[Recorded, ...] = ()
        self.learned: set[tuple[str, str]] = set()
        self.stages: list[Stage] = []
        self.first_entry = 0
        self.writes: dict[str, set[ArrayVariable]] = {}
        self.steps: list[str] = []
        self.objects: dict[str, Any] = {}
        self.flagged: set[str] = set()
        self._sources: set[str] = set()
        self._file: Path | None = None
        self._copy: Any = None  # deletes its file when it goes
        self.library: Library | None = None
        self.stochastic = False
        self.flags: Flags | None = None

    # -- what a model says of itself ---------------------------------------------------------

    def describe_trial(
        self,
        recorded: tuple[Recorded, ...],
        laid_out: dict[str, LaidOut],
        learned: set[tuple[str, str]],
    ) -> None:
        """Say what the trial loop has to know beyond the network itself.

        Parameters
        ----------
        recorded : tuple of Recorded
            The populations to record, in the order of their codes.
        laid_out : dict of str to LaidOut
            Synapses that need no list, by name; on this device they are made as all-to-all.
        learned : set of (str, str)
            Groups and their variables that may change between trials: the first statement of the
            script that reads one, and all after it, belong to the trial.
        """
        self.recorded, self.laid_out, self.learned = recorded, laid_out, learned

    # -- generation --------------------------------------------------------------------------

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
        extra = dict(template_kwds or {})
        pathway = extra.get("pathway", owner)
        if isinstance(pathway, SynapticPathway) and template_name.startswith("synapses"):
            laid_out = self.laid_out.get(pathway.synapses.name)
            if laid_out is None:
                template_name += "_rows"
            else:
                extra["dense"] = Pathway.of(pathway, laid_out, self.get_array_name)
                effect = template_name == "synapses"
                template_name = laid_out.template if effect else f"{template_name}_dense"
            extra["changes"] = quiet.groups_changed(variables.values())
            self.flagged.update(extra["changes"])
        elif template_name == "synapses_create_generator" and owner.name in self.laid_out:
            laid_out = self.laid_out[owner.name]
            template_name = laid_out.create
            extra.update(created(owner, laid_out, self.get_array_name))
        elif template_name == "threshold" and not draws(variables):
            template_name = "threshold_blocks"
            self.flagged.add(owner.name)
        elif isinstance(owner, SpikeGeneratorGroup) and template_name == "spikegenerator":
            template_name = "spikegenerator_events"
        codeobj = super().code_object(
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
        self.writes[codeobj.name] = written_arrays(codeobj, abstract_code, extra)
        return codeobj

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
        if not self.stages:
            self.first_entry = len(self.main_queue)
        profiled = bool(kwds.pop("profile", None) or (self.build_options or {}).get("profile"))
        kwds["level"] = kwds.get("level", 0) + 1
        objects = net.sorted_objects  # Brian2's magic network forgets them after the run
        refuse_python(objects)
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
        self.stages.append(stage)
        self.steps += [c.name for obj in objects if obj.active for c in obj._code_objects]
        self.main_queue[entry] = ("run_network", (net, lines))
        if build_on_run:
            self.build(direct_call=False, **self.build_options)

    # -- the project -------------------------------------------------------------------------

    def build(self, directory: str | None = None, **options: Any) -> None:
        """Write, compile and run the script.

        Parameters
        ----------
        directory : str, optional
            Where the sources stay to be read; by default they are not kept.
        **options
            As for Brian2's C++ standalone device.
        """
        self._check_supported()
        if directory is not None:
            super().build(directory=directory, **options)
            return
        with tempfile.TemporaryDirectory(prefix="brainsnn-") as folder:
            super().build(directory=folder, **options)
        self.project_dir = None

    def _check_supported(self) -> None:
        if prefs.devices.cpp_standalone.openmp_threads:
            raise EngineError(
                "The resident device runs a network in one thread: set "
                "prefs.devices.cpp_standalone.openmp_threads = 0, and run trials in parallel with "
                "workers instead."
            )

    def run_function(self, name: str, include_in_parent: bool = True) -> Any:
        """Refuse: Brian2 writes such functions for its own standalone device only."""
        raise NotImplementedError("The resident device does not support device.run_function.")

    def generate_main_source(self, writer: Any) -> None:
        """Write the trial loop and the C interface in place of Brian2's ``main``."""
        mark = "// A trial starts here."
        queue, place = self.main_queue, self.trial_start()
        begun = [args[0] for name, args in queue[place:] if name == "run_code_object"]
        steps = [*begun, *(self.code_objects[name] for name in self.steps)]
        self.stochastic = any(draws(c.variables) for c in steps)
        self.main_queue = [*queue[:place], ("insert_code", mark), *queue[place:]]
        environment = self.code_object_class().templater.env
        environment.globals.update(main_context(self), mark=mark)
        super().generate_main_source(writer)
        self.main_queue = queue
        for name in ("memory.h", "resident.h", "pathways.h"):
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

    # -- compiling and running ---------------------------------------------------------------

    def write_static_arrays(self, directory: str) -> None:
        """Collect the arrays that user functions and TimedArrays read; nothing is written."""
        for codeobj in self.code_objects.values():
            for var in codeobj.variables.values():
                if hasattr(var, "implementations"):
                    self._insert_func_namespace(var, codeobj, self.static_arrays)
        self.static_arrays = {k: np.atleast_1d(v) for k, v in self.static_arrays.items()}
        self.static_array_specs = [
            (name, c_data_type(values.dtype), values.size, name)
            for name, values in sorted(self.static_arrays.items())
        ]

    def copy_source_files(self, writer: Any, directory: str) -> None:
        """Copy Brian2's headers, and remember which sources are the user's own."""
        super().copy_source_files(writer, directory)
        self._sources = set(writer.source_files)

    def generate_makefile(
        self, writer: Any, compiler: str, compiler_flags: str, linker_flags: str, *_: Any, **__: Any
    ) -> None:
        """Keep Brian2's flags for the compiler; there is no makefile."""
        extra = sorted(set(writer.source_files) - self._sources)
        own = [source for source in extra if not source.startswith("brianlib/")]
        if self.flags is None:
            self.flags = Flags.of_brian2(compiler_flags, linker_flags, own)

    def compile_source(self, directory: str, compiler: str, debug: bool, clean: bool) -> None:
        """Compile the project to a library, or find it in the cache."""
        if compiler == "msvc":
            raise EngineError("The resident engine needs g++ or clang++, not MSVC.")
        assert self.flags is not None
        kept = compile_library(Path(directory), self.flags)
        if kept.parent == Path(directory):  # The cache cannot be written.
            self._copy = tempfile.NamedTemporaryFile(prefix="brainsnn-", suffix=".so")  # noqa: SIM115
            kept = Path(shutil.copyfile(kept, self._copy.name))
        self._file = kept

    def load(self) -> Library:
        """Load a fresh copy of the compiled network, its initial statements done."""
        if self._file is None:
            raise EngineError("The network has not been compiled: call device.build() first.")
        return Library(self._file, self.static_arrays)

    def run(
        self,
        directory: Any = None,
        results_directory: Any = None,
        with_output: bool = True,
        run_args: Any = None,
    ) -> None:
        """Run the compiled script once, from the beginning.

        Parameters
        ----------
        directory, results_directory
            Not used: no file is written.
        with_output : bool, default True
            Whether what the script prints is shown.
        run_args : mapping or list of str, optional
            Values for variables and TimedArrays, as in Brian2.
        """
        self.library = self.load()
        self.array_cache = dict.fromkeys(self.array_cache)
        Network._globally_running = True
        try:
            with printing(with_output):
                stopped = self.library.execute(applied(self, self.library, run_args))
        finally:
            Network._globally_running = False
        self.has_been_run = True
        self._last_run_time, self._last_run_completed_fraction = self.library.last_run()
        if stopped:
            raise KeyboardInterrupt
        for group in self.objects.values():
            if isinstance(group, Group):
                group._check_for_invalid_states()

    def get_value(self, var: ArrayVariable, access_data: bool = True) -> Any:
        """Value of a variable: from the library once the script has been run, unless set since."""
        if self.array_cache.get(var) is not None or self.library is None:
            return super().get_value(var, access_data)
        name = self.get_array_name(var, access_data=False)
        if getattr(var, "ndim", 1) == 2:
            values = self.library.matrix(name)
            if values.size == 0:
                values = values.reshape(0, var.size[1])
            var.size = values.shape
            return values
        values = self.library.view(name).copy()
        if isinstance(var, DynamicArrayVariable):
            var.size = values.size
        return values

    def network_get_profiling_info(self, net: Any) -> list[tuple[str, Any]]:
        """Seconds spent in each code object of a profiled run, the largest first."""
        if self.library is None or not any(stage.profiled for stage in self.stages):
            raise ValueError("No profiling info collected (did you run with 'profile=True'?)")
        spent = self.library.profile()
        return sorted(((k, v * second) for k, v in spent.items()), key=lambda item: -item[1])

    def delete(self, *args: Any, **kwds: Any) -> None:
        """Delete the project, if it was kept."""
        if self.project_dir is not None:
            shutil.rmtree(self.project_dir, ignore_errors=True)


@contextmanager
def active_device(**options: Any) -> Iterator[ResidentDevice]:
    """Make the resident device, empty, the one that Brian2 objects are created on.

    Parameters
    ----------
    **options
        As for `brian2.set_device`.
    """
    device = all_devices[DEVICE_NAME]
    device.reinit()
    set_device(DEVICE_NAME, **options)
    try:
        yield device
    finally:
        reset_device()
        device.reinit()


all_devices[DEVICE_NAME] = ResidentDevice()
